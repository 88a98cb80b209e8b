"""How a text is encoded for the air, and into how many segments it is cut.

Source: https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding
Source: https://www.twilio.com/docs/glossary/what-is-ucs-2-character-encoding
"""

from functools import cache

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""What takes one septet."""
EXTENDED = frozenset("\f^{}\\[~]|€")
"""What takes two: an escape and the character."""
GSM_7 = BASIC | EXTENDED

LONGEST = 1600
"""Characters of one message, whatever is counted as several being counted so."""


def is_gsm(text: str) -> bool:
    """Say whether a text can go out as GSM-7; else it goes out as UCS-2."""
    return GSM_7.issuperset(text)


def size(text: str) -> int:
    """Count a text's characters as Twilio does: GSM-7's escaped ones and emoji are two."""
    return sum(_sizes(text, is_gsm(text)))


def count(text: str) -> int:
    """Return how many segments a text is sent in: at least one.

    A segment holds 160 septets or 70 UTF-16 units; of several, each holds 153 or 67, for they
    carry a header. What takes two units is never cut in half.
    """
    gsm = is_gsm(text)
    sizes = _sizes(text, gsm)
    alone, joined = (160, 153) if gsm else (70, 67)
    if sum(sizes) <= alone:
        return 1
    segments, used = 1, 0
    for each in sizes:
        if used + each > joined:
            segments, used = segments + 1, 0
        used += each
    return segments


def _sizes(text: str, gsm: bool) -> list[int]:
    if gsm:
        return [2 if char in EXTENDED else 1 for char in text]
    return [2 if ord(char) > 0xFFFF else 1 for char in text]


def smart(text: str) -> str:
    """Replace characters that only look special by their GSM-7 likenesses.

    Source: https://www.twilio.com/docs/messaging/services#smart-encoding
    """
    return text.translate(_likenesses())


LIKENESSES = {
    '"': "\u00ab\u00bb\u201c\u201d\u201e\u201f\u02ba\u02ee\u275d\u275e\u301d\u301e",
    "'": "\u2018\u2019\u201b\u2017\u02bb\u02c8\u02bc\u02bd\u02b9\u00b4\u02ca\u0060\u02cb"
    "\u275b\u275c\u0313\u0314\ufe10\ufe11",
    "/": "\u00f7\u29f8\u0337\u0338\u2044\u2215",
    "\\": "\u29f9\u29f5\u20e5\ufe68",
    "_": "\u0332",
    "|": "\u20d2\u20d3\u2223\u23b8\u23b9\u23d0\u239c\u239f",
    "-": "\u23bc\u23bd\u2010\u2013\u2014\u2015\u2022\u2043\ufe63",
    "1/4": "\u00bc",
    "1/2": "\u00bd",
    "3/4": "\u00be",
    "@": "\ufe6b",
    "$": "\ufe69",
    "!": "\u01c3\ufe15\ufe57",
    "!!": "\u203c",
    "#": "\ufe5f",
    "%": "\ufe6a",
    "&": "\ufe60",
    ",": "\u201a\u0326\ufe50\ufe51\uff64\u3001",
    "(": "\u2768\u276a\ufe59\u27ee\u2985",
    ")": "\u2769\u276b\ufe5a\u27ef\u2986",
    "*": "\u204e\u2217\u229b\u2722\u2723\u2724\u2725\u2731\u2732\u2733\u273a\u273b\u273c\u273d"
    "\u2743\u2749\u274a\u274b\u29c6\ufe61",
    "+": "\u02d6\ufe62",
    ".": "\u3002\ufe52\uff61",
    "...": "\u2026",
    ":": "\u02d0\u02f8\u2982\ua789\ufe13",
    ";": "\u204f\ufe14\ufe54",
    "<": "\u2039\ufe64",
    ">": "\u203a\ufe65",
    "=": "\u0347\ua78a\ufe66",
    "?": "\ufe16\ufe56",
    "^": "\u02c6\u0302\u1dcd",
    "{": "\u2774\ufe5b",
    "}": "\u2775\ufe5c",
    "~": "\u02dc\u02f7\u0303\u0330\u0334\u223c",
    " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
    "\u3000\u2028\u2029\u0080\u008d\u0090\u009b\u009f",
    "": "\u0000\u0003\u0004\u0010\u0011\u0012\u0013\u0014\u0017\u0019\u200b\u200c\u2060\ufeff",
    "       ": "\t",
}
"""Likeness to the characters that it stands for."""
SMALL_CAPITALS = dict(zip("ABCDEFGHIJKLMNOPRTUVWYZ", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ", strict=True))


@cache
def _likenesses() -> dict[int, str]:
    table = {ord(char): like for like, chars in LIKENESSES.items() for char in chars}
    table |= {ord(small): capital for capital, small in SMALL_CAPITALS.items()}
    for code in range(0xFF01, 0xFF5F):  # the full-width forms, in the order of ASCII
        like = chr(code - 0xFEE0)
        table[code] = "'" if like == "`" else like
    for code in range(0xFF41, 0xFF5B):
        del table[code]  # full-width small letters stay
    return table
