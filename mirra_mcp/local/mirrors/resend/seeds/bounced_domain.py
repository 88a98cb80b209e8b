"""The fixture `bounced-domain`: so many bounces that Resend stopped the account.

Source: https://resend.com/docs/knowledge-base/account-quotas-and-limits (a bounce rate of 4 %)
"""

from datetime import timedelta

from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.seeds import history

EMAILS, BOUNCES_EVERY = 60, 7
SPAN = timedelta(days=3)


def build(resend: Peers) -> None:
    """Send 60 emails over the last 3 days, of which 9 bounce; then suspend the account."""
    with history.at(resend, resend.now - SPAN - timedelta(days=1)):
        resend.domains.add(history.DOMAIN)
    start, step = resend.now - SPAN, SPAN / (EMAILS + 1)
    for number in range(EMAILS):
        fate = "bounced" if number % BOUNCES_EVERY == 3 else "delivered"
        history.send(resend, number, start + step * (number + 1), fate=fate)
    resend.quota.set(suspended=True)
