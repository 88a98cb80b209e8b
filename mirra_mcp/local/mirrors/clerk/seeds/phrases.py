"""How Setup text speaks of a Clerk instance, and the verbs that make it so."""

import sys

from mirra_mcp.local.kit.phrases import Said, bare, phrase, phrases_of
from mirra_mcp.local.mirrors.clerk.access.params import CreateInvitation, CreateWaitlistEntry
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.billing.plans import DEAREST
from mirra_mcp.local.mirrors.clerk.machines.params import CreateApiKey, CreateMachine
from mirra_mcp.local.mirrors.clerk.organizations.defaults import ADMIN, MEMBER
from mirra_mcp.local.mirrors.clerk.organizations.params import CreateOrganization
from mirra_mcp.local.mirrors.clerk.seeds import people

LONGEST_TRIAL = 365
MOST = 5_000
"""Users that one phrase makes."""


@phrase(
    r"{count} (?:(?P<state>banned|locked) )?users?(?: {name})?"
    r"(?: (?:with (?:the )?email |at )?{values})?",
    r"the users? {values}",
)
def users(clerk: Peers, said: Said) -> str:
    """Make users."""
    emails = said.values()
    count = said.count() if said.has("count") else len(emails)
    if count > MOST:
        raise ValueError(f"{count} are too many: Setup text makes at most {MOST}")
    if emails and len(emails) != count:
        raise ValueError(f"{count} users are announced, {len(emails)} are named")
    first, _, last = (said.name() or "").partition(" ")
    state = said.word("state")
    for number in range(count):
        user = people.make(
            clerk,
            clerk.users.count(),
            email=emails[number] if emails else None,
            first_name=first or None,
            last_name=last or None,
        )
        if state == "banned":
            clerk.users.shut_out(user)
        elif state == "locked":
            clerk.users.lock_out(user)
    return f"{count} {state + ' ' if state else ''}user{'s' * (count != 1)}"


@phrase(
    r"(?:an?|the) (?:(?:new|blank|empty|fresh) )?(?:clerk )?(?:instance|application)",
)
def instance(clerk: Peers, said: Said) -> str:
    """Have an instance: there is one always."""
    return "a Clerk instance"


@phrase(
    r"passwords (?:are|being) (?P<how>optional|required|not required)",
    r"(?P<how>optional|no) passwords",
)
def passwords(clerk: Peers, said: Said) -> str:
    """Ask each user for a password, or don't."""
    is_required = said.word("how") == "required"
    clerk.instance.set(requires_password=is_required)
    return f"passwords are {'required' if is_required else 'optional'}"


@phrase(
    r"an? clerk webhook(?: endpoint)? (?:at |to |registered at )?{value:url}"
    r"(?: for {values})?",
)
def webhook(clerk: Peers, said: Said) -> str:
    """Send events to an address, as set up in the dashboard."""
    url, events = said.value("url") or "", said.values()
    unknown = [each for each in events if each not in clerk.webhook_events]
    if unknown:
        raise ValueError(f"there is no event {unknown[0]}")
    clerk.webhook_endpoints.subscribe(url, events or None)
    return f"webhook to {url}"


@phrase(
    r"an? (?:organization|org|team)(?: (?:named|called))? "
    r"(?P<org>`[^`]+`|\"[^\"]+\"|(?-i:[A-Z]\w*(?: [A-Z]\w*)*))"
    r"(?: with {count} (?:members?|users?))?",
    r"{count} organizations?",
)
def organizations(clerk: Peers, said: Said) -> str:
    """Make organizations; of one the members, the first an admin, or none."""
    name = said.groups.get("org")
    if name is None:
        for number in range(_at_most(said.count())):
            clerk.organizations.create(CreateOrganization(name=f"Organization {number + 1}"))
        return f"{said.count()} organizations"
    called = bare(name)
    count = _at_most(said.count()) if said.has("count") else 0
    params = CreateOrganization(name=called, max_allowed_memberships=max(5, count))
    made = clerk.organizations.get(clerk.organizations.create(params)["id"])
    for number in range(count):
        user = people.make(clerk, clerk.users.count())
        clerk.organization_memberships.join(made, user, MEMBER if number else ADMIN)
    return f"the organization {called} with {count} member{'s' * (count != 1)}"


@phrase(
    r"{count} (?:(?P<state>pending|revoked|expired) )?invitations?(?: (?:to|for) {values})?",
)
def invitations(clerk: Peers, said: Said) -> str:
    """Invite people to sign up; what became of it is pending, unless it is said."""
    state = said.word("state") or "pending"
    for email in _addresses(said, "guest"):
        made = clerk.invitations.invite(CreateInvitation(email_address=email, notify=False))
        if state == "revoked":
            clerk.invitations.withdraw(made)
        elif state == "expired":
            clerk.cancel_timers("invitations.expire", id=made["id"])
            clerk.invitations.expire(made["id"])
    return f"{said.count()} {state} invitation{'s' * (said.count() != 1)}"


@phrase(r"{count} waitlist entr(?:y|ies)(?: (?:for|of) {values})?")
def waitlist(clerk: Peers, said: Said) -> str:
    """Put people on the waitlist."""
    for email in _addresses(said, "waiting"):
        clerk.waitlist_entries.join(CreateWaitlistEntry(email_address=email, notify=False))
    return f"{said.count()} on the waitlist"


