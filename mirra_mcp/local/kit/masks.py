"""What may be shown of what strangers send: secrets masked by their names, at any depth.

Card numbers are known by their digits as well. What can't be read is shown as the text it is.
"""

import re
from typing import Any
from urllib.parse import unquote_plus

from mirra_mcp.local.kit.foreign import loads

MASK = "…"
KEPT = 4
"""Last characters of a long secret that stay, to tell it from others."""
LONG = 16
"""Characters from which on a secret keeps its last ones."""
PASSWORDS = ("password", "passwd", "passphrase", "passworddigest")
"""How the names of secrets end that a person made up: not one character of them is kept."""
SECRETS = (
    *PASSWORDS, "secret", "secretkey", "signingkey", "token", "apikey", "authorization",
    "privatekey", "accesskey", "cardnumber", "accountnumber",
)  # fmt: skip
"""How the names of secrets end; letters only, in lower case."""
UNSHOWN = ("cvc", "cvv", "cvn", "cvc2", "cvv2", "securitycode", "pin")
"""Names of which not one character may be kept."""
NOT_SECRET = ("pagetoken", "nextpagetoken", "idempotencytoken")
NUMBER = "number"
"""A secret below these names: `card[number]`."""
HOLDERS = ("card", "bankaccount", "usbankaccount")
CARD = re.compile(r"(?<![0-9A-Za-z_.+])[3-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z_.])")
PAIR = re.compile(r"""([^&;=?\s"'<>{}]*)=([^&\s"'<>]*)""")
FIELD = re.compile(
    r"""("(?:[^"\\]|\\.){1,80}")(\s*:\s*)("(?:[^"\\]|\\.)*"?|[0-9][0-9. -]*)""", re.DOTALL
)
SUSPECT = re.compile(
    rb"pass|secret|token|key|authorization|number|cv[cvn]|code|pin|\\\\u|[3-6](?:[ -]?[0-9]){12}",
    re.IGNORECASE,
)
"""What JSON without a secret mostly doesn't hold, so that most needn't be looked through."""


def body(content: bytes, most: int, length: int | None = None) -> Any:
    """Return what a log shows of a request's body: JSON if it is short JSON, else text.

    `length` is that of the whole body, where `content` is only its beginning.
    """
    if len(content) > most:
        return text(content[:most]) + f"{MASK} ({length or len(content)} bytes)"
    if content[:1] in b'{["':
        try:
            given = loads(content)
        except ValueError:
            return text(content)
        return value(given) if SUSPECT.search(content) else given
    return text(content)


def text(content: bytes) -> str:
    """Return what can't be read as JSON: a form, most likely, or the beginning of JSON."""
    said = content.decode("utf-8", "replace")
    return cards(pairs(FIELD.sub(_field, said)))


def pairs(said: str) -> str:
    """Mask the secrets of a form or a query, and leave all else as it was sent."""
    return PAIR.sub(_pair, said) if "=" in said else said


def value(given: Any, name: str = "", holder: str = "") -> Any:
    """Mask the secrets within JSON: by the names of fields, and card numbers anywhere."""
    if isinstance(given, dict):
        said = given.get("name")  # {"name": "password", "value": "..."}
        return {
            key: value(each, said if key == "value" and isinstance(said, str) else key, name)
            for key, each in given.items()
        }
    if isinstance(given, list):
        return [value(each, name, holder) for each in given]
    if isinstance(given, str) or (isinstance(given, int) and not isinstance(given, bool)):
        written = str(given)
        shown = named(name, written, holder)
        if shown is None:
            shown = cards(written)
        return given if shown == written else shown
    return given


def cards(said: str) -> str:
    """Mask what looks like a card's number and passes its check digit."""
    return CARD.sub(_card, said) if len(said) > 12 else said


def named(name: str, secret: str, holder: str = "") -> str | None:
    """Return what is shown of the value of a field, or None if its name tells of no secret."""
    plain = _plain(name)
    if plain in UNSHOWN or (secret and plain.endswith(PASSWORDS)):
        return MASK
    if plain == NUMBER and _plain(holder) in HOLDERS:
        return f"{MASK}{secret[-KEPT:]}"
    if plain.endswith(SECRETS) and plain not in NOT_SECRET:
        return hidden(secret)
    return None


def hidden(secret: str) -> str:
    """Show a secret's kind, and its last characters if it is long enough to stay one."""
    if not secret:
        return secret
    head, mark, _ = secret.rpartition("_")
    kind = head + mark if mark and len(head) < LONG else ""
    return f"{kind}{MASK}{secret[-KEPT:] if len(secret) >= LONG else ''}"


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _pair(found: re.Match[str]) -> str:
    name, written = found[1], found[2]
    parts = [part for part in re.split(r"[\[\].]+", unquote_plus(name)) if part] or [""]
    if parts[-1].isdecimal() and len(parts) > 1:
        parts.pop()
    said = unquote_plus(written)
    shown = named(parts[-1], said, parts[-2] if len(parts) > 1 else "")
    if shown is None:
        shown = cards(said)
    return found[0] if shown == said else f"{name}={shown}"


def _field(found: re.Match[str]) -> str:
    shown = named(found[1][1:-1], found[3].strip('"'), "card")
    return found[0] if shown is None else f'{found[1]}{found[2]}"{shown}"'


def _card(found: re.Match[str]) -> str:
    digits = [int(each) for each in found[0] if each.isdecimal()][::-1]
    doubled = (sum(divmod(2 * each, 10)) for each in digits[1::2])
    is_valid = len(digits) >= 13 and (sum(digits[::2]) + sum(doubled)) % 10 == 0
    return f"{MASK}{found[0][-KEPT:]}" if is_valid else found[0]
