"""A visitor of Stripe's pages, with a browser that knows no scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

NOTHING: Mapping[str, str] = {}


@dataclass
class Form:
    """A form as a page has it: its fields as they are filled in, and its buttons' values."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self._select = self._href = ""
        self._skips = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Any = dict(attrs)
        name = given.get("name", "")
        form = self.forms[-1] if self.forms else Form()
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag == "input" and given.get("type") in ("radio", "checkbox"):
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
        elif tag == "input":
            form.fields[name] = given.get("value", "")
        elif tag == "button" and name:
            form.buttons.append(given.get("value", ""))
        elif tag == "textarea":
            form.fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and (
            "selected" in given or form.fields.setdefault(self._select, given["value"]) is None
        ):
            form.fields[self._select] = given["value"]
        elif tag == "a":
            self._href = given.get("href", "")
        self._skips = tag == "style"

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._skips:
            self.words.append(text)
            if self._href:
                self.links[text] = self._href

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._href = ""
        if tag == "style":
            self._skips = False


def _ask(method: str, url: str, **sent: Any) -> httpx.Response:
    with httpx.Client(timeout=30, trust_env=False, verify=False) as http:
        return http.request(method, url, **sent)


class Visitor:
    """Opens pages, fills forms in, and stops where it would leave the mirror."""

    def __init__(self, url: str) -> None:
        self.left_for = ""
        """Where it was sent, off the mirror."""
        self._home = urlsplit(url).netloc
        self.open(url)

    def open(self, url: str) -> "Visitor":
        """Go to an address."""
        return self._follow(_ask("GET", url.partition("#")[0]))

    def press(self, button: str = "", /, **filled: str) -> "Visitor":
        """Fill the page's first form in and press one of its buttons."""
        return self.send(self.forms[0], button, filled)

    def send(self, shown: Form, button: str = "", filled: Mapping[str, str] = NOTHING) -> "Visitor":
        """Fill a form in and press one of its buttons."""
        assert not button or button in shown.buttons or shown.fields.get("do") == button
        sent = {**shown.fields, **filled, **({"do": button} if button else {})}
        url = urljoin(str(self.answer.url), shown.action or str(self.answer.url))
        if shown.method == "get":
            return self._follow(_ask("GET", url, params=sent))
        return self._follow(_ask("POST", url, data=sent))

    def _follow(self, answer: httpx.Response) -> "Visitor":
        self.left_for = ""
        while answer.is_redirect:
            place = urljoin(str(answer.url), answer.headers["location"])
            if urlsplit(place).netloc != self._home:
                self.left_for = place
                return self
            answer = _ask("GET", place.partition("#")[0])
        reader = _Reader()
        reader.feed(answer.text)
        self.answer, self.forms, self.links = answer, reader.forms, reader.links
        self.text = " ".join(reader.words)
        return self


GOOD, DECLINED, SECURE = "4242424242424242", "4000000000000002", "4000002500003155"


def card(number: str = GOOD, **more: str) -> dict[str, str]:
    """Return what a payer types for a card."""
    typed = {"number": number, "expiry": "12 / 34", "cvc": "123", "name": "Jenny Rosen"}
    return {**typed, "email": "jenny@acme.com", "billing_postal_code": "94107"} | more
