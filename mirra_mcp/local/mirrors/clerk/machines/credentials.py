"""What API keys and M2M tokens have in common: a secret, scopes, an expiration, a revocation.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml, M2M Tokens, API Keys)
"""

import re
from datetime import timedelta
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

HEX = "0123456789abcdef"
LENGTH = 32
"""Of the random part of ids and secrets alike."""


class Credentials(ClerkResource):
    """A noun that opens doors by a secret, until it is revoked or expires."""

    param: ClassVar[str] = ""
    """How the path calls its id."""

    def new_id(self) -> str:
        """Make an id: the prefix and 32 hexadecimal digits."""
        return f"{self.prefix}_{self.mirror.ids.token(LENGTH, HEX)}"

    def new_secret(self) -> str:
        """Make a secret: the prefix and 32 letters and digits."""
        return f"{self.prefix}_{self.mirror.ids.token(LENGTH)}"

    def missing(self, id: str) -> VendorError:
        """Say that there is no such one, or that this can't be an id."""
        if re.fullmatch(rf"(\w+_)?{self.prefix}_[0-9A-Fa-f]{{32}}", id) is None:
            return errors.bad_request(f"url_parameter.{self.param}", "Failed regex check")
        return errors.not_found(f"{self.title} not found")

    def lasting(self, doc: Doc, seconds: float | None) -> Doc:
        """Return a document that expires in some seconds, or never; it isn't saved yet."""
        verb = f"{self.plural}.expire"
        self.mirror.cancel_timers(verb, id=doc["id"])
        if seconds is None:
            return doc | {"expiration": None, "expired": False}
        delay = timedelta(seconds=seconds)
        self.mirror.after(delay, verb, id=doc["id"])
        return doc | {"expiration": stamp(self.now + delay), "expired": False}

    def expire(self, id: str) -> None:
        """Let one be of no use any more: its time has come."""
        doc = self.peek(id)
        if doc is not None:
            self.save(doc | {"expired": True})

    def taken_back(self, doc: Doc, reason: str | None) -> Doc:
        """Revoke one, if it isn't yet."""
        if doc["revoked"]:
            return doc
        return self.save(self.touch(doc, revoked=True, revocation_reason=reason))

    def remove(self, doc: Doc) -> None:
        """Delete one."""
        self.mirror.cancel_timers(f"{self.plural}.expire", id=doc["id"])
        self.drop(doc)

    def opened_by(self, secret: str) -> Doc | None:
        """Return what has a secret, if it is neither revoked nor expired."""
        doc = self.first(_secret=secret)
        return None if doc is None or doc["revoked"] or doc["expired"] else doc

    def used(self, doc: Doc) -> Doc:
        """Keep when one was used last."""
        return self.save(self.touch(doc, last_used_at=stamp(self.now)))

    def with_secret(self, doc: Doc, name: str) -> Doc:
        """Return what is shown of one right after it was made: with its secret."""
        return self.view(doc) | {name: doc["_secret"]}


def shown_of(noun: Credentials, docs: list[Doc], offset: int, limit: int) -> tuple[list[Any], int]:
    """Return one page of documents as the API shows them, and how many there are."""
    return [noun.view(doc) for doc in docs[offset : offset + limit]], len(docs)
