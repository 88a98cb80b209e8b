"""`expand`: ids replaced by the objects that they name, up to four levels deep.

Source: https://docs.stripe.com/api/expanding_objects
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.versions.releases import family_of
from mirra_mcp.local.mirrors.stripe.api.versions.shapes import Family
from mirra_mcp.wire.model import Doc

DEEPEST = 4


def expanded(stripe: Peers, body: Doc, paths: list[str], version: str) -> Doc:
    """Return an answer's body with the fields at `paths` expanded, as far as a version has them.

    Raises:
        VendorError: a path can't be expanded or is too deep.
    """
    family = family_of(version)
    is_list = body.get("object") in ("list", "search_result")
    for given in paths:
        parts = given.split(".")
        path = given.removeprefix("data.") if is_list else given
        if len(parts) > DEEPEST:
            raise errors.invalid(
                f"You cannot expand more than {DEEPEST} levels of a property. Property: {given}",
                code="property_expansion_max_depth",
            )
        if is_list and parts[0] not in ("data", "total_count"):
            raise _not_expandable(parts[0], hint=True)
        body = _walk(stripe, body, parts, path, family)
    return body


def _walk(stripe: Peers, value: Any, parts: list[str], path: str, family: Family) -> Any:
    if not parts or value is None:
        return value
    if isinstance(value, list):
        return [_walk(stripe, each, parts, path, family) for each in value]
    if not isinstance(value, dict):
        raise _not_expandable(path)
    name, rest = parts[0], parts[1:]
    if not isinstance(value.get("object", ""), str):  # an event's data, which is no object
        raise _not_expandable(path)
    value = family.renamed(value)
    if not family.has(value, name):
        raise _not_expandable(path)
    found = value.get(name)
    if name not in value or found is None:
        found = stripe.includable(value, name)
        if found is None:  # this object has nothing there; another of its kind may
            return value
    elif isinstance(found, str):
        found = stripe.by_id(found)
        if found is None:
            raise _not_expandable(path)
    elif isinstance(found, list) and all(isinstance(each, str) for each in found):
        found = [stripe.by_id(each) or each for each in found]
    return {**value, name: _walk(stripe, found, rest, path, family)}


def _not_expandable(path: str, *, hint: bool = False) -> Exception:
    said = f"This property cannot be expanded ({path})."
    if hint:
        said += f" You may want to try expanding 'data.{path}' instead."
    return errors.invalid(said)
