"""A help desk on the web whose customers text, and the scenario's driver that lets both write.

    mirra-mcp run scenarios/twilio-support-chat.md --driver "python scenarios/drivers/chat.py"

Ways to do it badly, to see what Mirra finds: `--keep-cards`, `--trust-anyone` and `--never-close`.
"""

import json
import os
import re
import sys

from playground import advance, simulate
from telephony import OURS, Account, Form

CARD = re.compile(r"\b(?:\d[ -]?){12,18}\d\b")
CUSTOMER, AGENT = "+15555550123", "agent"


class HelpDesk:
    """The application: reads what is said before anybody else does."""

    def __init__(self, flaws: list[str]) -> None:
        self.keeps_cards, self.closes = "--keep-cards" in flaws, "--never-close" not in flaws
        self.account = Account(before=self.before, after=self.after)
        self.account.trusts_anyone = "--trust-anyone" in flaws
        self.thread = f"/v1/Conversations/{os.environ['TWILIO_CONVERSATION_SID']}"

    def listen(self) -> None:
        """Be asked before a message is added, and told afterwards."""
        self.account.call(
            "POST", "/v1/Configuration/Webhooks", Filters="onMessageAdd",
            PreWebhookUrl=f"{self.account.url}/before",
        )  # fmt: skip
        self.account.call(
            "POST", f"{self.thread}/Webhooks", Target="webhook",
            **{"Configuration.Url": f"{self.account.url}/after",
               "Configuration.Filters": "onMessageAdded"},
        )  # fmt: skip

    def before(self, form: Form) -> str | None:
        """Take the numbers of cards out of what is said."""
        redacted = CARD.sub("[card number removed]", form["Body"])
        if self.keeps_cards or redacted == form["Body"]:
            return None
        return json.dumps({"body": redacted})

    def after(self, form: Form) -> None:
        """Part when the agent does."""
        if form["Author"] == AGENT and "goodbye" in form["Body"].lower() and self.closes:
            self.account.call("POST", self.thread, State="closed")


def main() -> None:
    """Let a customer text the number of a card, and the agent answer in the browser."""
    desk = HelpDesk(sys.argv)
    with desk.account.listening():
        desk.listen()
        text = "Refund my order 1042, please. My card is 4242 4242 4242 4242."
        simulate("twilio", "message.received", **{"from": CUSTOMER}, to=OURS, body=text)
        advance("10 seconds")
        for words in ("Order 1042 is refunded to 4242424242424242.", "Goodbye, and thank you!"):
            simulate("twilio", "conversation.message_sent", identity=AGENT, body=words)
            advance("10 seconds")
    said = desk.account.call("GET", f"{desk.thread}/Messages")["messages"]
    sys.stdout.write("".join(f"{each['author']}: {each['body']}\n" for each in said))


if __name__ == "__main__":
    main()