@phrase(r"an? (?P<list>allowlist|blocklist) (?:with|of) {values}")
def listed(clerk: Peers, said: Said) -> str:
    """Enable one of the lists, with identifiers: `*@acme.com` is a whole domain."""
    kind = said.word("list")
    noun = clerk.allowlist_identifiers if kind == "allowlist" else clerk.blocklist_identifiers
    for each in said.values():
        noun.save(noun.add(each))
    clerk.instance.set(**{str(kind): True})
    return f"{kind} with {', '.join(said.values())}"


@phrase(
    r"an? (?P<kind>enterprise|saml|sso) connection (?:for|of) {values}"
    r"(?: of the organization (?P<org>`[^`]+`|\"[^\"]+\"|(?-i:[A-Z]\w*(?: [A-Z]\w*)*)))?",
)
def enterprise_connection(clerk: Peers, said: Said) -> str:
    """Make an active connection to a company's identity provider, maybe of an organization."""
    domains, name = said.values(), said.groups.get("org")
    organization_id = None
    if name is not None:
        known = [each for each in clerk.organizations.find() if each["name"] == bare(name)]
        made = (
            known[0] if known else clerk.organizations.create(CreateOrganization(name=bare(name)))
        )
        organization_id = made["id"]
    host = f"https://idp.{domains[0]}"
    provider = {"idp_entity_id": host, "idp_sso_url": f"{host}/sso", "idp_metadata_url": host}
    clerk.enterprise_connections.add(
        "saml_custom",
        provider,
        name=domains[0],
        domains=domains,
        organization_id=organization_id,
        active=True,
    )
    return f"enterprise connection for {', '.join(domains)}"


@phrase(
    r"an? (?:clerk|billing) plan (?P<plan>`[^`]+`|\"[^\"]+\"|(?-i:[A-Z]\w*(?: [A-Z]\w*)*))"
    r"(?: (?:for|of) (?P<whose>users|organizations))? (?:at|for) \$(?P<price>\d+(?:\.\d\d)?) "
    r"(?:a|per) month(?:,? with an? (?P<days>\d+)[- ]day (?:free )?trial)?"
    r"(?:,? with (?:the )?features? {values})?",
)
def plan(clerk: Peers, said: Said) -> str:
    """Make a plan, which enables Billing for users or organizations."""
    name, days = bare(said.groups["plan"] or ""), said.groups.get("days")
    if clerk.billing_plans.is_taken(clerk.billing_plans.slug_of(name)):
        raise ValueError(f"no other plan can be called {name}")
    price = said.groups["price"] or "0"
    if float(price) * 100 > DEAREST:
        raise ValueError("a plan costs less than $999,999.99 a month")
    if days is not None and not 1 <= int(days) <= LONGEST_TRIAL:
        raise ValueError(f"a trial is of 1 to {LONGEST_TRIAL} days")
    clerk.billing_plans.add(
        name,
        kind="org" if said.groups.get("whose") == "organizations" else "user",
        amount=round(float(price) * 100),
        features=said.values(),
        trial_days=None if days is None else int(days),
    )
    return f"the plan {name} at ${price} a month"


MODES = {"open": "public", "public": "public", "invite-only": "restricted",
         "restricted": "restricted", "by waitlist": "waitlist"}  # fmt: skip


@phrase(r"sign-ups (?:are|being) (?P<mode>open|public|invite-only|restricted|by waitlist)")
def mode(clerk: Peers, said: Said) -> str:
    """Let everybody sign up, or only the invited."""
    word = str(said.word("mode"))
    clerk.instance.set(sign_up_mode=MODES[word])
    return f"sign-ups are {word}"


@phrase(
    r"an? (?P<state>(?:revoked|good) )?api key(?: (?:named|called) {values})?"
    r"(?: (?:of|for) (?P<whose>\S+@\S+\w))?",
)
def api_key(clerk: Peers, said: Said) -> str:
    """Give a user an API key: the one that is named by its address, or the oldest."""
    state = (said.word("state") or "good").strip()
    whose = said.groups.get("whose")
    user = clerk.users.known_by(whose) if whose else clerk.users.first()
    if user is None:
        raise ValueError(f"there is no user {whose}" if whose else "there is no user yet")
    (name,) = said.values() or ["My key"]
    made = clerk.api_keys.make(CreateApiKey(name=name, subject=user["id"]))
    if state == "revoked":
        clerk.api_keys.taken_back(made, None)
    return f"{state} API key {name}"


@phrase(r"{count} machines?(?: (?:named|called) {values})?", r"the machines? {values}")
def machines(clerk: Peers, said: Said) -> str:
    """Make machines, each of which may call the one before it."""
    names = said.values()
    count = _at_most(said.count() if said.has("count") else len(names))
    if names and len(names) != count:
        raise ValueError(f"{count} machines are announced, {len(names)} are named")
    before: list[str] = []
    for name in names or [f"Machine {number + 1}" for number in range(count)]:
        params = CreateMachine(name=name, scoped_machines=before)
        before = [clerk.machines.create(params)["id"]]
    return f"{count} machine{'s' * (count != 1)}"


def _addresses(said: Said, word: str) -> list[str]:
    """Return the addresses that are named, or as many as are announced."""
    count, emails = _at_most(said.count()), said.values()
    if emails and len(emails) != count:
        raise ValueError(f"{count} are announced, {len(emails)} are named")
    return emails or [f"{word}{number + 1}@example.com" for number in range(count)]


def _at_most(count: int) -> int:
    if count > MOST:
        raise ValueError(f"{count} are too many: Setup text makes at most {MOST}")
    return count


PHRASES = phrases_of(sys.modules[__name__])
