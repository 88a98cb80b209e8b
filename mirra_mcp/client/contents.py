"""What a mail or a text leads to: its links and its one-time codes."""

import html
import re

_BARE = re.compile(r"""https?://[^\s"'<>]+""", re.IGNORECASE)
_LINK = re.compile(
    r"""<(style|script)\b.*?</\1\s*>|<a(?:rea)?\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>|<[^>]+>"""
    r"""|(https?://[^\s"'<>]+)""",
    re.IGNORECASE | re.DOTALL,
)
_CODE = re.compile(r"(?<![\w.,/=&#-])\d(?:[ -]?\d){3,7}(?![\w/=&-])")
_TAG = re.compile(r"<(style|script)\b.*?</\1\s*>|<[^>]+>", re.IGNORECASE | re.DOTALL)


def links_in(markup: str, text: str) -> list[str]:
    """Return the addresses that a message leads to, in their order, each once."""
    found = [one or other for _, one, other in _LINK.findall(markup)] or _BARE.findall(text)
    return list(dict.fromkeys(html.unescape(each).rstrip(".,)") for each in found if each))


def codes_in(markup: str, text: str) -> list[str]:
    """Return what looks like a one-time code: four to eight digits that stand alone."""
    shown = text or html.unescape(_TAG.sub(" ", markup))
    found = [re.sub(r"[ -]", "", each) for each in _CODE.findall(shown)]
    return list(dict.fromkeys(each for each in found if 4 <= len(each) <= 8))
