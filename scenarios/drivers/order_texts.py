"""A shop that texts about orders until asked to stop, and the scenario's driver that uses it.

    mirra-mcp run scenarios/twilio-order-texts.md --driver "python scenarios/drivers/order_texts.py"

One way to do it badly, to see what Mirra finds: `--text-anyway`.
"""

import base64
import hmac
import os
import sys
import urllib.parse
from typing import Any

from playground import advance, call, handling, mirror, simulate

SHOP, CUSTOMER = "+14155550100", "+15555550123"


class Shop:
    """The application: texts customers, and listens to what they and the carriers say."""

    def __init__(self, *, texts_anyway: bool) -> None:
        self.account, self.token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
        self.api = f"{mirror('twilio')}/2010-04-01/Accounts/{self.account}"
        self.texts_anyway = texts_anyway
        self.url = ""
        self.gone: set[str] = set()
        self.status: dict[str, str] = {}

    def listen_at(self, url: str) -> None:
        """Let what is texted to the shop's number come here."""
        self.url = url
        listed = self.call("GET", f"IncomingPhoneNumbers.json?PhoneNumber=%2B{SHOP[1:]}")
        (number,) = listed["incoming_phone_numbers"]
        self.call("POST", f"IncomingPhoneNumbers/{number['sid']}.json", SmsUrl=url)

    def call(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """Call Twilio's API."""
        who = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        headers = {"authorization": f"Basic {who}"}
        return call(method, f"{self.api}/{path}", form=form or None, headers=headers)

    def notify(self, customer: str, text: str) -> None:
        """Text a customer, unless they have asked for silence."""
        if customer in self.gone and not self.texts_anyway:
            return
        self.call(
            "POST", "Messages.json", From=SHOP, To=customer, Body=text, StatusCallback=self.url
        )

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take a webhook: a status of a text, or what a customer answered."""
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        if not self.is_genuine(headers, form):
            return 403
        if "MessageStatus" in form:
            self.status[form["MessageSid"]] = form["MessageStatus"]
        elif form.get("Body", "").strip().upper() == "STOP":
            self.gone.add(form["From"])
        return 200

    def is_genuine(self, headers: dict[str, str], form: dict[str, str]) -> bool:
        """Check Twilio's signature. Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security."""
        signed = self.url + "".join(f"{name}{form[name]}" for name in sorted(form))
        made = base64.b64encode(hmac.digest(self.token.encode(), signed.encode(), "sha1"))
        return hmac.compare_digest(made.decode(), headers.get("x-twilio-signature", ""))


def main() -> None:
    """Text about an order, hear STOP, and have more to say."""
    shop = Shop(texts_anyway="--text-anyway" in sys.argv)
    with handling(shop.take) as url:
        shop.listen_at(url)
        shop.notify(CUSTOMER, "Your order 1001 is on its way.")
        advance("1 minute")
        simulate("twilio", "message.received", **{"from": CUSTOMER, "to": SHOP, "body": "STOP"})
        advance("1 minute")
        shop.notify(CUSTOMER, "Your order 1001 has arrived.")
        advance("1 minute")
    sys.stdout.write(f"{shop.status}; silent for {sorted(shop.gone)}\n")


if __name__ == "__main__":
    main()
