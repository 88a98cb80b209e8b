"""The fixture `marketing-list`: an audience of 1,000 contacts and three broadcasts of the past."""

from datetime import datetime, timedelta

from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.marketing import placeholders
from mirra_mcp.local.mirrors.resend.marketing.personal import (
    fallbacks_of,
    lookup_for,
    unsubscribe_link,
)
from mirra_mcp.local.mirrors.resend.sending.emails.outcomes import hard_bounce
from mirra_mcp.wire.model import Doc

DOMAIN = "mail.acme.com"
SENDER = f"Acme <news@{DOMAIN}>"
PEOPLE = 1_000
FIRST = (
    *("Ada", "Alan", "Barbara", "Claude", "Dorothy", "Edsger", "Frances", "Grace", "Hedy", "Ivan"),
    *("Jean", "Ken", "Linus", "Margaret", "Niklaus", "Olga", "Peter", "Radia", "Sophie", "Tim"),
)
LAST = (
    *("Abbott", "Baker", "Castillo", "Dubois", "Eriksen", "Fischer", "Gupta", "Haddad", "Ito"),
    *("Jensen", "Kowalski", "Lopez", "Moreau", "Novak", "Okafor", "Patel", "Quinn", "Rossi"),
    *("Santos", "Tanaka", "Ueda", "Varga", "Weber", "Xu", "Yilmaz", "Zhang", "Costa", "Lund"),
)
PLANS = ("free", "free", "pro", "team")
LINK = "https://acme.com/news"
BROADCASTS = (
    (21, "September news", "What's new in September"),
    (14, "Autumn sale", "{{{FIRST_NAME|Friend}}}, autumn prices are here"),
    (7, "October news", "What's new in October"),
)
HTML = (
    "<p>Hi {{{FIRST_NAME|there}}},</p>"
    f'<p>read it <a href="{LINK}/%d">here</a>.</p>'
    '<p><a href="{{{RESEND_UNSUBSCRIBE_URL}}}">Unsubscribe</a></p>'
)


def build(resend: Peers) -> None:
    """Fill an empty account; the same every time."""
    today = resend.now.replace(minute=0, second=0, microsecond=0)
    resend.domains.add(DOMAIN)
    group = resend.segments.found("Newsletter", stamp(today - timedelta(days=60)))
    resend.contact_properties.define("plan", "string", "free")
    for number in range(PEOPLE):
        _add_contact(resend, number, group["id"], today - timedelta(days=60))
    contacts = resend.contacts.find(newest_first=False)
    fallbacks, suppressed = fallbacks_of(resend), set[str]()
    for number, (days, name, subject) in enumerate(BROADCASTS):
        broadcast = _add_broadcast(
            resend, group["id"], name, subject, HTML % number, today - timedelta(days=days)
        )
        for place, contact in enumerate(contacts):
            if not contact["unsubscribed"]:
                chance = place * 7 + place // 20 * 3 + number
                _add_email(resend, broadcast, contact, chance, fallbacks, suppressed)


def _add_contact(resend: Peers, number: int, group: str, start: datetime) -> None:
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    plan = PLANS[number % len(PLANS)]
    resend.contacts.add(
        f"{first}.{last}{number}@example.com".lower(),
        at=stamp(start + timedelta(minutes=number)),
        first_name=first if number % 10 else None,
        last_name=last,
        unsubscribed=number % 20 == 13,
        properties={"plan": {"value": plan, "type": "string"}},
        segment_ids=[group],
        _property_keys=["plan"],
    )


def _add_broadcast(
    resend: Peers, group: str, name: str, subject: str, html: str, at: datetime
) -> Doc:
    broadcast = resend.broadcasts.new(
        name=name,
        segment_id=group,
        audience_id=group,
        subject=subject,
        html=html,
        status="sent",
        created_at=stamp(at - timedelta(hours=2)),
        sent_at=stamp(at),
        **{"from": SENDER},
    )
    return resend.broadcasts.save(broadcast)


def _add_email(
    resend: Peers, broadcast: Doc, contact: Doc, chance: int, fallbacks: Doc, suppressed: set[str]
) -> None:
    """Keep an email with what became of it: `chance` decides, so that each build is alike."""
    id, address = resend.emails.new_id(), contact["email"]
    lookup = lookup_for(fallbacks, contact, unsubscribe_link(resend, contact, id))
    if address in suppressed:
        outcome: Doc = {"last_event": "suppressed", "_seen": ["suppressed"]}
    else:
        outcome = _outcome(chance, address, broadcast["html"])
    email = resend.emails.new(
        id=id,
        message_id=f"<{id}@{DOMAIN}>",
        to=[address],
        subject=placeholders.fill(broadcast["subject"], lookup),
        html=placeholders.fill(broadcast["html"], lookup),
        created_at=broadcast["sent_at"],
        _broadcast_id=broadcast["id"],
        _contact_id=contact["id"],
        _domain=DOMAIN,
        **{"from": SENDER},
        **outcome,
    )
    resend.emails.save(email)
    if email["last_event"] == "bounced":
        resend.suppressions.add(address, origin="bounce", source_id=id)
        suppressed.add(address)


def _outcome(chance: int, address: str, html: str) -> Doc:
    """Return an email's last event: 1 in 100 bounced, some complained, 4 in 10 were opened."""
    if chance % 100 == 50:
        kind = hard_bounce([address])["type"]
        return {"last_event": "bounced", "_seen": ["bounced"], "_bounce_type": kind}
    if chance % 1000 == 77:
        return {"last_event": "complained", "_seen": ["complained", "delivered"]}
    if chance % 10 == 3:
        link = html.partition('href="')[2].partition('"')[0]
        seen = ["clicked", "delivered", "opened"]
        return {"last_event": "clicked", "_seen": seen, "_opens": 2, "_clicks": {link: 1}}
    if chance % 10 in (1, 5, 8):
        return {"last_event": "opened", "_seen": ["delivered", "opened"], "_opens": 1}
    return {"last_event": "delivered", "_seen": ["delivered"]}
