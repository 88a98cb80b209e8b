"""What the world does with emails: mail servers and their users.

Source: https://resend.com/docs/webhooks/event-types
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.resend.api.addresses import parse
from mirra_mcp.local.mirrors.resend.api.params import as_list
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.sending.emails.outcomes import hard_bounce
from mirra_mcp.local.mirrors.resend.sending.suppressions import Origin
from mirra_mcp.wire.model import Doc

HREF = re.compile(r"""href\s*=\s*["'](https?://[^"']+)["']""", re.I)
BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36"
SOMEWHERE = "203.0.113.7"
SHORT = {"hard": "Permanent", "soft": "Transient"}

EmailId = Annotated[str | None, Field(description="The email; the only one there is, if left out.")]


class Bounce(BaseModel):
    """Why an email came back. `hard` and `soft` are short for Resend's types."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    type: Literal["hard", "soft", "Permanent", "Transient", "Undetermined"] = "hard"
    sub_type: (
        Literal[
            "Undetermined",
            "General",
            "NoEmail",
            "MailboxFull",
            "MessageTooLarge",
            "ContentRejected",
            "AttachmentRejected",
        ]
        | None
    ) = None
    reason: str | None = None
    message: str | None = None
    diagnostic_code: Annotated[list[str], BeforeValidator(as_list)] | None = None

    def told(self, email: Doc) -> Doc:
        """Return Resend's `bounce` of a webhook; `reason` stays when it was given.

        Source: https://resend.com/docs/webhooks/emails/bounced
        """
        told = hard_bounce(email["to"]) | {"type": SHORT.get(self.type, self.type)}
        told["subType"] = self.sub_type or "General"
        if self.reason or self.message:
            told["message"] = self.message or self.reason
            told["diagnosticCode"] = [f"smtp; 550 5.1.1 {told['message']}" for _ in email["to"]]
        if self.diagnostic_code is not None:
            told["diagnosticCode"] = self.diagnostic_code
        return told | ({"reason": self.reason} if self.reason else {})


def coming(resend: Peers, email_id: str | None, event: str) -> Doc:
    """Return the email that a story is about, if `event` can happen to it next.

    Raises:
        Refusal: no such email, more than one to choose from, or it is past that.
    """
    email = the_one(resend.emails, email_id, "emailId")
    if not resend.emails.may_become(email, event):
        raise SimulateError(
            f"The email {email['id']} is {email['last_event']}, so it can't be {event} now.",
            "Send another email and name it as 'emailId'.",
        )
    return email


def read_by(resend: Peers, email_id: str | None, event: str) -> Doc:
    """Return the email that somebody is about to read, delivered first if it isn't yet."""
    email = the_one(resend.emails, email_id, "emailId")
    if email["last_event"] in ("sent", "delivery_delayed"):
        return resend.emails.deliver(email)
    return coming(resend, email["id"], event)


@story("email.sent")
def sent(resend: Peers, email_id: EmailId = None) -> Doc:
    """The time of a scheduled email comes early: Resend sends it now."""
    email = coming(resend, email_id, "sent")
    resend.cancel_timers("emails.send_scheduled", id=email["id"])
    return resend.emails.view(resend.emails.dispatch(email))


@story("email.delivered")
def delivered(resend: Peers, email_id: EmailId = None) -> Doc:
    """The receiving server accepts the email at once."""
    return resend.emails.view(resend.emails.deliver(coming(resend, email_id, "delivered")))


@story("email.delivery_delayed")
def delivery_delayed(resend: Peers, email_id: EmailId = None) -> Doc:
    """The receiving server asks to try later. Nothing more happens by itself."""
    return resend.emails.view(resend.emails.delay(coming(resend, email_id, "delivery_delayed")))


@story("email.bounced", fires=("email.bounced", "suppression.added"))
def bounced(
    resend: Peers,
    email_id: EmailId = None,
    bounce: Annotated[
        Bounce | None, Field(description="type hard|soft, subType, reason, message, diagnosticCode")
    ] = None,
) -> Doc:
    """The receiving server refuses the email; after a hard bounce the address is suppressed."""
    email = coming(resend, email_id, "bounced")
    told = (bounce or Bounce()).told(email)
    return resend.emails.view(resend.emails.bounce(email, bounce=told))


@story("email.complained", fires=("email.complained", "suppression.added"))
def complained(resend: Peers, email_id: EmailId = None) -> Doc:
    """The recipient marks the email as spam, and the address is suppressed."""
    return resend.emails.view(resend.emails.complain(read_by(resend, email_id, "complained")))


@story("email.opened")
def opened(resend: Peers, email_id: EmailId = None) -> Doc:
    """The recipient opens the email; it is delivered first if it wasn't."""
    return resend.emails.view(resend.emails.open(read_by(resend, email_id, "opened")))


@story("email.clicked")
def clicked(
    resend: Peers,
    email_id: EmailId = None,
    link: Annotated[
        str | None, Field(description="What is clicked; the first link of the email, if left out.")
    ] = None,
    ip_address: str = SOMEWHERE,
    user_agent: str = BROWSER,
) -> Doc:
    """The recipient clicks a link in the email; it is delivered first if it wasn't."""
    email = read_by(resend, email_id, "clicked")
    found = HREF.search(email["html"] or "")
    url = link or (found[1] if found else "https://example.com/")
    click = resend.emails.click_of(url, ip_address, user_agent)
    return resend.emails.view(resend.emails.click(email, click))


@story("email.failed")
def failed(resend: Peers, email_id: EmailId = None, reason: str = "reached_daily_quota") -> Doc:
    """Resend can't send the email, for a reason such as a used-up quota."""
    return resend.emails.view(resend.emails.fail(coming(resend, email_id, "failed"), reason))


@story("email.suppressed")
def suppressed(resend: Peers, email_id: EmailId = None) -> Doc:
    """Resend doesn't deliver the email, because the address bounced or complained before."""
    return resend.emails.view(resend.emails.suppress(coming(resend, email_id, "suppressed")))


@story("suppression.added")
def suppression_added(resend: Peers, email: str, origin: Origin = "manual") -> Doc:
    """An address gets onto the suppression list: somebody adds it in the dashboard."""
    address = parse(email)
    if address is None:
        raise SimulateError(f"'{email}' isn't an email address.", "Write it as user@example.com.")
    return resend.suppressions.view(resend.suppressions.add(address.email, origin=origin))


@story("suppression.removed")
def suppression_removed(resend: Peers, email: str | None = None) -> Doc:
    """An address leaves the suppression list: somebody removes it in the dashboard."""
    known = resend.suppressions.of(email) if email else None
    if email and known is None:
        raise SimulateError(f"'{email}' isn't suppressed.", "List the suppressions first.")
    doc = known or the_one(resend.suppressions, None, "email")
    resend.suppressions.drop(doc, event="suppression.removed")
    return resend.suppressions.view(doc)
