"""What people's words mean of Twilio's documents: whose handset was truly reached.

Source: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values and
https://www.twilio.com/docs/verify/api/verification
"""

from mirra_mcp.local.kit.facts import Begins, Either, Given, Not, all_, either, is_
from mirra_mcp.local.kit.meanings import Alias, Meaning, Unclear, Words, means, spoken
from mirra_mcp.local.mirrors.twilio.seeds.chat_meanings import CHATS, OUT, WINDOWS
from mirra_mcp.local.mirrors.twilio.seeds.voice_meanings import VOICE

IN = is_("direction", "inbound")
HANDED_OVER = is_(
    "status", "accepted", "queued", "sending", "sent", "delivered", "undelivered", "read",
)  # fmt: skip
ARRIVED = is_("status", "delivered", "read")
CODE_SENT: Either = either(
    is_("status", "pending"),
    is_("status", "approved"),
    is_("status", "expired"),
    is_("status", "max_attempts_reached"),
)
CHAT = ("whatsapp:", "messenger:")
NOT_CHAT = Not(either(Begins("to", CHAT), Begins("from", CHAT)))
WITH_MEDIA = all_(NOT_CHAT, Given("num_media"))
WHATSAPP = either(Begins("to", ("whatsapp:",)), Begins("from", ("whatsapp:",)))

MESSAGES: dict[str, Meaning] = spoken(
    {
        "sent texted": means(HANDED_OVER, among=OUT),
        "delivered": means(ARRIVED, among=OUT),
        "failed": means(is_("status", "failed"), is_("status", "undelivered"), among=OUT),
        "undelivered": means(is_("status", "undelivered"), is_("status", "failed"), among=OUT),
        "replied": means(is_("direction", "outbound-reply")),
        "canceled cancelled": means(is_("status", "canceled")),
        "scheduled": means(is_("status", "scheduled"), stands=False),
        "redacted": Unclear(
            "it may be a text, or what was said in a conversation",
            ("The chat message was redacted", 'No conversation message contains "4242"'),
        ),
        "received": Unclear(
            "it may be one that a handset got, or one that came in",
            ("A message was delivered", "An inbound message was received"),
        ),
        "read seen opened": Unclear(
            "of an SMS nobody learns whether it was read", ("The message was delivered",)
        ),
    }
)
ON_WHATSAPP: dict[str, Meaning] = MESSAGES | spoken(
    {
        "read seen opened": means(is_("status", "read"), among=OUT),
        "failed": means(is_("status", "failed", "undelivered"), among=OUT),
    }
)
"""Of WhatsApp people say that what can't be delivered failed: so does Twilio, of 63016.

Source: https://www.twilio.com/docs/api/errors/63016
"""
CAME_IN: dict[str, Meaning] = spoken({"received sent delivered": means(IN)})

MEANINGS: dict[str, Words] = {
    **VOICE,
    **CHATS,
    "message": Words(
        means=MESSAGES,
        aliases=(
            Alias("sms", MESSAGES, all_(NOT_CHAT, Not(Given("num_media"))), NOT_CHAT),
            Alias("text message", MESSAGES, NOT_CHAT, NOT_CHAT),
            Alias("text", MESSAGES, NOT_CHAT, NOT_CHAT),
            Alias("mms", MESSAGES, WITH_MEDIA, WITH_MEDIA),
            Alias("whatsapp message", ON_WHATSAPP, WHATSAPP, WHATSAPP),
            Alias("inbound message", CAME_IN, IN, IN),
            Alias("incoming message", CAME_IN, IN, IN),
            Alias("outbound message", MESSAGES, OUT, OUT),
        ),
        states=WINDOWS,
        texts=("body",),
        reasons=("error_code",),
    ),
    "verification": Words(
        means=spoken(
            {
                "sent started requested": means(CODE_SENT, stands=False),
                "approved verified completed passed": means(is_("status", "approved")),
                "canceled cancelled": means(is_("status", "canceled")),
                "expired": means(is_("status", "expired")),
                "failed": Unclear(
                    "a wrong code leaves a verification pending, and so does one that is late",
                    (
                        "The verification was not approved",
                        "The verification's status is `max_attempts_reached`",
                    ),
                ),
                "delivered received": Unclear(
                    "Verify doesn't tell whether a code arrived",
                    ("The verification was approved", "The verification was sent"),
                ),
            }
        ),
    ),
    "verification_check": Words(
        means=spoken(
            {
                "approved passed accepted": means(is_("valid", True)),
                "failed refused rejected": means(is_("valid", False)),
            }
        ),
    ),
}
