"""The fixtures of the Twilio mirror, one line each; the first is the default."""

from mirra_mcp.local.kit.mirror import Fixture
from mirra_mcp.local.mirrors.twilio.seeds import (
    empty,
    ivr,
    messaging_service,
    rate_limited,
    support_chat,
    verified_numbers,
    verify_flow,
    whatsapp_approved,
)

FIXTURES: dict[str, Fixture] = {
    "empty": Fixture("A blank account: no numbers, no messages.", empty.build),
    "verified-numbers": Fixture(
        "A trial account with one number of its own: it may text +15555550123 and +15555550124,"
        " which are verified, and nobody else (21608).",
        verified_numbers.build,
    ),
    "messaging-service": Fixture(
        "A messaging service, Acme notifications, with a pool of five US numbers.",
        messaging_service.build,
    ),
    "verify-flow": Fixture(
        "A Verify service, Acme: codes of six digits by SMS, ten verifications an hour for each"
        " `end_user_ip_address`.",
        verify_flow.build,
    ),
    "ivr": Fixture(
        "A support line, +14155550100, an agent's phone, +14155550199, that is answered after a"
        " second, and an empty queue `support`.",
        ivr.build,
    ),
    "rate-limited": Fixture(
        "As verify-flow, and a number to send from; the eleventh message or verification of a"
        " minute gets 429.",
        rate_limited.build,
    ),
    "support-chat": Fixture(
        "A conversation of the chat user agent and +15555550123, who texts the account's number;"
        " who else texts it opens a conversation.",
        support_chat.build,
    ),
    "whatsapp-approved": Fixture(
        "A WhatsApp sender that is online, with two templates that WhatsApp approved:"
        " order_shipped and appointment_reminder, which has buttons.",
        whatsapp_approved.build,
    ),
}

ENVS: dict[str, dict[str, str]] = {
    "verified-numbers": verified_numbers.ENV,
    "messaging-service": messaging_service.ENV,
    "verify-flow": verify_flow.ENV,
    "ivr": ivr.ENV,
    "rate-limited": rate_limited.ENV,
    "support-chat": support_chat.ENV,
    "whatsapp-approved": whatsapp_approved.ENV,
}
"""By fixture what an application needs to know besides the account."""
