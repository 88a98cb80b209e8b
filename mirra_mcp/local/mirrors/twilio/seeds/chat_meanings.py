"""What people's words mean of conversations, templates, and WhatsApp's window.

Source: https://www.twilio.com/docs/api/errors/63016 and
https://www.twilio.com/docs/whatsapp/tutorial/message-template-approvals-statuses
"""

from mirra_mcp.local.kit.facts import Begins, Given, Not, Through, all_, is_
from mirra_mcp.local.kit.meanings import Alias, Meaning, State, Words, means, spoken

OUT = Begins("direction", ("outbound",))
TAKEN = is_("status", "accepted", "queued", "sending", "sent", "delivered", "read")
OUTSIDE = is_("outside_window", True)
WINDOW = (
    "[of] [the/whatsapp/a] ['s] (24-hour|24h|24-hours|24 hour|24 hours)"
    " [customer] [service/care/messaging/session/conversation] window"
)
WINDOWS: dict[str, State] = {
    f"(is|was|were) sent outside {WINDOW}": means(is_("error_code", 63016), OUTSIDE, among=OUT),
    f"(is|was|were) sent (inside|within|in) {WINDOW}": means(
        all_(Begins("to", ("whatsapp:",)), TAKEN, is_("outside_window", False)),
        Not(OUTSIDE),
        among=OUT,
    ),
}
"""What is said of messages. Templates may be sent at any time, and are outside as well."""

REVIEWED: dict[str, Meaning] = spoken(
    {
        "submitted": means(
            is_("status", "received", "pending", "approved", "rejected", "paused", "disabled")
        ),
        "approved": means(is_("status", "approved")),
        "rejected refused": means(is_("status", "rejected")),
        "paused": means(is_("status", "paused")),
        "disabled": means(is_("status", "disabled")),
    }
)
MESSAGE = Through("message_sid", "message", TAKEN)
SENT: dict[str, Meaning] = spoken(
    {
        "sent used": means(MESSAGE, Given("message_sid")),
        "delivered": means(Through("message_sid", "message", is_("status", "delivered", "read"))),
    }
)
NAMES = ("name", "friendly_name", "content_sid")

CHATS: dict[str, Words] = {
    "content_approval": Words(
        means=REVIEWED,
        aliases=(
            Alias("template", REVIEWED, is_strict=True, names=NAMES),
            Alias("whatsapp template", REVIEWED, is_strict=True, names=NAMES),
        ),
    ),
    "template_send": Words(
        means=SENT,
        aliases=(
            Alias("template", SENT, is_strict=True, names=NAMES[1:]),
            Alias("whatsapp template", SENT, is_strict=True, names=NAMES[1:]),
        ),
    ),
    "conversation_message": Words(
        means=spoken({"redacted": means(is_("is_redacted", True))}),
        texts=("body",),
    ),
}
"""By entity of Conversations and Content."""
