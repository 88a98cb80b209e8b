"""Mirrors made from OpenAPI documents (extension)."""

from typing import Any

from pydantic import Field

from mirra_mcp.wire.model import Body, Wire


class CreateMirror(Body):
    """What `POST /v1/mirrors` takes: a document as `path` or `document`, and how it behaves."""

    path: str | None = None
    """A file on Mirra's own machine; files beside it that it refers to are read, too."""
    document: str | dict[str, Any] | None = None
    """The document itself, as text (JSON or YAML) or as an object."""
    name: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """What sessions call the mirror. Without it the file's or the API's name."""
    behavior: dict[str, Any] | str | None = None
    """What the document can't say: an object, or YAML. Else `NAME.mirra.yaml` beside `path`."""


class MirrorNoun(Wire):
    """One kind of documents that a mirror keeps."""

    name: str
    entity: str
    collection: str
    statuses: list[str] = []


class DocumentMirror(Wire):
    """A mirror made from a document."""

    name: str
    title: str
    version: str
    endpoints: int
    nouns: list[MirrorNoun] = []
    webhook_events: list[str] = []
    guesses: list[str] = []
    """What was read between the document's lines, a sentence each."""
