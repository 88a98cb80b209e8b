"""Ids that a call named, that its session hasn't, and that another session has.

The answer to the app says nothing of it: only whoever reads the log learns it.
"""

import re
from collections.abc import Iterable

from mirra_mcp.local.kit.errors import sentence_of
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire.model import Doc

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,79}")
MOST = 8
"""Words of a call that are looked up."""
ASIDE = (401, 403, 429)
"""Refusals that are about who calls, not about what is named."""


def look(sessions: Iterable[Session], own: Session, vendor: str, call: Call, body: object) -> Doc:
    """Return where an id that a refused call named is: `{id, sessionId, session}`, or nothing."""
    words = ID.findall(call.path) + ID.findall(sentence_of(body))
    own_store = own.mirrors[vendor].store
    ids = [each for each in dict.fromkeys(words[-MOST:]) if not own_store.holds(each)]
    for other in sessions if ids else ():
        if other is own or vendor not in other.mirrors or not other.is_open:
            continue
        for id in ids:
            if other.mirrors[vendor].store.holds(id):
                return {"id": id, "sessionId": other.id, "session": other.name}
    return {}
