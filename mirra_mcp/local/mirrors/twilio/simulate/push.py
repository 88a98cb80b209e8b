"""What people do on devices with push factors.

Source: https://www.twilio.com/docs/verify/push
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.twilio.api.params import HEX
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.verify.factors import push
from mirra_mcp.local.mirrors.twilio.verify.params import FactorConfig
from mirra_mcp.wire.model import Doc

Sid = Annotated[
    str | None, Field(description="The challenge (YC...); the only pending one, if left out.")
]
APP = "com.example.acme"
REACHED = FactorConfig.model_validate(
    {
        "Config.SdkVersion": "0.9.0",
        "Config.NotificationPlatform": "fcm",
        "Config.NotificationToken": "simulated-device-token-0123456789",
    }
)


@story("push.enrolled", fires=("factor.created", "factor.verified"))
def enrolled(
    twilio: Peers,
    access_token: Annotated[
        str | None, Field(description="Made by the API for somebody's device.")
    ] = None,
    service_sid: Annotated[
        str | None, Field(description="Without a token; the only service, if left out.")
    ] = None,
    identity: Annotated[str | None, Field(description="Without a token: whose device.")] = None,
    verified: Annotated[bool, Field(description="Whether it signs its factor's SID, too.")] = True,
) -> Doc:
    """Somebody's device registers a push factor, as the app's Verify SDK does."""
    name = "Simulated device"
    if access_token is not None:
        token = twilio.verify_access_tokens.living(access_token)
        if token is None:
            raise SimulateError(
                "That access token has ended, or is none.", "Make one with AccessTokens."
            )
        service_sid, identity = token["service_sid"], token["entity_identity"]
        name = token["factor_friendly_name"] or name
    if identity is None:
        raise SimulateError("Whose device it is isn't clear.", "Give 'accessToken' or 'identity'.")
    service = the_one(twilio.verify_services, service_sid, "serviceSid")
    number = 1 + int(twilio.ids.token(60, HEX), 16)
    binding = {"alg": push.ALGORITHM, "public_key": push.new_key(number)}
    config = twilio.verify_factors.push_config(APP, REACHED)
    doc = twilio.verify_factors.add(service, identity, name, binding, config)
    return twilio.verify_factors.shown(twilio.verify_factors.verify(doc) if verified else doc)


@story("push.approved", fires=("challenge.approved",))
def approved(twilio: Peers, sid: Sid = None) -> Doc:
    """Somebody approves a challenge on their device."""
    return _decided(twilio, sid, "approved")


@story("push.denied", fires=("challenge.denied",))
def denied(twilio: Peers, sid: Sid = None) -> Doc:
    """Somebody denies a challenge on their device."""
    return _decided(twilio, sid, "denied")


def _decided(twilio: Peers, sid: str | None, status: str) -> Doc:
    noun = twilio.verify_challenges
    doc = the_one(noun, sid, "sid", status="pending")
    if doc["factor_type"] != "push":
        raise SimulateError(
            f"Challenge '{doc['sid']}' asks for a code of an app.", "Answer it by the API."
        )
    if doc["status"] != "pending":
        raise SimulateError(
            f"Challenge '{doc['sid']}' is {doc['status']} already.", "Create another one."
        )
    return noun.shown(noun.decide(doc, status))
