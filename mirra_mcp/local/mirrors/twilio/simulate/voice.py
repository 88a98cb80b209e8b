"""What people do on the phone: they call, answer, press keys, speak, and hang up.

Source: https://www.twilio.com/docs/voice
"""

from ipaddress import AddressValueError, IPv4Address
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.twilio.accounts import access_tokens
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.wire.model import Doc

CallId = Annotated[
    str | None,
    Field(
        alias="callId",
        validation_alias=AliasChoices("callId", "callSid", "sid"),
        description="The call's SID; the only one going on, if left out.",
    ),
]
Keys = Annotated[str, Field(pattern=r"^[0-9*#]+$", description="Keys, as in `1` or `123#`.")]


class Turn(BaseModel):
    """What somebody does when they are asked for something: one of these."""

    model_config = ConfigDict(extra="forbid")

    digits: Keys | None = None
    speech: str | None = None
    confidence: float = Field(0.9, ge=0, le=1)
    silence: bool = False
    hangup: bool = False
    after: int | None = Field(
        None, ge=0, le=14_400, description="In a conversation: seconds since the turn before."
    )

    def step(self) -> Doc:
        """Return the turn as a script keeps it.

        Raises:
            Refusal: it is nothing, or several things at once.
        """
        chosen = [self.digits, self.speech, self.silence or None, self.hangup or None]
        if sum(each is not None for each in chosen) != 1:
            raise SimulateError(
                "A turn of 'script' is one of digits, speech, silence and hangup.",
                'Write it as {"digits": "1"} or {"silence": true}.',
            )
        if self.silence and self.after is not None:
            raise SimulateError(
                "A turn with 'after' does something.", 'Write it as {"after": 5, "speech": "Hi"}.'
            )
        return self.model_dump(exclude_none=True)


Script = Annotated[
    list[Turn],
    Field(
        description="What they do at each <Gather> and <Record> in turn, and with `after` to those"
        " whom they are connected with; then they are silent."
    ),
]


@story("call.received", fires=("call.twiml",))
def received(
    twilio: Peers,
    from_: Annotated[str, Field(alias="from")] = "+15558675310",
    to: Annotated[
        str | None,
        Field(
            description="A number of the account's; the only one. Clients call applications, phones"
            " of SIP (`sip:ada@pbx.example`) a domain: `sip:sales@acme.sip.twilio.com`."
        ),
    ] = None,
    script: Script = [],  # noqa: B006  # pydantic copies defaults
    parameters: Annotated[
        dict[str, str],
        Field(description="What a client (`client:ada`) sends along, or headers of a SIP phone."),
    ] = {},  # noqa: B006  # pydantic copies defaults
    stir_verstat: Annotated[
        str | None, Field(description="As in `TN-Validation-Passed-A`: whether who calls is known.")
    ] = None,
    forwarded_from: str | None = None,
    caller_name: str | None = None,
    access_token: Annotated[
        str | None, Field(description="What a client shows, made with the SDK's `AccessToken`.")
    ] = None,
    sip_username: Annotated[str, Field(description="By what a SIP phone is let in.")] = "",
    sip_password: str = "",
    source_ip: Annotated[str, Field(description="Where a SIP phone calls from.")] = "203.0.113.10",
) -> Doc:
    """Somebody calls one of the account's numbers, and does what the script says."""
    steps = [each.step() for each in script]
    if access_token:
        claims = access_tokens.check(twilio, access_token)
        outgoing = claims.grant("voice").get("outgoing") or {}
        from_, to = f"client:{claims.identity}", to or outgoing.get("application_sid")
        parameters = dict(outgoing.get("params") or {}) | parameters
    if from_.startswith("client:"):
        sids = [each["sid"] for each in twilio.applications.find(limit=2)]
        application = twilio.applications.peek(to or (sids[0] if len(sids) == 1 else ""))
        if application is None:
            raise SimulateError(
                "Which application does the client call? Say its SID as 'to'.",
                "Make one with POST /Applications.json first.",
            )
        call = twilio.calls.receive_client(application, from_, steps, dict(parameters))
        return twilio.calls.told(call)
    if (to or "").startswith(("sip:", "sips:")):
        domain = twilio.sip_domains.called(str(to))
        if domain is None:
            raise SimulateError(f"'{to}' is at no SIP domain.", "Make it: POST /SIP/Domains.json.")
        _let_in(twilio, domain, sip_username, sip_password, source_ip)
        told = twilio.sip_domains.told_of(domain, sip_username, source_ip, dict(parameters))
        return twilio.calls.told(twilio.calls.receive_sip(domain, from_, str(to), steps, told))
    number = _number(twilio, to)
    caller = phones.parse(from_)
    if caller is None:
        raise SimulateError(f"'{from_}' isn't a phone number.", "Write it as +15558675310.")
    if parameters:
        raise SimulateError("Only clients send parameters.", 'Let "client:ada" call.')
    known = {
        "stir_verstat": stir_verstat,
        "forwarded_from": forwarded_from,
        "caller_name": caller_name,
    }
    return twilio.calls.told(twilio.calls.receive(number, caller.e164, steps, **known))


