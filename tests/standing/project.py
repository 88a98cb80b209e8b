"""The project's own files, as the standing tests see them."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".md", ".toml", ".json", ".yml", ".yaml", ".sh", ""}
_OURS = (
    ".ci", ".claude-plugin", ".github", "bench", "docs", "mirra_mcp", "prompts", "scenarios",
    "skills", "tests", "tools",
)  # fmt: skip


def files(*suffixes: str) -> list[Path]:
    """Every file of the project that has one of these suffixes, in order."""
    return sorted(path for path in _walk() if path.suffix in suffixes)


def _walk() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name != ".git")
    for folder in _OURS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def short(path: Path) -> str:
    """Where a file is, from the project's root."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """The dotted name under which a Python file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def imports(path: Path) -> tuple[tuple[int, str], ...]:
    """Each module or name that one of our files imports, with its line; read once."""
    return tuple(imported(ast.parse(path.read_text(encoding="utf-8"))))


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each module or name that a file imports, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"
