"""Values that fit a schema: made up where nothing is known, and mended where something is.

What is made up is a function of the schema and of the `Dice` that are given, so that a session
replays.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

from mirra_mcp.local.openapi.document.schemas import ANY, Schemas, Shape
from mirra_mcp.wire.model import Doc

DEEPEST = 8
SHALLOW = 2
"""How deep something is made up that may be null."""
NAMED = ("example", "default", "const")


class Dice(Protocol):
    """What made-up values are made of."""

    @property
    def now(self) -> datetime:
        """The time."""

    def token(self, length: int) -> str:
        """Return letters and digits."""

    def uuid(self) -> str:
        """Return a UUID."""


class Samples:
    """Makes and mends values of one document's schemas."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas

    # Making up.

    def of(self, schema: Any, dice: Dice, *, whole: bool = False, depth: int = 0) -> Any:
        """Return a value that fits: what the schema gives as an example, or the least there can be.

        With `whole`, an object has its optional properties too.
        """
        doc = self.schemas.plain(schema)
        for name in NAMED:
            if name in doc:
                return doc[name]
        if isinstance(doc.get("examples"), list) and doc["examples"]:
            return doc["examples"][0]
        if isinstance(doc.get("enum"), list) and doc["enum"]:
            return next((each for each in doc["enum"] if each is not None), None)
        types = self.schemas.types(schema)
        if depth > SHALLOW and "null" in types:
            return None
        if depth > DEEPEST:
            return None if "null" in types else {} if "object" in types else []
        for each in [*(doc.get("oneOf") or []), *(doc.get("anyOf") or [])]:
            if self.schemas.types(each) != ("null",):
                return self._option(doc, each, dice, whole, depth)
        makers: dict[str, Callable[[], Any]] = {
            "object": lambda: self._object(schema, dice, whole, depth),
            "array": lambda: self._array(doc, dice, whole, depth),
            "string": lambda: _text(doc, dice),
            "integer": lambda: _number(doc, 1),
            "number": lambda: _number(doc, 1.0),
            "boolean": lambda: False,
            "null": lambda: None,
        }
        kind = next((each for each in types if each != "null"), None)
        if kind is None and doc.get("allOf"):
            kind = "object"
        return makers[kind]() if kind in makers else None if "null" in types else {}

    def _option(self, doc: Doc, option: Any, dice: Dice, whole: bool, depth: int) -> Any:
        value = self.of(option, dice, whole=whole, depth=depth + 1)
        if isinstance(value, dict):
            beside = self._beside(doc)
            if beside.get("properties") or beside.get("allOf"):
                value = self._object(beside, dice, whole, depth) | value
            self._discriminate(doc, option, value)
        return value

    def _beside(self, doc: Doc) -> Doc:
        """Return what a schema says beside its alternatives."""

        def make() -> Doc:
            return {key: each for key, each in doc.items() if key not in ("oneOf", "anyOf")}

        return self.schemas.derived("beside", (doc,), make)

    def _discriminate(self, doc: Doc, option: Any, value: Doc) -> None:
        """Let an alternative's object say which one it is."""
        rule = doc.get("discriminator")
        name = rule.get("propertyName") if isinstance(rule, dict) else None
        if not name:
            return
        ref = option.get("$ref") if isinstance(option, dict) else None
        called = self.schemas.name(option)
        for key, target in (rule.get("mapping") or {}).items():  # type: ignore[union-attr]  # a dict
            if target in (ref, called) or str(target).rsplit("/", 1)[-1] == called:
                value[name] = key
                return
        if called and name not in value:
            value[name] = called

    def _object(self, schema: Any, dice: Dice, whole: bool, depth: int) -> Doc:
        shape = self.schemas.shape(schema)
        made: Doc = {}
        for name, each in shape.properties.items():
            wanted = name in shape.required or (whole and depth < 3)
            if wanted and not self.schemas.of(each).get("writeOnly"):
                made[name] = self.of(each, dice, whole=whole, depth=depth + 1)
        for name in sorted(shape.required - set(made)):
            made[name] = self.of(shape.properties.get(name, ANY), dice, depth=depth + 1)
        return self._enough(made, shape, dice, depth)

    def _enough(self, made: Doc, shape: Shape, dice: Dice, depth: int) -> Doc:
        """Give an object as many properties as it has at least."""
        more = {name: each for name, each in shape.properties.items() if name not in made}
        if shape.additional is not None or not shape.is_closed:
            more |= {f"key{number}": shape.additional for number in range(1, shape.least + 1)}
        for name, each in list(more.items())[: max(0, shape.least - len(made))]:
            made[name] = self.of(ANY if each is None else each, dice, depth=depth + 1)
        return made

    def _array(self, doc: Doc, dice: Dice, whole: bool, depth: int) -> list[Any]:
        least = int(doc.get("minItems") or 0)
        count = max(least, 1 if whole and depth < 3 else 0)
        return [
            self.of(doc.get("items") or ANY, dice, whole=whole, depth=depth + 1)
            for _ in range(min(count, 50))
        ]

    # Mending.

    def fit(self, schema: Any, value: Any, dice: Dice) -> Any:
        """Return the value, changed no more than it takes to fit a schema of an answer."""
        validator = self.schemas.validator(schema, "response")
        if validator.is_valid(value):
            return value
        mended = self._mend(schema, value, dice, 0)
        if validator.is_valid(mended):
            return mended
        made = self.of(schema, dice)
        return made if validator.is_valid(made) else mended

    def _mend(self, schema: Any, value: Any, dice: Dice, depth: int) -> Any:
        doc, types = self.schemas.plain(schema), self.schemas.types(schema)
        if depth > DEEPEST or self._fits(schema, value):
            return value
        options = [*(doc.get("oneOf") or []), *(doc.get("anyOf") or [])]
        if options and not isinstance(value, dict):
            fitting = [each for each in options if self._is_like(each, value)]
            return self._mend((fitting or options)[0], value, dice, depth + 1)
        if options:
            rule = self.schemas.discriminators.of(doc)
            best = (rule and rule.of(value)) or max(
                options, key=lambda each: self._likeness(each, value)
            )
            merged = self._beside(doc)
            parts = [best, merged] if merged.get("properties") or merged.get("allOf") else [best]
            whole = self.schemas.derived("both", (doc, best), lambda: {"allOf": parts})
            value = self._mend_object(whole, value, dice, depth)
            self._discriminate(doc, best, value)
            return value
        if isinstance(value, dict) and ("object" in types or not types):
            rule = self.schemas.discriminators.of(doc)
            chosen = rule.of(value) if rule is not None and rule.is_base else None
            return self._mend_object(chosen or schema, value, dice, depth)
        if isinstance(value, list) and "array" in types:
            items = [self._mend(doc.get("items") or ANY, each, dice, depth + 1) for each in value]
            least = int(doc.get("minItems") or 0) - len(items)
            more = [self.of(doc.get("items") or ANY, dice) for _ in range(max(least, 0))]
            return (items + more)[: doc.get("maxItems")]
        return _coerced(types, value, lambda: self.of(schema, dice), self, schema)

    def _mend_object(self, schema: Any, value: Doc, dice: Dice, depth: int) -> Doc:
        shape = self.schemas.shape(schema)
        mended: Doc = {}
        for name, each in value.items():
            if name in shape.properties:
                if not self.schemas.of(shape.properties[name]).get("writeOnly"):
                    mended[name] = self._mend(shape.properties[name], each, dice, depth + 1)
                    is_kept = name in shape.required or mended[name] is not None
                    if not is_kept and "null" not in self.schemas.types(shape.properties[name]):
                        del mended[name]
            elif not shape.is_closed:
                more = shape.additional
                mended[name] = self._mend(more, each, dice, depth + 1) if more else each
        for name in sorted(shape.required - set(mended)):
            each = shape.properties.get(name, ANY)
            if not self.schemas.of(each).get("writeOnly"):
                mended[name] = self.of(each, dice, depth=depth + 1)
        return self._enough(mended, shape, dice, depth)

    def _fits(self, schema: Any, value: Any) -> bool:
        return bool(self.schemas.validator(schema, "response").is_valid(value))

    def _is_like(self, schema: Any, value: Any) -> bool:
        return _type_of(value) in self.schemas.types(schema)

    def _likeness(self, schema: Any, value: Doc) -> tuple[int, int]:
        shape = self.schemas.shape(schema)
        shared = set(shape.properties) & set(value)
        good = sum(self._fits(shape.properties[name], value[name]) for name in shared)
        return good, -len(shape.required - set(value))


