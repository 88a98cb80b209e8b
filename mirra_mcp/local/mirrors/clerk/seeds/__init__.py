"""The fixtures of the Clerk mirror, one line each; the first is the default."""

from mirra_mcp.local.kit.mirror import Fixture
from mirra_mcp.local.mirrors.clerk.seeds import b2b, consumer, empty

FIXTURES: dict[str, Fixture] = {
    "empty": Fixture(
        "A new instance: no users, email address and password asked of each.", empty.build
    ),
    "b2b": Fixture(
        "Acme, made by Alice, with Bob (member), Carol (`org:billing`) and an invitation to"
        " erin@example.com, and Globex, made by Dave, with Alice; password"
        " `correct-horse-battery-staple`.",
        b2b.build,
    ),
    "consumer": Fixture(
        "Alice, signed in; Bob, banned; Carol, locked; Dave with an authenticator app"
        " (`JBSWY3DPEHPK3PXP`); Erin with Google; Frank with a username and +15555550100, his"
        " address unverified; Grace without a password.",
        consumer.build,
    ),
}
