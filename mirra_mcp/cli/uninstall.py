"""`mirra-mcp uninstall`: see `install`."""

from mirra_mcp.cli.install import uninstall

__all__ = ["uninstall"]
