"""The fixtures of the Twilio mirror, one line each; the first is the default."""

from mirra_mcp.local.kit.mirror import Fixture
from mirra_mcp.local.mirrors.twilio.seeds import empty, rate_limited, verify_flow

FIXTURES: dict[str, Fixture] = {
    "empty": Fixture("A blank account: no numbers, no messages.", empty.build),
    "verify-flow": Fixture(
        "A Verify service, Acme: codes of six digits by SMS, ten verifications an hour for each"
        " `end_user_ip_address`.",
        verify_flow.build,
    ),
    "rate-limited": Fixture(
        "The eleventh message or verification of a minute gets 429; otherwise as verify-flow.",
        rate_limited.build,
    ),
}
