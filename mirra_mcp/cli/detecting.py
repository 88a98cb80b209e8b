"""Which vendors a project uses: by what it depends on, imports, and keeps in its environment.

Source: https://docs.mirra.run/cli/up
"""

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mirra_mcp.vendors import VENDORS

CLERK = (
    "astro", "backend", "clerk-js", "clerk-react", "clerk-sdk-node", "express", "fastify", "hono",
    "nextjs", "nuxt", "react", "react-router", "remix", "tanstack-react-start", "testing", "vue",
)  # fmt: skip
PACKAGES: Mapping[str, str] = {
    "stripe": "stripe",
    "@stripe/stripe-node": "stripe",
    "dj-stripe": "stripe",
    "resend": "resend",
    "twilio": "twilio",
    "clerk-backend-api": "clerk",
    "clerk_backend_api": "clerk",
    **{f"@clerk/{each}": "clerk" for each in CLERK},
}
"""What a project depends on or imports, and whose it is."""
SKIPPED = frozenset(
    (
        *("node_modules", "site-packages", "__pycache__", "venv", "env", "vendor"),
        *("dist", "build", "target", "coverage"),
    )
)
SOURCES = (".py", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
MOST_FILES, MOST_BYTES = 3_000, 64_000
"""How many files are looked at, and how much of each."""

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_NAMES = "|".join(map(re.escape, PACKAGES))
_PYTHON = re.compile(rf"^[ \t]*(?:import|from)[ \t]+({_NAMES})\b", re.MULTILINE)
_SCRIPT = re.compile(rf"""(?:\bfrom|\brequire\(|\bimport\(?)\s*["']({_NAMES})(?:/[^"']*)?["']""")
_VARIABLE = re.compile(r"^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=", re.MULTILINE)
_OWNERS = {
    name: vendor
    for vendor, known in VENDORS.items()
    for name in (*known.aliases, *known.aliases.values())
}


def detect(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the vendors that a project uses, each with the first sign of it, in words."""
    found: dict[str, str] = {}
    for name in environ:
        if vendor := _OWNERS.get(name):
            found.setdefault(vendor, f"{name} is set")
    for file in _files(folder):
        where = file.relative_to(folder).as_posix()
        with suppress(OSError, ValueError, TypeError, AttributeError):
            for vendor, sign in _signs(file, where):
                found.setdefault(vendor, sign)
        if len(found) == len(VENDORS):
            break
    return {vendor: found[vendor] for vendor in VENDORS if vendor in found}


def _files(folder: Path) -> Iterator[Path]:
    """List what says or imports something, what lies higher first."""
    count, folders = 0, [folder]
    while folders:
        below: list[Path] = []
        for each in folders:
            with suppress(OSError):
                for entry in sorted(os.scandir(each), key=lambda entry: entry.name):
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith(".") and entry.name not in SKIPPED:
                            below.append(Path(entry.path))
                    elif _is_telling(entry.name):
                        count += 1
                        yield Path(entry.path)
                    if count >= MOST_FILES:
                        return
        folders = below


def _is_telling(name: str) -> bool:
    is_list = name.startswith("requirements") and name.endswith((".txt", ".in"))
    is_manifest = name in ("package.json", "pyproject.toml") or is_list
    return is_manifest or name.startswith(".env") or name.endswith(SOURCES)


def _signs(file: Path, where: str) -> Iterator[tuple[str, str]]:
    with file.open("rb") as stream:
        whole = file.name in ("package.json", "pyproject.toml")
        text = stream.read(-1 if whole else MOST_BYTES).decode("utf-8", "replace")
    if file.name.startswith(".env"):
        for name in _VARIABLE.findall(text):
            if name in _OWNERS:
                yield _OWNERS[name], f"{where} sets {name}"
    elif file.suffix in SOURCES:
        pattern = _PYTHON if file.suffix == ".py" else _SCRIPT
        for name in pattern.findall(text):
            yield PACKAGES[name], f"{where} imports {name}"
    else:
        for name in _dependencies(file.name, text):
            if name in PACKAGES:
                yield PACKAGES[name], f"{where} depends on {name}"


def _dependencies(name: str, text: str) -> Iterator[str]:
    if name == "package.json":
        said: dict[str, Any] = json.loads(text)
        for kind in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
            yield from said.get(kind) or {}
        return
    if name != "pyproject.toml":
        lines = text.splitlines()
    else:
        said = tomllib.loads(text)
        project, poetry = said.get("project") or {}, (said.get("tool") or {}).get("poetry") or {}
        groups = [project.get("optional-dependencies") or {}, said.get("dependency-groups") or {}]
        lines = [*(project.get("dependencies") or ())]
        lines += [each for group in groups for row in group.values() for each in row]
        lines += poetry.get("dependencies") or ()
        for group in (poetry.get("group") or {}).values():
            lines += group.get("dependencies") or ()
    for line in lines:
        if isinstance(line, str) and (found := _REQUIREMENT.match(line)):
            yield re.sub(r"[-_.]+", "-", found[1]).lower()
