"""An application that welcomes who signs up, and the scenario's driver that uses it.

    mirra-mcp run scenarios/welcome-email.md --driver "python scenarios/drivers/welcome_email.py"

Two ways to do it badly, to see what Mirra finds: `--forget-bounces` and `--trust-anyone`.
"""

import base64
import hmac
import json
import os
import sys

from playground import advance, call, handling, is_recent, mirror, simulate


class Signups:
    """The application: sends the email, and listens to what becomes of it."""

    def __init__(self, *, forgets_bounces: bool, trusts_anyone: bool) -> None:
        self.api, self.key = mirror("resend"), os.environ["RESEND_API_KEY"]
        self.forgets_bounces, self.trusts_anyone = forgets_bounces, trusts_anyone
        self.secret = ""
        self.status: dict[str, str] = {}

    def listen_at(self, url: str) -> None:
        """Subscribe to what happens to emails."""
        events = ["email.sent", "email.delivered", "email.bounced"]
        made = call(
            "POST", f"{self.api}/webhooks", key=self.key, body={"endpoint": url, "events": events}
        )
        self.secret = str(made["signing_secret"])

    def sign_up(self, email: str) -> str:
        """Welcome a new user; returns the email's id."""
        sent = call(
            "POST",
            f"{self.api}/emails",
            key=self.key,
            body={
                "from": "hello@mail.acme.com",
                "to": [email],
                "subject": "Welcome to Acme",
                "html": "<p>Hi Alice,</p><p>glad that you are here. Reply if we can help.</p>",
            },
        )
        return str(sent["id"])

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take a webhook: note what became of an email, and give up addresses that bounce."""
        if not (self.trusts_anyone or self.is_genuine(headers, body)):
            return 401
        event = json.loads(body)
        self.status[event["data"]["email_id"]] = event["type"]
        if event["type"] == "email.bounced" and not self.forgets_bounces:
            for address in event["data"]["to"]:
                invalid = {"email": address, "unsubscribed": True}
                call("POST", f"{self.api}/contacts", key=self.key, body=invalid)
        return 200

    def is_genuine(self, headers: dict[str, str], body: bytes) -> bool:
        """Check Svix's signature. Source: https://docs.svix.com/receiving/verifying-payloads/how-manual."""
        id, sent = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        made = base64.b64encode(hmac.digest(key, f"{id}.{sent}.".encode() + body, "sha256"))
        offered = headers.get("svix-signature", "").split()
        signed = any(hmac.compare_digest(f"v1,{made.decode()}", each) for each in offered)
        return signed and is_recent(sent)


def main() -> None:
    """Sign Alice up, and let her mailbox turn out not to exist."""
    app = Signups(
        forgets_bounces="--forget-bounces" in sys.argv, trusts_anyone="--trust-anyone" in sys.argv
    )
    with handling(app.take) as url:
        app.listen_at(url)
        email_id = app.sign_up("alice@example.com")
        advance("1 second")
        why = {"type": "hard", "reason": "user not found"}
        simulate("resend", "email.bounced", emailId=email_id, bounce=why)
        advance("10 seconds")
    sys.stdout.write(f"{email_id}: {app.status.get(email_id, 'nothing heard')}\n")


if __name__ == "__main__":
    main()
