"""What is sent to each vendor's mirror, and to its peers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.common import EMAIL, Http, Started, fill


@dataclass(frozen=True)
class Vendor:
    """One object that is created and read again and again."""

    name: str
    verb: str
    """What creating it is called."""
    path: str
    body: dict[str, Any]
    seed: str
    key: str
    """What the peers take for an API key."""
    form: bool = False
    """Whether bodies are forms, not JSON."""

    def create(self, line: Http, **changed: str) -> str:
        """Create one and return its id."""
        return str(line.call("POST", self.path, self.body | changed)["id"])

    def acts(self, line: Http, oldest: str) -> dict[str, Callable[[], object]]:
        """Return the calls whose cost must not grow with what is stored."""
        state = f"/_mirra/state?entity={self.path.rpartition('/')[2]}"
        made: dict[str, Callable[[], object]] = {
            "create": lambda: line.call("POST", self.path, self.body),
            "read the oldest": lambda: line.call("GET", f"{self.path}/{oldest}"),
            "list": lambda: line.call("GET", f"{self.path}?limit=20"),
        }
        if self is STRIPE:
            search = f"{self.path}/search?query=email:'{OLDEST}'"
            made["list by email"] = lambda: line.call("GET", f"{self.path}?email={OLDEST}")
            made["search by email"] = lambda: line.call("GET", search)
            made["search by name, all match"] = lambda: line.call(
                "GET", f"{self.path}/search?query=name~'jenny'&limit=20"
            )
        else:
            made["search state"] = lambda: line.call(
                "GET", f"{state}&limit=20&where=last_event:sent"
            )
        made["find by id"] = lambda: line.call("GET", f"{state}&id={oldest}")
        return made

    def store(self, session: Started, wanted: int) -> dict[str, Callable[[], object]]:
        """Fill a mirror and return the calls to measure."""
        with session.connect() as line:
            if self is not STRIPE:
                oldest = self.create(line)
                fill(session, wanted, already=101)
            else:
                oldest = self.create(line, email=OLDEST)
                for number in range(1, wanted):
                    self.create(line, email=f"reader{number}@example.com")
        return self.acts(session.connect(), oldest)


OLDEST = "first@example.com"
RESEND = Vendor("resend", "send", "/emails", EMAIL, "transactional-busy", "re_bench")
STRIPE = Vendor(
    "stripe",
    "create",
    "/v1/customers",
    {
        "email": "jenny@example.com",
        "name": "Jenny Rosen",
        "description": "Came by the newsletter",
        "metadata[plan]": "pro",
    },
    "empty",
    "sk_test_bench",
    form=True,
)
VENDORS = {vendor.name: vendor for vendor in (RESEND, STRIPE)}
