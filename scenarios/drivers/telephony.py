"""What the example drivers share that answer Twilio's webhooks: its API, signatures, TwiML."""

import base64
import hmac
import os
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import escape

from playground import Answer, call, handling, mirror

OURS = "+14155550100"
Form = dict[str, str]
Page = Callable[[Form], str | None]
"""What a path of the application answers: TwiML, JSON, or nothing."""


class Account:
    """A Twilio account, and an application that its webhooks reach at their paths."""

    def __init__(self, **pages: Page) -> None:
        self.sid, self.token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
        self.pages = pages
        self.url = ""
        self.told: list[tuple[str, Form]] = []
        self.trusts_anyone = False

    def call(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """Call Twilio's API: the account's own part of it, or `/v1/...` of another."""
        under = "" if path.startswith("/") else f"/2010-04-01/Accounts/{self.sid}/"
        who = base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()
        headers = {"authorization": f"Basic {who}"}
        return call(method, f"{mirror('twilio')}{under}{path}", form=form or None, headers=headers)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Serve the application's pages."""
        with handling(self.take) as url:
            self.url = url.rpartition("/")[0]
            yield

    def answer_calls(self, page: str) -> None:
        """Let whoever calls our number hear a page."""
        listed = self.call("GET", f"IncomingPhoneNumbers.json?PhoneNumber=%2B{OURS[1:]}")
        (number,) = listed["incoming_phone_numbers"]
        path = f"IncomingPhoneNumbers/{number['sid']}.json"
        self.call("POST", path, VoiceUrl=f"{self.url}/{page}")

    def take(self, headers: dict[str, str], body: bytes) -> Answer:
        """Answer a webhook, if it is genuine."""
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        path = headers[":path"]
        if not (self.trusts_anyone or self.is_genuine(f"{self.url}{path}", headers, form)):
            return 403
        name = path.strip("/")
        self.told.append((name, form))
        text = self.pages[name](form) if name in self.pages else None
        if text is None:
            return 204
        return "application/json" if text.startswith("{") else "text/xml", text

    def is_genuine(self, url: str, headers: dict[str, str], form: Form) -> bool:
        """Check Twilio's signature. Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security."""
        signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        made = base64.b64encode(hmac.digest(self.token.encode(), signed.encode(), "sha1"))
        return hmac.compare_digest(made.decode(), headers.get("x-twilio-signature", ""))


def twiml(*verbs: str) -> str:
    """Return a document of these verbs."""
    return f"<Response>{''.join(verbs)}</Response>"


def verb(name: str, *within: str, **attributes: str | int) -> str:
    """Return a verb with what is in it; an attribute that Python reserves ends in `_`."""
    given = "".join(f' {key.rstrip("_")}="{escape(str(each))}"' for key, each in attributes.items())
    return f"<{name}{given}>{''.join(within)}</{name}>"


def say(words: str) -> str:
    """Return the verb that says something."""
    return verb("Say", escape(words))
