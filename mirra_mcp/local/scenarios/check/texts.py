"""The text of a document that people see, apart from what only machines do.

Of HTML it is what a reader sees and where its links and images lead; class names, styles and
comments are the hidden rest.
"""

from functools import lru_cache
from html.parser import HTMLParser

from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.values import at_path, leaves

MARKUP = ("html",)
"""Fields that hold HTML."""
SILENT = frozenset(["style", "script", "head", "title"])
FOLLOWED = frozenset(["href", "src", "alt", "title"])
BLOCKS = frozenset(
    ["p", "div", "br", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr"]
)

Texts = tuple[tuple[str, ...], tuple[str, ...]]


class _Page(HTMLParser):
    """A page being read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep where it leads; a block begins on a line of its own."""
        self._silent += tag in SILENT
        if tag in BLOCKS:
            self.seen.append("\n")
        self.links += [value for name, value in attrs if name in FOLLOWED and value]

    def handle_endtag(self, tag: str) -> None:
        """Leave what isn't shown."""
        self._silent -= tag in SILENT and self._silent > 0
        if tag in BLOCKS:
            self.seen.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the text that is shown."""
        if not self._silent:
            self.seen.append(data)


@lru_cache(maxsize=512)
def read_page(html: str) -> tuple[str, tuple[str, ...]]:
    """Return the text that a reader of HTML sees, and where its links and images lead."""
    page = _Page()
    page.feed(html)
    page.close()
    lines = (" ".join(line.split()) for line in "".join(page.seen).splitlines())
    return "\n".join(line for line in lines if line), tuple(page.links)


def texts_of(found: Found, paths: tuple[str, ...] = ()) -> Texts:
    """Return a document's texts that people see, and those that they don't."""
    seen: list[str] = []
    hidden: list[str] = []
    for path in paths or found.noun.texts:
        for text in leaves(at_path(found.doc, path)):
            if not isinstance(text, str):
                continue
            if path in MARKUP:
                shown, links = read_page(text)
                seen += [shown, *links]
                hidden.append(text)
            else:
                seen.append(text)
    return tuple(seen), tuple(hidden)
