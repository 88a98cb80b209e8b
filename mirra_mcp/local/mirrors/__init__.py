"""The catalog: one line a vendor."""

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.mirrors.resend.mirror import Resend

MIRRORS: dict[str, type[Mirror]] = {each.vendor: each for each in (Resend,)}
