"""The fixture `over-quota`: a free account that has used up its month.

Source: https://resend.com/docs/knowledge-base/account-quotas-and-limits
"""

from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.api.quota import FREE_MONTHLY
from mirra_mcp.local.mirrors.resend.seeds.history import DOMAIN


def build(resend: Peers) -> None:
    """Verify a domain, and count as many emails as the free plan allows."""
    resend.domains.add(DOMAIN)
    resend.quota.sent(FREE_MONTHLY)
    resend.quota.set(free=True, exceeded="monthly")
