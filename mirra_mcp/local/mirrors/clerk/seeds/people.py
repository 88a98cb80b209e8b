"""People of the past: users that signed up before the session began."""

from datetime import datetime

from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.users.users.params import CreateUser
from mirra_mcp.wire.model import Doc

NAMES = (
    ("Alice", "Anderson"),
    ("Bob", "Brown"),
    ("Carol", "Clark"),
    ("Dave", "Davis"),
    ("Erin", "Evans"),
    ("Frank", "Foster"),
    ("Grace", "Green"),
    ("Heidi", "Hughes"),
    ("Ivan", "Irwin"),
    ("Judy", "Jones"),
)
PASSWORD = "correct-horse-battery-staple"


def make(
    clerk: Peers,
    number: int,
    *,
    email: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    at: datetime | None = None,
) -> Doc:
    """Make a user: someone of ten names, with an address at example.com and a known password."""
    first, last = NAMES[number % len(NAMES)]
    address = email or f"{first.lower()}{number // len(NAMES) or ''}@example.com"
    params = CreateUser(
        email_address=[address],
        first_name=first_name or (first if email is None else None),
        last_name=last_name or (last if email is None and first_name is None else None),
        password=PASSWORD,
        created_at=None if at is None else at.isoformat(),
    )
    return clerk.users.get(clerk.users.create(params)["id"])
