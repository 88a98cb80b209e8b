"""Shortcodes: the parts of a template that stand for something of the user.

Source: https://clerk.com/docs/guides/sessions/jwt-templates#shortcodes
"""

import re
from typing import Any

from mirra_mcp.wire.model import Doc

CODE = re.compile(r"\{\{\s*(.+?)\s*\}\}")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
LITERALS = {"true": True, "false": False, "null": None}


def filled(template: Any, known: Doc) -> Any:
    """Return a template with each shortcode replaced by what it stands for.

    A string that is nothing but a shortcode becomes a value of any type; inside a longer string
    the value is written out.
    """
    if isinstance(template, dict):
        return {name: filled(value, known) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, known) for value in template]
    if not isinstance(template, str):
        return template
    whole = CODE.fullmatch(template.strip())
    if whole and "}}" not in whole[1]:
        return value_of(whole[1], known)
    return CODE.sub(lambda found: written(value_of(found[1], known)), template)


def value_of(expression: str, known: Doc) -> Any:
    """Return the first operand that is neither null nor false, else the last."""
    value: Any = None
    for operand in expression.split("||"):
        value = operand_of(operand.strip(), known)
        if value is not None and value is not False:
            break
    return value


def operand_of(text: str, known: Doc) -> Any:
    """Return what a literal or a path stands for; null if there is no such thing."""
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1]
    if text in LITERALS:
        return LITERALS[text]
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    value: Any = known
    for name in text.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def written(value: Any) -> str:
    """Write a value into a text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
