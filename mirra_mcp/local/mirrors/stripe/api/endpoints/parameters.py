"""Every endpoint that Stripe has, the parameters that it takes, and the values that those may have.

`tables/*.txt` has a line for each endpoint: its parameters, `=` before the line that describes an
object's own (`[]` a list of such, `{}` a map to such, `*` anything) or lists the values of an
enumeration (`$`), or before the most characters of a text (`<`); `-` alone where the whole area is
not mirrored; `legacy.txt` has endpoints that the SDKs call no more.

Source: the parameters' types of https://github.com/stripe/stripe-python
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.versions.releases import DEFAULT, name_of
from mirra_mcp.wire.model import Doc

PLACEHOLDER = re.compile(r"\{[^}]*\}")
ALIKE = 0.58
"""How alike two names must be for one to be suggested in place of the other."""

NO_LONGER = re.compile(r"POST /v1/(payment|setup)_intents")

Names = dict[str, "Inside | Values | None"]


class Inside:
    """What an object, or each of several, may have in it."""

    def __init__(self, names: "Names | None", *, is_map: bool) -> None:
        self.names, self.is_map = names, is_map


class Values:
    """What a text, or each of several, may be: one of a few, or not too long."""

    def __init__(self, allowed: Sequence[str] = (), most: int | None = None) -> None:
        self.allowed, self.most = allowed, most

    def holds(self, text: str) -> bool:
        """Tell whether a text is allowed; an empty one unsets."""
        if not text or self.most is not None:
            return len(text) <= (self.most or 0)
        return text in self.allowed


class Table:
    """The endpoints of one version family."""

    def __init__(self, text: str) -> None:
        self.lines: dict[str, str] = {}
        for line in text.splitlines():
            key, _, words = line.partition(":")
            self.lines[key] = words.strip()
        self._names: dict[str, Names] = {}

    def names(self, key: str) -> Names | None:
        """Return the parameters of an endpoint or an object; None: not told."""
        if key not in self._names:
            words = self.lines.get(key, "-")
            if words == "-":
                return None
            self._names[key] = found = {}
            for word in words.split():
                name, _, inside = word.partition("=")
                found[name] = self._inside(inside)
        return self._names[key]

    def _inside(self, text: str) -> "Inside | Values | None":
        if text.startswith("<"):
            return Values(most=int(text[1:]))
        key = text.rstrip("[]{}")
        if key.startswith("$"):
            return Values(self.lines[key].split())
        if not key.startswith("@"):
            return None
        return Inside(self.names(key), is_map=text.endswith("{}"))


@cache
def table(name: str) -> Table:
    """Return a family's endpoints, read once."""
    folder = files("mirra_mcp.local.mirrors.stripe.api.endpoints") / "tables"
    return Table((folder / f"{name}.txt").read_text(encoding="utf-8"))


@cache
def endpoints() -> dict[str, str]:
    """Return every endpoint of Stripe, old and new, with `{}` for each id in its path."""
    return {
        key: words
        for name in (DEFAULT, "endive", "legacy")
        for key, words in table(name).lines.items()
        if key[0] not in "@$"
    }


@cache
def _tables(spec: str, version: str) -> tuple[Names, ...]:
    """Return what an endpoint takes: the newest version what it documents, older ones both."""
    key = PLACEHOLDER.sub("{}", spec)
    wanted = ("endive",) if name_of(version) == "endive" else (DEFAULT, "endive")
    return tuple(names for each in wanted if (names := table(each).names(key)) is not None)


def values(spec: str, param: str) -> Sequence[str]:
    """Return the values that the newest version documents of an enumeration."""
    found = (table("endive").names(spec) or {}).get(param)
    return found.allowed if isinstance(found, Values) else ()


def inside(spec: str, param: str) -> set[str]:
    """Return what the newest version documents inside of an object."""
    found = (table("endive").names(spec) or {}).get(param)
    return set(found.names or ()) if isinstance(found, Inside) else set()


def check(spec: str, form: Doc, version: str) -> None:
    """Refuse parameters that the endpoint doesn't have, in whatever depth they are.

    Source: https://docs.stripe.com/error-codes#parameter-unknown

    Raises:
        VendorError: `parameter_unknown`.
    """
    tables = _tables(spec, version)
    if "payment_method_types" in form and NO_LONGER.match(spec) and name_of(version) == "endive":
        raise _no_longer()
    if tables and form:
        _check(form, tables, "")


def _no_longer() -> VendorError:
    """Source: https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents"""
    return errors.invalid(
        "The payment_method_types parameter is no longer supported in this API version. Use"
        " automatic payment methods, or payment_method_configuration, instead.",
        "payment_method_types",
        "payment_method_types_no_longer_supported",
    )


def _check(form: Doc, tables: tuple[Names, ...], path: str) -> None:
    if not form.keys() <= tables[-1].keys():
        unknown = [name for name in form if not any(name in names for names in tables)]
        if unknown:
            raise _refusal(unknown, tables, path)
    for name, value in form.items():
        holders = [names[name] for names in tables if name in names]
        if all(isinstance(each, Values) for each in holders):
            _check_values(value, [each for each in holders if isinstance(each, Values)], path, name)
        elif value.__class__ is dict or value.__class__ is list:
            inside = [
                each for each in holders if isinstance(each, Inside) and each.names is not None
            ]
            if len(inside) == len(holders):
                _check_inside(value, inside, _joined(path, name))


def _check_values(value: Any, holders: list[Values], path: str, name: str) -> None:
    if isinstance(value, list):
        for index, each in enumerate(value):
            _check_values(each, holders, _joined(path, name), str(index))
    elif isinstance(value, str) and not any(each.holds(value) for each in holders):
        raise _odd_value(value, holders, _joined(path, name))


def _odd_value(value: str, holders: list[Values], param: str) -> VendorError:
    most = max((each.most or 0 for each in holders), default=0)
    if most:
        return errors.too_long(value, most, param)
    allowed = list(dict.fromkeys(text for each in holders for text in each.allowed))
    return errors.none_of(allowed, param)


def _check_inside(value: Any, holders: list[Inside], path: str) -> None:
    if isinstance(value, list):
        for index, each in enumerate(value):
            _check_inside(each, holders, f"{path}[{index}]")
    elif isinstance(value, dict) and any(each.is_map for each in holders):
        plain = [Inside(each.names, is_map=False) for each in holders]
        for name, each in value.items():
            _check_inside(each, plain, f"{path}[{name}]")
    elif isinstance(value, dict):
        _check(value, tuple(each.names for each in holders if each.names is not None), path)


def _refusal(unknown: list[str], tables: tuple[Names, ...], path: str) -> VendorError:
    named = [_joined(path, name) for name in unknown]
    if len(named) > 1:
        listed = ", ".join(named)
        return errors.invalid(
            f"Received unknown parameters: {listed}", named[0], "parameter_unknown"
        )
    near = nearest(unknown[0], {name for names in tables for name in names})
    hint = f". Did you mean {_joined(path, near)}?" if near else ""
    return errors.invalid(
        f"Received unknown parameter: {named[0]}{hint}", named[0], "parameter_unknown"
    )


def _joined(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def nearest(name: str, known: set[str]) -> str | None:
    """Return the parameter that was probably meant."""
    ratios = [(SequenceMatcher(None, name, each).ratio(), each) for each in sorted(known)]
    best, found = max(ratios, default=(0.0, ""), key=lambda each: each[0])
    return found if best >= ALIKE else None
