"""Which of several schemas an object says that it is, by its discriminator.

Source: https://spec.openapis.org/oas/v3.1.1.html#discriminator-object
"""

from dataclasses import dataclass
from typing import Any

from mirra_mcp.local.openapi.document.spec import Spec
from mirra_mcp.wire.model import Doc

SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True)
class Discriminator:
    """The property that tells, and what each of its values stands for."""

    property: str
    options: dict[str, Doc]
    """By value, a schema: a reference, or one of the alternatives themselves."""
    is_base: bool
    """Whether the schema is a base that the options extend, rather than a choice of them."""

    def of(self, value: Any) -> Doc | None:
        """Return the schema that an object says it is of."""
        told = value.get(self.property) if isinstance(value, dict) else None
        return self.options.get(told) if isinstance(told, str) else None


class Discriminators:
    """Those of one document."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._found: dict[int, Discriminator | None] = {}
        self._extending: dict[str, list[str]] | None = None

    def of(self, doc: Doc) -> Discriminator | None:
        """Return the discriminator of a schema, if it has one that can be followed."""
        rule = doc.get("discriminator")
        if not isinstance(rule, dict) or not isinstance(rule.get("propertyName"), str):
            return None
        key = id(doc)
        if key not in self._found:
            self._found[key] = self._read(doc, rule)
        return self._found[key]

    def _read(self, doc: Doc, rule: Doc) -> Discriminator | None:
        choices = [*(doc.get("oneOf") or []), *(doc.get("anyOf") or [])]
        mapping = rule.get("mapping")
        named = {
            str(key): {"$ref": self._full(str(target))}
            for key, target in (mapping.items() if isinstance(mapping, dict) else ())
        }
        mapped = {each["$ref"] for each in named.values()}
        refs = [each["$ref"] for each in choices if isinstance(each, dict) and "$ref" in each]
        if not choices:
            refs = self._extensions(doc)
        for ref in refs:
            if ref not in mapped:
                named.setdefault(ref.rsplit("/", 1)[-1], {"$ref": ref})
        known = {key: each for key, each in named.items() if self._spec.resolve(each)}
        property = str(rule["propertyName"])
        return Discriminator(property, known, is_base=not choices) if known else None

    def _full(self, target: str) -> str:
        """Return a mapping's target as a reference: it may be a bare name."""
        return target if "/" in target or target.startswith("#") else SCHEMAS + target

    def _extensions(self, base: Doc) -> list[str]:
        """List the schemas that extend a base by `allOf`, themselves or through others."""
        if self._extending is None:
            self._extending = self._index()
        found: list[str] = []
        components = (self._spec.doc.get("components") or {}).get("schemas") or {}
        waiting = [SCHEMAS + name for name, each in components.items() if each is base]
        while waiting:
            for ref in self._extending.get(waiting.pop(), ()):
                if ref not in found:
                    found.append(ref)
                    waiting.append(ref)
        return found

    def _index(self) -> dict[str, list[str]]:
        extending: dict[str, list[str]] = {}
        components = (self._spec.doc.get("components") or {}).get("schemas") or {}
        for name, each in components.items():
            for part in (each.get("allOf") or []) if isinstance(each, dict) else []:
                if isinstance(part, dict) and isinstance(part.get("$ref"), str):
                    extending.setdefault(part["$ref"], []).append(SCHEMAS + name)
        return extending


def ruled(plain: Doc, rule: Discriminator, options: dict[str, Any]) -> Doc:
    """Return a standard schema that holds an object to the option that it names.

    `options` are the discriminator's, as standard schemas. An object that names none of them is
    of no alternative; of a base it may be one itself.
    """
    told = {"type": "object", "required": [rule.property]}
    cases = [
        {"if": told | {"properties": {rule.property: {"const": key}}}, "then": each}
        for key, each in options.items()
    ]
    rest = {key: value for key, value in plain.items() if rule.is_base or key not in CHOICES}
    if not rule.is_base:
        named: Doc = {"properties": {rule.property: {"enum": list(options)}}}
        cases.append({"if": {"type": "object"}, "then": told | named})
        kept = [key for key in CHOICES if key in plain]
        cases.append({"if": {"not": {"type": "object"}}, "then": {kept[0]: plain[kept[0]]}})
    return {**rest, "allOf": [*(rest.get("allOf") or []), *cases]}


CHOICES = ("oneOf", "anyOf")
