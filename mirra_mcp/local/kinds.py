"""Which mirrors there are: the vendors' own, and those that people made from documents."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mirra_mcp.local.kit import private
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.wire.mirrors import CreateMirror, DocumentMirror, MirrorNoun
from mirra_mcp.wire.model import Doc

COMMON = ("openapi", "swagger", "api", "spec", "index", "schema", "openapi3", "oas")
"""Names of files that say nothing of what is in them."""
BESIDE = (".mirra.yaml", ".mirra.yml", ".mirra.json", ".mirra.md")
"""How the name of a behaviour file beside a document ends."""


class Kinds(Mapping[str, type[Mirror]]):
    """The mirror classes by name. Any thread may ask; what was added is kept in a folder."""

    def __init__(
        self,
        vendors: Mapping[str, type[Mirror]],
        folder: Path | None = None,
        *,
        hosts: tuple[str, ...] = (),
    ) -> None:
        """Have the vendors' own; documents may refer to `hosts`, and what is added is kept."""
        self._vendors = vendors
        self._folder = folder
        self._hosts = hosts
        self._made: dict[str, type[Mirror]] = {}
        self._lent: dict[str, type[Mirror]] = {}
        self._behaviors: dict[str, Any] = {}
        self._lock = threading.Lock()

    def keep_in(self, folder: Path) -> None:
        """Keep what is added in a folder from now on, and offer what it holds already."""
        self._folder = folder

    def _kept(self) -> dict[str, Path]:
        if self._folder is None or not self._folder.is_dir():
            return {}
        return {path.stem: path for path in sorted(self._folder.glob("*.json"))}

    def __getitem__(self, name: str) -> type[Mirror]:
        """Return a mirror's class; one that was kept is made when it is first asked for."""
        if name in self._vendors:
            return self._vendors[name]
        if name in self._lent:
            return self._lent[name]
        with self._lock:
            if name not in self._made:
                path = self._kept()[name]
                kept = orjson.loads(path.read_bytes())
                faults = kept.get("faults", ())
                self._made[name] = _made(name, kept["document"], kept["behavior"], faults)
            return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Name the mirrors, the vendors' first."""
        yield from self._vendors
        yield from sorted({*self._made, *self._kept()} - set(self._vendors))

    def __len__(self) -> int:
        """Count the mirrors."""
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a mirror, without making it."""
        return any(name in names for names in (self._vendors, self._made, self._lent, self._kept()))

    def lend(self, name: str, kind: type[Mirror]) -> None:
        """Have a mirror for as long as this Mirra runs, without listing it."""
        self._lent[name] = kind

    def behavior_of(self, name: str) -> Any:
        """Return what a mirror's behaviour file says that was added here, or nothing."""
        return self._behaviors.get(name)

    def add(self, wanted: CreateMirror) -> DocumentMirror:
        """Make a mirror from a document, and keep it under its name.

        Raises:
            Refusal: the document or the behaviour can't be used, or a vendor has the name.
        """
        read = _read(wanted, self._hosts)
        name = wanted.name or read.name
        if name in self._vendors:
            raise _refusal(
                f"'{name}' is the name of a vendor's own mirror.", "Give the mirror another 'name'."
            )
        kind = _made(name, read.doc, read.behavior, read.faults, read.where, tries_seeds=True)
        with self._lock:
            self._made[name], self._behaviors[name] = kind, read.behavior
            if self._folder is not None:
                private.folder(self._folder)
                kept = {"document": read.doc, "behavior": read.behavior, "faults": read.faults}
                private.write(self._folder / f"{name}.json", orjson.dumps(kept))
        return described(name, kind)


def described(name: str, kind: type[Mirror]) -> DocumentMirror:
    """Tell what was made of a document."""
    plan = kind.plan  # type: ignore[attr-defined]  # a document's mirror has one
    return DocumentMirror(
        name=name,
        title=plan.spec.title,
        version=plan.spec.version,
        endpoints=len(plan.spec.operations),
        nouns=[
            MirrorNoun(
                name=noun.plural,
                entity=noun.entity,
                collection=noun.collection,
                statuses=list(noun.statuses),
            )
            for noun in plan.nouns
        ],
        webhook_events=list(kind.webhook_events),
        guesses=list(kind.limits),
    )


@dataclass(frozen=True)
class Read:
    """A document as it was given, with what is beside it."""

    doc: Doc
    behavior: Any
    name: str
    """What it is called, or what its API is."""
    where: str
    """The behaviour's file, if it is one."""
    faults: list[str]
    """What is broken in it, a sentence each."""


def _made(
    name: str,
    doc: Doc,
    behavior: Any,
    faults: Iterable[str] = (),
    where: str = "",
    *,
    tries_seeds: bool = False,
) -> type[Mirror]:
    from mirra_mcp.local.openapi.behaviour.reading import BehaviourError
    from mirra_mcp.local.openapi.making import mirror_of, try_seeds

    try:
        kind = mirror_of(name, doc, behavior, where)
        if tries_seeds:
            try_seeds(kind, behavior, where)
    except BehaviourError as error:
        hint = "'mirra-mcp mirror schema' prints what such a file may say."
        raise _refusal(f"The behaviour can't be used: {error}", hint) from None
    kind.limits = (*faults, *kind.limits)
    return kind


def _read(wanted: CreateMirror, hosts: tuple[str, ...]) -> Read:
    """Return the document with its behaviour.

    Raises:
        Refusal: it can't be read.
    """
    from mirra_mcp.local.openapi.behaviour.reading import text_of
    from mirra_mcp.local.openapi.document import faults
    from mirra_mcp.local.openapi.document.bundles import bundled, read_text
    from mirra_mcp.local.openapi.document.reading import DocumentError
    from mirra_mcp.local.openapi.words import snake

    if (wanted.path is None) == (wanted.document is None):
        raise _refusal("A mirror needs 'path' or 'document', one of them.", None)
    behavior: Any = wanted.behavior
    where, stem, text = "", "", None
    try:
        if wanted.path is not None:
            path = Path(wanted.path).expanduser()
            bundle = bundled(path, hosts)
            stem = snake(path.name.partition(".")[0])
            if behavior is None:
                beside = (path.with_name(path.stem + ending) for ending in BESIDE)
                found = next((each for each in beside if each.is_file()), None)
                if found is not None:
                    behavior, where = text_of(found), found.name
        else:
            given = wanted.document or ""
            is_text = isinstance(given, str)
            text = given.encode() if is_text else orjson.dumps(given)  # type: ignore[union-attr]
            bundle = read_text(text, hosts)
            text = text if is_text else None
        broken = faults.found(bundle, text)
    except DocumentError as error:
        raise _refusal(f"{error}.".replace("..", "."), error.hint) from None
    doc = bundle.doc
    title = snake(str((doc.get("info") or {}).get("title") or "api"))
    name = title if stem in COMMON or not stem else stem
    name = name.strip("_")[:40].strip("_") or "api"
    name = name if name[0].isalpha() else f"api_{name}"[:40]
    return Read(doc, behavior, name, where, broken)


def _refusal(message: str, hint: str | None) -> Refusal:
    return Refusal(400, "mirra.mirror.invalid", message, hint)
