"""The fixtures of the Twilio mirror, one line each; the first is the default."""

from mirra_mcp.local.kit.mirror import Fixture
from mirra_mcp.local.mirrors.twilio.seeds import empty

FIXTURES: dict[str, Fixture] = {
    "empty": Fixture("A blank account: no numbers, no messages.", empty.build),
}
