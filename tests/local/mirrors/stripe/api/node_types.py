"""What the types of the official Node SDK say of null, read from its declarations."""

import re
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INTERFACE = re.compile(r"^export interface (\w+) \{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
FIELD = re.compile(r"^    (\w+)(\??): (.*);$", re.MULTILINE)
OBJECT = re.compile(r"^'([^']+)'$")


def never_null_of(folder: Path) -> dict[str, set[str]]:
    """Return by object the fields at its top that may be absent and are never null."""
    found: dict[str, set[str]] = {}
    for path in sorted((folder / "resources").rglob("*.d.ts")):
        text = COMMENT.sub("", path.read_text(encoding="utf-8"))
        for _, body in INTERFACE.findall(text):
            fields = {name: (optional, kind) for name, optional, kind in FIELD.findall(body)}
            named = OBJECT.match(fields.get("object", ("", ""))[1])
            if named:
                found[named[1]] = {
                    name
                    for name, (optional, kind) in fields.items()
                    if optional and "null" not in kind
                }
    return found