def _coerced(
    types: tuple[str, ...], value: Any, make: Callable[[], Any], samples: Samples, schema: Any
) -> Any:
    """Return a value in another type where it says the same, else one that is made up."""
    tries: list[Any] = []
    if "string" in types and isinstance(value, int | float) and not isinstance(value, bool):
        tries.append(str(value))
    if isinstance(value, str) and {"integer", "number"} & set(types):
        with suppress(ValueError):
            tries.append(float(value) if "." in value or "integer" not in types else int(value))
    if isinstance(value, float) and "integer" in types and value.is_integer():
        tries.append(int(value))
    if value is None or "null" in types:
        tries.append(None)
    for each in tries:
        if samples._fits(schema, each):
            return each
    return make()


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = (
        (dict, "object"),
        (list, "array"),
        (str, "string"),
        (int, "integer"),
        (float, "number"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def _text(doc: Doc, dice: Dice) -> str:
    made = _formatted(str(doc.get("format") or ""), dice)
    if made is None and (pattern := doc.get("pattern")):
        made = matching(str(pattern))
    least, most = int(doc.get("minLength") or 0), doc.get("maxLength")
    text = "string" if made is None else made
    if made is None or not doc.get("pattern"):
        text = text.ljust(least, "x")
    return text if most is None else text[: int(most)]


def _formatted(format: str, dice: Dice) -> str | None:
    made: dict[str, Callable[[], str]] = {
        "date-time": lambda: dice.now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "date": lambda: dice.now.date().isoformat(),
        "time": lambda: "09:00:00Z",
        "duration": lambda: "PT1H",
        "uuid": dice.uuid,
        "email": lambda: "ada@example.com",
        "idn-email": lambda: "ada@example.com",
        "hostname": lambda: "example.com",
        "ipv4": lambda: "192.0.2.1",
        "ipv6": lambda: "2001:db8::1",
        "uri": lambda: "https://example.com/",
        "url": lambda: "https://example.com/",
        "iri": lambda: "https://example.com/",
        "uri-reference": lambda: "/",
        "byte": lambda: "bWlycmE=",
        "json-pointer": lambda: "/a",
        "regex": lambda: ".*",
    }
    return made[format]() if format in made else None


def matching(pattern: str, seed: str = "") -> str | None:
    """Return a text that a pattern takes, or None where that is beyond what can be made up.

    The same pattern and seed give the same text.
    """
    import re
    from random import Random

    import rstr

    try:
        made = str(rstr.Rstr(Random(seed or pattern)).xeger(pattern.replace("\\/", "/")))
        return made if re.search(pattern, made) else None
    except Exception:  # a dialect of patterns that Python doesn't have
        return None


def _number(doc: Doc, default: Any) -> Any:
    """Return the number nearest to `default` within the bounds."""
    step = doc.get("multipleOf") or 1
    low, high = doc.get("minimum"), doc.get("maximum")
    floor, ceiling = doc.get("exclusiveMinimum"), doc.get("exclusiveMaximum")
    if floor is True:
        low = (low or 0) + step
    elif floor is not None and _is_number(floor):
        low = floor + step
    if ceiling is True:
        high = (high or 0) - step
    elif ceiling is not None and _is_number(ceiling):
        high = ceiling - step
    value = default
    if _is_number(low) and value < low:
        value = low
    if _is_number(high) and value > high:
        value = high
    if doc.get("multipleOf"):
        value = -(-value // step) * step
    return type(default)(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
