"""The named states to start from."""

from mirra_mcp.local.kit.mirror import Fixture

FIXTURES: dict[str, Fixture] = {
    "empty": Fixture("A fresh test account.", lambda stripe: None),
}
