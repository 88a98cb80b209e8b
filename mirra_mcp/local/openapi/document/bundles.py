"""A document in several files, put together: those beside it, and on hosts that were allowed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from mirra_mcp.local.openapi.document.reading import DocumentError, checked, parsed, references
from mirra_mcp.wire.model import Doc

LARGEST_FETCHED = 16 * 1024 * 1024
"""Bytes of one file on another host."""
MOST_FETCHED = 50
"""Files on other hosts."""
PATIENCE = 10.0
"""Seconds that one file on another host may take."""
MOST_FILES = 500
ELSEWHERE = "x-mirra-files"
"""Where the contents of other files stand in a document that has been put together."""
SETTING = "MIRRA_DOCUMENT_HOSTS"

TEXT = "document"
"""What a document is called that comes as text."""

Source = Path | str
"""A file, or its URL; `document` for a text."""


@dataclass
class Bundle:
    """A document that has been put together."""

    doc: Doc
    files: dict[str, Source]
    """Where its parts come from: by the pointer to each, `` for the document itself."""
    was_swagger: bool = False
    """Whether it came as Swagger 2, and was lifted."""


def read_file(path: Path, hosts: tuple[str, ...] = ()) -> Doc:
    """Read a document and what it refers to, as one OpenAPI 3 document; see `bundled`."""
    return bundled(path, hosts).doc


def bundled(path: Path, hosts: tuple[str, ...] = ()) -> Bundle:
    """Read a document, the files beside it that it refers to, and those on the given hosts.

    Raises:
        DocumentError: a file isn't there, isn't JSON or YAML, lies where none is read, or the
            whole is no OpenAPI.
    """
    return _Binder(path.resolve(), path, hosts).bundle(path.name)


def read_text(text: str | bytes, hosts: tuple[str, ...] = ()) -> Bundle:
    """Read a document that refers to nothing outside of itself but what lies on the given hosts.

    Raises:
        DocumentError: it isn't JSON or YAML, is no OpenAPI, or refers to a file or another host.
    """
    content = text.encode() if isinstance(text, str) else text
    return _Binder(TEXT, TEXT, hosts, content).bundle(TEXT)


class _Binder:
    """Puts a document and the files that it refers to into one."""

    def __init__(
        self, root: Source, told: Source, hosts: tuple[str, ...], text: bytes | None = None
    ) -> None:
        """Begin with the document at `root`, or with its `text`; it is called as in `told`."""
        self._root, self._told, self._hosts, self._text = root, told, hosts, text
        self._contents: Doc = {}
        self._fetched = 0
        self.places: dict[Source, str] = {root: ""}

    def bundle(self, name: str) -> Bundle:
        """Return all that was put together, in OpenAPI 3's form."""
        whole = self.whole()
        doc = checked(whole, name)
        files = {place: source for source, place in self.places.items()}
        return Bundle(doc, files, was_swagger=doc is not whole)

    def whole(self) -> Any:
        """Return the root with the other files under `x-mirra-files`."""
        doc = self._read(self._told)
        self._tie(doc, self._root)
        if self._contents and isinstance(doc, dict):
            doc[ELSEWHERE] = self._contents
        return doc

    def _read(self, source: Source) -> Any:
        if source == TEXT:
            return parsed(self._text or b"", TEXT)
        if isinstance(source, str):
            return parsed(self._fetch(source), source)
        try:
            return parsed(source.read_bytes(), source.name)
        except OSError as error:
            raise DocumentError(
                str(source), f"it can't be read: {error.strerror or error}", "Check the path."
            ) from None

    def _tie(self, doc: Any, source: Source) -> None:
        """Let references to other files point to where these stand now."""
        for ref, node in references(doc):
            file, _, pointer = ref.partition("#")
            place = self.places[self._target(file, source) if file else source]
            node["$ref"] = f"#{place}{pointer.rstrip('/')}"

    def _target(self, file: str, source: Source) -> Source:
        """Return a file that a document refers to, read."""
        target = self._located(file, source)
        if target not in self.places:
            if len(self.places) > MOST_FILES:
                raise DocumentError(_name(source), f"it refers to more than {MOST_FILES} files")
            key = f"{len(self.places)}"
            self.places[target] = f"/{ELSEWHERE}/{key}"
            content = self._contents[key] = self._read(target)
            self._tie(content, target)
        return target

    def _located(self, file: str, source: Source) -> Source:
        """Return where a reference leads.

        Raises:
            DocumentError: to a host that wasn't allowed, or out of the document's folder.
        """
        if "://" not in file and source == TEXT:
            raise DocumentError(
                TEXT,
                f"it refers to '{file[:80]}', which lies outside of it",
                "Give the path of the file, so that files beside it are found, or put all in one.",
            )
        if "://" in file or isinstance(source, str):
            url = urljoin(source, file) if isinstance(source, str) else file
            self._admit(url, source)
            return url
        target = (source.parent / unquote(file)).resolve()
        folder = Path(self._root).parent
        if not target.is_relative_to(folder):
            raise DocumentError(
                source.name,
                f"it refers to '{file[:80]}', which doesn't lie beside it",
                f"Only files in {folder.name or 'its folder'} and below are read.",
            )
        return target

    # Other hosts.

    def _admit(self, url: str, source: Source) -> None:
        try:
            parts = urlsplit(url)
            host, authority = parts.hostname or "", parts.netloc.rpartition("@")[2]
        except ValueError:
            host, authority, parts = "", "", urlsplit("")
        if parts.scheme not in ("http", "https") or not host:
            raise DocumentError(
                _name(source), f"it refers to '{url[:80]}', which is no web address"
            )
        if not {host.lower(), authority.lower()} & {each.lower() for each in self._hosts}:
            raise DocumentError(
                _name(source),
                f"it refers to '{url[:80]}' on another host",
                "Save that file beside the document and refer to it by a relative path, or start"
                f" Mirra with {SETTING}={authority}.",
            )

    def _fetch(self, url: str) -> bytes:
        """Get a file from a host that was allowed; no redirect is followed to another."""
        import time

        import httpx

        self._fetched += 1
        if self._fetched > MOST_FETCHED:
            raise DocumentError(url[:120], f"more than {MOST_FETCHED} files lie on other hosts")
        content = bytearray()
        ends = time.monotonic() + PATIENCE
        try:
            with httpx.stream("GET", url, timeout=PATIENCE, trust_env=False) as answer:
                if answer.status_code != 200:
                    told = f"the host answers {answer.status_code}"
                    raise DocumentError(url[:120], told, "Save the file beside the document.")
                for chunk in answer.iter_bytes(65_536):
                    content += chunk
                    if len(content) > LARGEST_FETCHED:
                        told = f"it has more than {LARGEST_FETCHED:,} bytes"
                        raise DocumentError(url[:120], told, "Save the file beside the document.")
                    if time.monotonic() > ends:
                        raise httpx.ReadTimeout("too slow")
        except httpx.TimeoutException:
            raise DocumentError(
                url[:120], f"it didn't come within {PATIENCE:.0f} seconds"
            ) from None
        except httpx.HTTPError as error:
            told = f"it can't be fetched: {error or type(error).__name__}"
            raise DocumentError(url[:120], told, "Save the file beside the document.") from None
        return bytes(content)


def _name(source: Source) -> str:
    return source[:120] if isinstance(source, str) else source.name
