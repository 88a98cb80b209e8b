"""The fixture `transactional-busy`: a verified domain and a week of ordinary emails."""

from datetime import timedelta

from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.seeds import history

EMAILS = 100
SPAN = timedelta(days=7)
RARE = {17: "bounced", 58: "bounced", 83: "complained", 99: "delivery_delayed"}
USUAL = ("opened", "delivered", "opened", "delivered", "clicked", "delivered", "opened")


def build(resend: Peers) -> None:
    """Send 100 emails, evenly over the last 7 days: 2 bounce, 1 is complained about."""
    with history.at(resend, resend.now - SPAN - timedelta(days=1)):
        resend.domains.add(history.DOMAIN)
    start, step = resend.now - SPAN, SPAN / (EMAILS + 1)
    for number in range(EMAILS):
        fate = RARE.get(number, USUAL[number % len(USUAL)])
        history.send(resend, number, start + step * (number + 1), fate=fate)
