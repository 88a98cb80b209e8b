"""Conditions of automations: a rule, or rules joined by `and` and `or`.

Source: https://resend.com/docs/dashboard/automations/condition
"""

from collections.abc import Callable
from typing import Any

from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.wire.model import Doc

Scope = Callable[[str], Any]
"""Returns the value of a field such as `event.plan` or `contact.email`; None if there is none."""

NAMESPACES = ("event.", "contact.", "wait_events.")
"""Source: https://resend.com/docs/dashboard/automations/send-email"""
WITHOUT_VALUE = frozenset({"exists", "is_empty"})


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def decide(found: Any, value: Any) -> bool:
        try:
            return compare(found, value)
        except TypeError:
            return False

    return decide


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, value: bool(found == value),
    "neq": lambda found, value: bool(found != value),
    "gt": _ordered(lambda found, value: bool(found > value)),
    "gte": _ordered(lambda found, value: bool(found >= value)),
    "lt": _ordered(lambda found, value: bool(found < value)),
    "lte": _ordered(lambda found, value: bool(found <= value)),
    "contains": _ordered(lambda found, value: value in found),
    "starts_with": lambda found, value: str(found or "").startswith(str(value)),
    "ends_with": lambda found, value: str(found or "").endswith(str(value)),
    "exists": lambda found, value: found is not None,
    "is_empty": lambda found, value: found in (None, "", [], {}),
}


def check(rule: Any, where: str, namespaces: tuple[str, ...] = NAMESPACES) -> None:
    """Check that a rule can be read.

    Raises:
        VendorError: its type, field, operator or value is wrong.
    """
    kind = kind_of(rule) if isinstance(rule, dict) else None
    if kind in ("and", "or"):
        if not isinstance(rule.get("rules"), list) or not rule["rules"]:
            raise errors.missing_required_field(f"{where}.rules")
        for index, each in enumerate(rule["rules"]):
            check(each, f"{where}.rules[{index}]", namespaces)
        return
    if kind != "rule":
        raise errors.validation_error(
            f"The `{where}.type` field must be one of: `rule`, `and`, `or`."
        )
    check_reference(rule.get("field"), f"{where}.field", namespaces)
    if str(rule.get("operator")) not in OPERATORS:
        known = ", ".join(f"`{each}`" for each in OPERATORS)
        raise errors.validation_error(f"The `{where}.operator` field must be one of: {known}.")
    if rule["operator"] not in WITHOUT_VALUE and "value" not in rule:
        raise errors.missing_required_field(f"{where}.value")


def check_reference(given: Any, where: str, namespaces: tuple[str, ...] = NAMESPACES) -> None:
    """Check that a field such as `event.plan` can be looked up.

    Raises:
        VendorError: it is of none of the namespaces.
    """
    text = str(given)
    if not text.startswith(namespaces) or text in namespaces:
        wanted = ", ".join(f"`{each}`" for each in namespaces)
        raise errors.validation_error(f"The `{where}` field must begin with: {wanted}.")


def kind_of(rule: Doc) -> Any:
    """Return `rule`, `and` or `or`. The filter of a wait may leave `rule` out.

    Source: https://resend.com/docs/dashboard/automations/wait-for-event
    """
    return rule.get("type", "rule" if "field" in rule else None)


def dug(payload: Doc, name: str) -> Any:
    """Return the value of `plan`, or of `address.city`, in what an event told."""
    found: Any = payload
    for part in (name,) if name in payload else name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def holds(rule: Doc, scope: Scope) -> bool:
    """Tell whether a rule is true of what `scope` knows."""
    if kind_of(rule) == "and":
        return all(holds(each, scope) for each in rule["rules"])
    if kind_of(rule) == "or":
        return any(holds(each, scope) for each in rule["rules"])
    return OPERATORS[rule["operator"]](scope(rule["field"]), rule.get("value"))
