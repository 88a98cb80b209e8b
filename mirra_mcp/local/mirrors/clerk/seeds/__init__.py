"""The fixtures of the Clerk mirror, one line each; the first is the default."""

from mirra_mcp.local.kit.mirror import Fixture
from mirra_mcp.local.mirrors.clerk.seeds import empty

FIXTURES: dict[str, Fixture] = {
    "empty": Fixture(
        "A new instance: no users, email address and password asked of each.", empty.build
    ),
}
