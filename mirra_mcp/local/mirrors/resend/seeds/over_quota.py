"""The fixture `over-quota`: a free account that has used up its month.

Source: https://resend.com/docs/knowledge-base/account-quotas-and-limits
"""

from typing import TYPE_CHECKING

from mirra_mcp.local.mirrors.resend.quota import FREE_MONTHLY
from mirra_mcp.local.mirrors.resend.seeds.history import DOMAIN

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.resend.mirror import Resend


def build(resend: "Resend") -> None:
    """Verify a domain, and count as many emails as the free plan allows."""
    resend.domains.add(DOMAIN)
    resend.quota.sent(FREE_MONTHLY)
    resend.quota.set(free=True, exceeded="monthly")
