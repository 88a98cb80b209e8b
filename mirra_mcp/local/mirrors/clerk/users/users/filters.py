"""Which users a list or a count is about, and in which order.

Source: https://clerk.com/docs/reference/backend-api (List all users)
"""

from collections.abc import Callable, Iterable

from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.users.users.params import UserFilter
from mirra_mcp.wire.model import Doc

Test = Callable[[Doc], bool]
ORDERS: dict[str, Callable[[Doc], object]] = {
    "created_at": lambda user: user["created_at"],
    "updated_at": lambda user: user["updated_at"],
    "email_address": lambda user: primary(user, "email_address"),
    "web3wallet": lambda user: primary(user, "web3_wallet"),
    "first_name": lambda user: user["first_name"],
    "last_name": lambda user: user["last_name"],
    "phone_number": lambda user: primary(user, "phone_number"),
    "username": lambda user: user["username"],
    "last_active_at": lambda user: user["last_active_at"],
    "last_sign_in_at": lambda user: user["last_sign_in_at"],
}
KINDS = {
    "email_address": "email_addresses",
    "phone_number": "phone_numbers",
    "web3_wallet": "web3_wallets",
}
SINCE = {
    "created_at_after": "created_at",
    "last_active_at_after": "last_active_at",
    "last_active_at_since": "last_active_at",
    "last_sign_in_at_after": "last_sign_in_at",
}
BEFORE = {
    "created_at_before": "created_at",
    "last_active_at_before": "last_active_at",
    "last_sign_in_at_before": "last_sign_in_at",
}
PARTS = {
    "email_address_query": ("email_addresses", "email_address"),
    "phone_number_query": ("phone_numbers", "phone_number"),
}


def chosen(clerk: Peers, wanted: UserFilter) -> list[Doc] | None:
    """List the users that a filter names, oldest first; None: it names none, all are meant."""
    tests = list(tests_of(clerk, wanted))
    candidates = named(clerk, wanted)
    if candidates is None and not tests:
        return None
    users = clerk.users.find(newest_first=False) if candidates is None else candidates
    return [user for user in users if all(test(user) for test in tests)]


def named(clerk: Peers, wanted: UserFilter) -> list[Doc] | None:
    """Look up the users that a filter names by something of which each has its own."""
    if wanted.user_id and not any(id[:1] in "+-" for id in wanted.user_id):
        found = [clerk.users.peek(id) for id in dict.fromkeys(wanted.user_id)]
    elif wanted.email_address:
        found = [clerk.email_addresses.owner(each) for each in wanted.email_address]
    elif wanted.phone_number:
        found = [clerk.phone_numbers.owner(each) for each in wanted.phone_number]
    else:
        return None
    by_id = {user["id"]: user for user in found if user is not None}
    return sorted(by_id.values(), key=lambda user: int(user["created_at"]))


def tests_of(clerk: Peers, wanted: UserFilter) -> Iterable[Test]:
    """Make a test of each part of a filter."""
    for name, field in (("user_id", "id"), ("external_id", "external_id")):
        if values := getattr(wanted, name):
            yield signed(values, lambda user, field=field: {user[field]})  # type: ignore[misc]
    if wanted.organization_id:
        members = clerk.organization_memberships
        yield signed(wanted.organization_id, lambda user: members.organizations_of(user["id"]))
    if wanted.username:
        names = {each.lower() for each in wanted.username}
        yield lambda user: (user["username"] or "").lower() in names
    for name, kind in KINDS.items():
        if values := getattr(wanted, name):
            yield having(kind, name, {each.lower() for each in values})
    if wanted.query is not None:
        yield mentioning(wanted.query.lower())
    for name, (kind, field) in PARTS.items():
        if (text := getattr(wanted, name)) is not None:
            yield partly(kind, field, text.lower())
    if (text := wanted.username_query) is not None:
        yield within(text, lambda user: (user["username"] or "").lower())
    if (text := wanted.name_query) is not None:
        yield within(text, full_name)
    if wanted.banned is not None:
        yield lambda user: user["banned"] is wanted.banned
    yield from times(wanted)
    if wanted.provider is not None or wanted.provider_user_id is not None:
        yield connected(wanted)


def signed(values: list[str], of: Callable[[Doc], set[str | None]]) -> Test:
    """Let values be included, or with a `-` before them excluded."""
    without = {each[1:] for each in values if each[0] == "-"}
    within = {each.removeprefix("+") for each in values if each[0] != "-"}
    return lambda user: (not within or bool(of(user) & within)) and not of(user) & without


def having(kind: str, field: str, values: set[str]) -> Test:
    """Let a user have one of several identifiers."""
    return lambda user: any(each[field].lower() in values for each in user[kind])


def partly(kind: str, field: str, text: str) -> Test:
    """Let an identifier of a user contain a text."""
    return lambda user: any(text in each[field].lower() for each in user[kind])


def within(text: str, of: Callable[[Doc], str]) -> Test:
    """Let something of a user contain a text, in either case."""
    wanted = text.lower()
    return lambda user: wanted in of(user)


def full_name(user: Doc) -> str:
    """Return first and last name, in lower case."""
    return f"{user['first_name'] or ''} {user['last_name'] or ''}".strip().lower()


def mentioning(text: str) -> Test:
    """Let one of the things that people look users up by contain a text."""

    def test(user: Doc) -> bool:
        own = (user["id"], user["username"] or "", full_name(user))
        return any(text in each.lower() for each in own) or any(
            text in each[field].lower() for field, kind in KINDS.items() for each in user[kind]
        )

    return test


def times(wanted: UserFilter) -> Iterable[Test]:
    """Make a test of each bound in time."""
    for name, field in SINCE.items():
        if (at := getattr(wanted, name)) is not None:
            yield since(field, at)
    for name, field in BEFORE.items():
        if (at := getattr(wanted, name)) is not None:
            yield before(field, at)


def since(field: str, at: int) -> Test:
    """Let something have happened to a user at an instant or later."""
    return lambda user: user[field] is not None and user[field] >= at


def before(field: str, at: int) -> Test:
    """Let something have happened to a user before an instant."""
    return lambda user: user[field] is not None and user[field] < at


def connected(wanted: UserFilter) -> Test:
    """Let a user have an external account of a provider.

    Raises:
        VendorError: only one of provider and its users' ids was given.
    """
    if wanted.provider is None:
        raise errors.needed_with("provider", "provider_user_id")
    if wanted.provider_user_id is None:
        raise errors.needed_with("provider_user_id", "provider")
    provider, ids = wanted.provider, set(wanted.provider_user_id)
    return lambda user: any(
        each["provider"] == provider and each["provider_user_id"] in ids
        for each in user["external_accounts"]
    )


def primary(user: Doc, name: str) -> str | None:
    """Return the primary identifier of a kind."""
    id = user[f"primary_{name}_id"]
    found = (each[name] for each in user[KINDS[name]] if each["id"] == id)
    return next(found, None)


def ordered(users: list[Doc], order_by: str) -> list[Doc]:
    """Sort users, who are given oldest first; those without a value come last.

    Raises:
        VendorError: there is no such order.
    """
    field = order_by.lstrip("+-")
    key = ORDERS.get(field)
    if key is None:
        raise errors.not_allowed("order_by", order_by)
    known = [user for user in users if key(user) is not None]
    unknown = [user for user in users if key(user) is None]
    downward = order_by.startswith("-")
    if downward:
        known.reverse()
    known.sort(key=key, reverse=downward)  # type: ignore[arg-type]  # of one type each
    return known + unknown
