"""How Setup text speaks of a Resend account, and the verbs that make it so."""

import sys
from datetime import datetime, timedelta
from typing import Any

from mirra_mcp.local.kit.phrases import Said, phrase, phrases_of
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.seeds import history
from mirra_mcp.wire.model import Doc

DOMAINS = ("mail.acme.com", "news.acme.com", "billing.acme.com", "app.acme.com")
STATUSES = {"pending": "pending", "failed": "failed", "unverified": "not_started"}
STATUS = r"(?P<status>verified|unverified|not yet verified|pending|failed)"
RATES = {"bounce": "bounced", "open": "opened", "complaint": "complained", "click": "clicked"}
MOST = 5_000
"""Documents that one phrase makes."""


@phrase(
    rf"{{count}} (?:{STATUS} )?(?:sending )?domains?(?: {{values}}| {{name}})?",
    rf"the (?:{STATUS} )?domains? {{values}}",
    rf"(?:the domains? )?{{values}} (?:is|are) (?:{STATUS}|an? (?P<of>verified|pending|failed)"
    r" domain|verified domains)",
    rf"the domains? {{values}} (?:is|are) (?:already )?{STATUS}",
)
def domains(resend: Peers, said: Said) -> str:
    """Add domains, verified unless something else is said."""
    named = said.values() or [said.name() or ""] * said.has("name")
    names = named or [_fresh_domain(resend, number) for number in range(_few(said.count()))]
    if said.has("count") and named and said.count() != len(named):
        raise ValueError(f"{said.count()} domains are announced, {len(named)} are named")
    word = (said.word("status") or said.word("of") or "verified").removeprefix("not yet ")
    status = STATUSES.get("unverified" if "not yet" in said.text else word, "verified")
    for name in names:
        there = resend.domains.first(name=name.lower())
        if there is None:
            resend.domains.add(name, status=status)
        elif there["status"] != status:
            resend.domains.become(there, status)
    return f"{status} domain{'s' * (len(names) > 1)} {', '.join(names)}"


@phrase(
    r"{count} (?:(?P<fate>sent|delivered|bounced|opened|clicked) )?emails?"
    r"(?: (?:was |were |has been |have been )?(?P<done>sent|delivered|bounced|opened))?"
    r"(?: to {value:to})?"
    r"(?: (?:across|over|in|during|from|within) the (?:last|past) {span})?"
    r"(?:,? (?:with|at) an? {percent} (?P<rate>bounce|open|complaint|click) rate)?",
)
def emails(resend: Peers, said: Said) -> str:
    """Send emails in the past, evenly, and let become of them what is said."""
    count = _few(said.count())
    span = said.span() or timedelta(days=1)
    share, rare = said.percent() or 0.0, RATES.get(said.word("rate") or "", "bounced")
    usual = said.word("done") or said.word("fate") or "delivered"
    usual = "delivered" if usual == "sent" else usual
    begin = resend.now - span
    domain = _sending_domain(resend)
    marked = int(count * share + 0.5)
    for number in range(count):
        fate = rare if number * marked // count != (number + 1) * marked // count else usual
        moment = begin + span * (number + 1) / (count + 1)
        _send(resend, number, moment, domain, fate, said.value("to"))
    rate = f", {marked} of them {rare}" if said.has("percent") else ""
    return f"{count} email{'s' * (count != 1)} {usual}{rate}"


@phrase(
    r"(?:an?|one|the) (?:audience|segment|list|mailing list)(?: {value}| {name})?"
    r"(?: (?:with|of|containing|that has) {count} (?:contacts?|subscribers?|people))?"
    r"(?:,? (?:of which |of whom )?{count:gone}(?: of them| of whom)?(?: (?:is|are|have))?"
    r" unsubscribed)?",
)
def audience(resend: Peers, said: Said) -> str:
    """Make a group of contacts."""
    name = said.value() or said.name() or "Newsletter"
    group = resend.segments.found(name)
    count = _few(said.count()) if said.has("count") else 0
    gone = said.count("gone") if said.has("gone") else 0
    if gone > count:
        raise ValueError(f"{gone} of {count} contacts can't be unsubscribed")
    for number in range(count):
        _contact(resend, number, unsubscribed=number < gone, segment_ids=[group["id"]])
    return f"audience {name} with {count} contacts, {gone} unsubscribed"


