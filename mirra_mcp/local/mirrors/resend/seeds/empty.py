"""The fixture `empty`: what a new account has, and nothing more."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.resend.mirror import Resend


def build(resend: "Resend") -> None:
    """Leave the account as it is."""