def _let_in(twilio: Peers, domain: Doc, user: str, password: str, address: str) -> None:
    """Hold who calls a SIP domain against its lists.

    Raises:
        Refusal: it keeps them out.
    """
    try:
        IPv4Address(address)
    except AddressValueError:
        told = f"'{address}' isn't an IPv4 address."
        raise SimulateError(told, "Write it as 203.0.113.10.") from None
    if problem := twilio.sip_domains.keeps_out(domain, user, password, address):
        raise SimulateError(
            f"{domain['domain_name']} doesn't let the call in: {problem}.",
            "Map a list, or say sipUsername and sipPassword, or sourceIp.",
        )


@story("line.answers", fires=())
def answers(
    twilio: Peers,
    phone_number: Annotated[str, Field(description="A number, or a `client:` or `sip:` address.")],
    how: Literal["human", "machine", "fax", "unknown", "busy", "no-answer", "failed"] = "human",
    after_seconds: Annotated[int, Field(ge=0, le=600)] = 2,
    greeting_seconds: Annotated[
        int, Field(ge=0, le=600, description="How long a machine speaks.")
    ] = 6,
    beeps: Annotated[bool, Field(description="Whether a machine's greeting ends so.")] = True,
    script: Script = [],  # noqa: B006  # pydantic copies defaults
) -> Doc:
    """From now on calls to a number are answered like this."""
    e164 = _line(phone_number)
    steps = [each.step() for each in script]
    return twilio.voice_lines.behave(
        e164,
        answers=how,
        after_seconds=after_seconds,
        greeting_seconds=greeting_seconds,
        beeps=beeps,
        script=steps,
    )


@story("call.answered", fires=("call.progress", "call.twiml"))
def answered(twilio: Peers, call_id: CallId = None) -> Doc:
    """The other side picks up at once."""
    doc = _going(twilio, call_id, "queued", "ringing")
    twilio.cancel_timers(id=doc["sid"])
    if doc["status"] == "queued":
        twilio.calls.dial(doc["sid"])
        twilio.cancel_timers(id=doc["sid"])
    twilio.calls.pick_up(doc["sid"])
    return twilio.calls.told(twilio.calls.get(doc["sid"]))


@story("call.pressed", fires=("call.twiml",))
def pressed(twilio: Peers, digits: Keys, call_id: CallId = None) -> Doc:
    """The other side presses keys."""
    doc = _going(twilio, call_id, "in-progress")
    twilio.calls.press(doc, digits)
    return twilio.calls.told(twilio.calls.get(doc["sid"]))


@story("call.spoke", fires=("call.twiml",))
def spoke(
    twilio: Peers,
    speech: Annotated[str, Field(min_length=1)],
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.9,
    call_id: CallId = None,
) -> Doc:
    """The other side says something."""
    doc = _going(twilio, call_id, "in-progress")
    twilio.calls.speak(doc, speech, confidence)
    return twilio.calls.told(twilio.calls.get(doc["sid"]))


@story("call.hung_up", fires=("call.progress",))
def hung_up(twilio: Peers, call_id: CallId = None) -> Doc:
    """The other side hangs up."""
    doc = _going(twilio, call_id, "queued", "ringing", "in-progress")
    if doc["status"] == "in-progress":
        return twilio.calls.told(twilio.calls.hang_up(doc))
    return twilio.calls.told(twilio.calls.end(doc, "no-answer"))


def _line(text: str) -> str:
    """Return whom calls can be made to, as calls write it.

    Raises:
        Refusal: nobody can be called so.
    """
    if text.startswith(("client:", "sip:", "sips:")):
        return text
    phone = phones.parse(text)
    if phone is None:
        raise SimulateError(f"'{text}' isn't a phone number.", "Write it as +15558675310.")
    return phone.e164


def _number(twilio: Peers, to: str | None) -> Doc:
    if to is not None:
        phone = phones.parse(to)
        number = phone and twilio.incoming_phone_numbers.first(phone_number=phone.e164)
        if not number:
            raise SimulateError(f"'{to}' is no number of the account's.", "Buy it first.")
        return number
    found = twilio.incoming_phone_numbers.find(limit=2)
    if len(found) != 1:
        raise SimulateError("Which number is called? Say it as 'to'.", "Buy one, or name one.")
    return found[0]


def _going(twilio: Peers, id: str | None, *statuses: str) -> Doc:
    """Return the call that a story is about.

    Raises:
        Refusal: there is none such, or more than one to choose from.
    """
    if id is None:
        found = [
            each
            for status in statuses
            for each in twilio.calls.find(status=status, limit=3)
            if each["parent_call_sid"] is None
        ]
        if len(found) != 1:
            told = "Several calls are" if found else "No call is"
            raise SimulateError(f"{told} {' or '.join(statuses)}.", "Name one as 'callId'.")
        return found[0]
    doc = twilio.calls.peek(id)
    if doc is None:
        raise SimulateError(f"There is no call '{id}'.", "List the calls first.")
    if doc["status"] not in statuses:
        raise SimulateError(
            f"The call {id} is {doc['status']}.", f"It must be {' or '.join(statuses)}."
        )
    return doc