@phrase(
    r"{count} (?:(?P<gone>unsubscribed|subscribed) )?(?:contacts?|subscribers?)"
    r"(?: {values}| {name})?(?: \(?{value:email}\)?)?(?: who (?:is|are|has|have) "
    r"(?P<left>unsubscribed|subscribed))?",
    r"the contacts? {values}",
)
def contacts(resend: Peers, said: Said) -> str:
    """Add contacts."""
    unsubscribed = "unsubscribed" in (said.word("gone"), said.word("left"))
    addresses = [each for each in said.values() if "@" in each]
    if email := said.value("email"):
        addresses.append(email)
    if not addresses:
        count = _few(said.count())
        for number in range(count):
            _contact(resend, number, unsubscribed=unsubscribed)
        return f"{count} contacts"
    first, _, last = (said.name() or "").partition(" ")
    for address in addresses:
        resend.contacts.add(
            address, unsubscribed=unsubscribed, first_name=first or None, last_name=last or None
        )
    return f"contacts {', '.join(addresses)}"


@phrase(
    r"an? webhook(?: endpoint)? (?:at |to |registered at )?{value:url}(?: for {values})?",
)
def webhook(resend: Peers, said: Said) -> str:
    """Register a webhook endpoint."""
    url, events = said.value("url") or "", said.values() or list(resend.webhook_events)
    unknown = [each for each in events if each not in resend.webhook_events]
    if unknown:
        raise ValueError(f"there is no event {unknown[0]}")
    resend.webhooks.save(resend.webhooks.new(endpoint=url, events=events))
    return f"webhook to {url}"


def _few(count: int) -> int:
    if count > MOST:
        raise ValueError(f"{count} are too many: Setup text makes at most {MOST}")
    return count


def _fresh_domain(resend: Peers, number: int) -> str:
    taken = resend.domains.count()
    number += taken
    return DOMAINS[number] if number < len(DOMAINS) else f"mail{number + 1}.acme.com"


def _sending_domain(resend: Peers) -> str:
    verified = (each for each in resend.domains.find() if each["status"] == "verified")
    domain = next(verified, None)
    if domain is None:
        with history.at(resend, resend.now - timedelta(days=365)):
            domain = resend.domains.add(_fresh_domain(resend, 0))
    return str(domain["name"])


def _send(
    resend: Peers, number: int, moment: datetime, domain: str, fate: str, to: str | None
) -> Doc:
    _, subject, sender = history.KINDS[number % len(history.KINDS)]
    name = history.PEOPLE[number % len(history.PEOPLE)]
    fields: Doc = {
        "from": f"Acme <{sender}@{domain}>",
        "to": [to or f"{name}{number}@example.com"],
        "subject": subject,
        "html": f'<p>Hi {name.title()},</p><p><a href="{history.LINK}/{number}">Details</a></p>',
        "_domain": domain,
    }
    with history.at(resend, moment):
        email = resend.emails.accept(fields)
    resend.cancel_timers("emails.settle", id=email["id"])
    with history.at(resend, moment + timedelta(seconds=2)):
        if fate == "bounced":
            return resend.emails.bounce(email)
        email = resend.emails.deliver(email)
        if fate in ("opened", "clicked"):
            email = resend.emails.open(email)
        if fate == "clicked":
            click = resend.emails.click_of(f"{history.LINK}/{number}", "203.0.113.7", "Mozilla/5.0")
            email = resend.emails.click(email, click)
        if fate == "complained":
            email = resend.emails.complain(email)
    return email


def _contact(resend: Peers, number: int, **fields: Any) -> None:
    name = history.PEOPLE[number % len(history.PEOPLE)]
    resend.contacts.add(
        f"{name}{number + resend.contacts.count()}@example.com", first_name=name.title(), **fields
    )


PHRASES = phrases_of(sys.modules[__name__])
