"""What the package ships beside its code: cards, prompts, scenarios, skills."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def folder(name: str) -> Traversable:
    """Return a folder: inside the installed package, else beside it (a checkout)."""
    inside = files("mirra_mcp") / name
    return inside if inside.is_dir() else Path(__file__).parents[1] / name
