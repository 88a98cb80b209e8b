"""Templates: what a message with a code says. Every account has the same two here.

Source: https://www.twilio.com/docs/verify/api/templates
"""

from typing import Any

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import pages
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import StartVerification
from mirra_mcp.wire.model import Doc

WARNING = " Don't share this code with anyone; our employees will never ask for the code."
SINCE = "2021-07-29T20:38:28Z"
TEMPLATES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "HJ" + "0" * 31 + "1",
        "Default",
        ("sms", "voice", "email", "whatsapp"),
        "Your {{friendly_name}} verification code is: {{code}}.",
    ),
    (
        "HJ" + "0" * 31 + "2",
        "Default with do not share",
        ("sms",),
        "Your {{friendly_name}} verification code is: {{code}}."
        " Do not share this code with anyone.",
    ),
)
"""SID, name, channels and words. Ours: Twilio has many, and the console makes more."""


class VerifyTemplates(TwilioResource):
    """The words around a code. Nothing is stored: they don't change."""

    entity, plural, prefix = "verify_template", "verify_templates", "HJ"
    names = ("friendly_name",)

    @route("GET /v2/Templates")
    def list(self, call: Call) -> Doc:
        """List the templates, or those of one name."""
        wanted = call.query.get("FriendlyName")
        docs = [
            _laid_out(call.caller.account_sid, *each)
            for each in TEMPLATES
            if not wanted or wanted == each[1]
        ]
        at = pages.cut(call)
        return pages.page_v1(
            call, "templates", at, pages.slice_of(docs, at), self.mirror.base_of(call)
        )

    def has(self, sid: str) -> bool:
        """Say whether there is a template of this SID."""
        return any(sid == each[0] for each in TEMPLATES)

    def template(self, sid: str) -> Doc:
        """Return a template.

        Raises:
            VendorError: there is none of this SID.
        """
        for each in TEMPLATES:
            if each[0] == sid:
                return _laid_out("", *each)
        raise errors.refuse(60228)

    def text(self, service: Doc, doc: Doc, channel: str, params: StartVerification) -> str:
        """Return what the person reads or hears."""
        sid = params.template_sid or service["default_template_sid"] or TEMPLATES[0][0]
        words = params.custom_message or next(each[3] for each in TEMPLATES if each[0] == sid)
        name = params.custom_friendly_name or service["friendly_name"]
        words = words.replace("{{friendly_name}}", name).replace("{{code}}", doc["code"])
        if channel != "sms":
            return words
        if service["do_not_share_warning_enabled"]:
            words += WARNING
        return f"<#> {words} {params.app_hash}" if params.app_hash else words


def _laid_out(account: str, sid: str, name: str, channels: tuple[str, ...], text: str) -> Doc:
    english: dict[str, Any] = {
        "is_default_translation": True,
        "status": "approved",
        "locale": "en",
        "text": text,
        "date_updated": SINCE,
        "date_created": SINCE,
    }
    return {
        "sid": sid,
        "account_sid": account,
        "friendly_name": name,
        "channels": [*channels],
        "translations": {"en": english},
    }
