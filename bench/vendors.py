"""What is sent to each vendor's mirror, and to its peers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from bench.common import EMAIL, Http, Started, basic, fill


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
    id: str = "id"
    """Where an object has its id."""
    suffix: str = ""
    """What paths end with."""
    page: str = "limit=20"
    """How a page of twenty is asked for."""

    def item(self, id: str) -> str:
        """Return the path of one object."""
        return f"{self.path.removesuffix(self.suffix)}/{id}{self.suffix}"

    def create(self, line: Http, **changed: str) -> str:
        """Create one and return its id."""
        return str(line.call("POST", self.path, self.body | changed)[self.id])

    def acts(self, line: Http, oldest: str) -> dict[str, Callable[[], object]]:
        """Return the calls whose cost must not grow with what is stored."""
        entity = self.path.removesuffix(self.suffix).rpartition("/")[2].lower()
        state = f"/_mirra/state?entity={entity}"
        made: dict[str, Callable[[], object]] = {
            "create": lambda: line.call("POST", self.path, self.body),
            "read the oldest": lambda: line.call("GET", self.item(oldest)),
            "list": lambda: line.call("GET", f"{self.path}?{self.page}"),
        }
        if self is STRIPE:
            search = f"{self.path}/search?query=email:'{OLDEST}'"
            made["list by email"] = lambda: line.call("GET", f"{self.path}?email={OLDEST}")
            made["search by email"] = lambda: line.call("GET", search)
            made["search by name, all match"] = lambda: line.call(
                "GET", f"{self.path}/search?query=name~'jenny'&limit=20"
            )
        elif self is TWILIO:
            to = quote(str(self.body["To"]))
            made["list by recipient"] = lambda: line.call("GET", f"{self.path}?{self.page}&To={to}")
        elif self is CLERK:
            made["search by name"] = lambda: line.call(
                "GET", f"{self.path}?{self.page}&query=jenny"
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
            if self is RESEND:
                oldest = self.create(line)
                fill(session, wanted, already=101)
            elif self in (TWILIO, CLERK):
                oldest = self.create(line)
                for _ in range(1, wanted):
                    self.create(line)
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
TWILIO = Vendor(
    "twilio",
    "send",
    f"/2010-04-01/Accounts/AC{'0' * 31}1/Messages.json",
    {"From": "+14155550100", "To": "+15555550123", "Body": "Your order is on its way."},
    "verified-numbers",
    "",
    form=True,
    id="sid",
    suffix=".json",
    page="PageSize=20",
)
CLERK = Vendor(
    "clerk",
    "create",
    "/v1/users",
    {
        "first_name": "Jenny",
        "last_name": "Rosen",
        "public_metadata": {"plan": "pro"},
        "skip_user_requirement": True,
        "skip_password_requirement": True,
    },
    "empty",
    "",
    page="limit=20",
)
"""Users without an address, which could be made but once."""
EMULATED = replace(
    TWILIO,
    path=f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json",
    body=TWILIO.body | {"From": "+15551234567"},
    key=basic(f"AC{'0' * 32}", "twilio_test_auth_token"),
)
"""The same for emulate, whose account and number are others."""
VENDORS = {vendor.name: vendor for vendor in (RESEND, STRIPE, TWILIO, CLERK)}
