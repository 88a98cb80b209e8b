"""Who asked to get no more messages, by which words, and what they were answered.

Source: https://help.twilio.com/articles/223134027
Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

from typing import ClassVar, Literal

from mirra_mcp.local.mirrors.twilio.api.phones import parse
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.handlers import Handler, service_of
from mirra_mcp.wire.model import Doc

Keyword = Literal["STOP", "START", "HELP"]

WORDS: dict[str, Keyword] = {
    "STOP": "STOP",
    "STOPALL": "STOP",
    "UNSUBSCRIBE": "STOP",
    "CANCEL": "STOP",
    "END": "STOP",
    "QUIT": "STOP",
    "OPTOUT": "STOP",
    "REVOKE": "STOP",
    "START": "START",
    "YES": "START",
    "UNSTOP": "START",
    "HELP": "HELP",
    "INFO": "HELP",
}
TOLL_FREE_WORDS: dict[str, Keyword] = {
    "STOP": "STOP",
    "START": "START",
    "UNSTOP": "START",
    "HELP": "HELP",
    "INFO": "HELP",
}
"""Source: https://help.twilio.com/articles/360058144374"""

RESERVED = frozenset(("STOP", "START", "HELP"))
"""What no service can give another meaning.

Source: https://github.com/twilio/twilio-oai (spec/json/twilio_messaging_v3.json)
"""

REPLIES: dict[Keyword, str] = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from"
    " this number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for"
    " help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}
TOLL_FREE_REPLIES: dict[Keyword, str] = REPLIES | {
    "STOP": 'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this'
    ' number. Text back "unstop" to receive messages again.',
    "START": 'NETWORK MSG: You have replied "{word}" and will begin receiving messages again from'
    " this number.",
}


class OptOuts(TwilioResource):
    """Who has opted out of what: of one number, or of a whole messaging service."""

    entity, plural, prefix = "opt_out", "opt_outs", "OO"
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "phone_number": None,
        "of": None,
        "keyword": None,
        "date_created": None,
    }
    indexes = ("account_sid", "phone_number", "of")
    synonyms = ("unsubscription", "opt-out")
    words: ClassVar[dict[str, str]] = {"recipient": "phone_number", "number": "phone_number"}

    def hear(self, handler: Handler, sender: str, body: str) -> Keyword | None:
        """Act on a text that is a keyword, and answer it; return which one it was.

        A short code by itself has none: its owner answers. Whoever has opted out already is not
        told so twice, nor is somebody welcomed back who never left.
        """
        word = body.strip().upper()
        keyword = self._meant(handler, word)
        if keyword is None or (handler.is_short_code and handler.service is None):
            return None
        known = self.first(account_sid=handler.account, phone_number=sender, of=handler.scope)
        if keyword == "STOP" and known is None:
            self.save(self.new(account_sid=handler.account, phone_number=sender, of=handler.scope,
                               keyword=word))  # fmt: skip
            self._answer(handler, sender, keyword, word)
        elif keyword == "START" and known is not None:
            self.drop(known)
            self._answer(handler, sender, keyword, word)
        elif keyword == "HELP" and not (known and handler.is_toll_free):
            self._answer(handler, sender, keyword, word)
        return keyword

    def _answer(self, handler: Handler, to: str, keyword: Keyword, word: str) -> None:
        own = self._answer_of(handler, to, keyword)
        texts = TOLL_FREE_REPLIES if handler.is_toll_free else REPLIES
        text = own if own is not None else texts[keyword].format(word=word.lower())
        self.mirror.opt_out_replies.add(handler, to, keyword, text)

    # Advanced Opt-Out.

    def configure(
        self, service: Doc, keyword: Keyword, words: list[str], message: str, country: str | None
    ) -> Doc:
        """Give a service words of its own for a keyword, and an answer, maybe for one country."""
        row: Doc = {"keyword": keyword, "words": words, "message": message, "country": country}
        name = f"opt_outs {service['sid']}"
        kept = [
            each
            for each in self.mirror.setting(name, [])
            if (each["keyword"], each["country"]) != (keyword, country)
        ]
        self.mirror.set_setting(name, [*kept, row])
        return {"service_sid": service["sid"], **row}

    def _meant(self, handler: Handler, word: str) -> Keyword | None:
        """Return which keyword a word is: a service's own replace all but the reserved ones."""
        if handler.is_toll_free:
            return TOLL_FREE_WORDS.get(word)
        own = self._own(handler)
        for row in own:
            if word in row["words"]:
                found: Keyword = row["keyword"]
                return found
        keyword = WORDS.get(word)
        is_replaced = any(row["words"] for row in own if row["keyword"] == keyword)
        return None if is_replaced and word not in RESERVED else keyword

    def _answer_of(self, handler: Handler, to: str, keyword: Keyword) -> str | None:
        phone = parse(to)
        rows = [each for each in self._own(handler) if each["keyword"] == keyword]
        for country in (phone.country if phone else None, None):
            for row in rows:
                if row["country"] == country and row["message"]:
                    text: str = row["message"]
                    return text
        return None

    def _own(self, handler: Handler) -> list[Doc]:
        if handler.service is None or handler.is_toll_free:
            return []
        rows: list[Doc] = self.mirror.setting(f"opt_outs {handler.service}", [])
        return rows

    def is_out(self, account: str, phone: str, sender: str, service: Doc | None) -> bool:
        """Say whether somebody opted out of a sender, or of the service that it is of."""
        left = {each["of"] for each in self.find(account_sid=account, phone_number=phone)}
        if not left:
            return False
        scopes = {sender}
        if service is not None:
            scopes.add(service["sid"])
        number = self.mirror.incoming_phone_numbers.first(
            account_sid=account, phone_number=sender
        ) or self.mirror.short_codes.first(account_sid=account, short_code=sender)
        if number is not None and (own := service_of(self.mirror, number)) is not None:
            scopes.add(own["sid"])
        return not left.isdisjoint(scopes)

    def blocks(self, message: Doc) -> bool:
        """Say whether its recipient has opted out of a message since it was accepted."""
        service = message["messaging_service_sid"] and {"sid": message["messaging_service_sid"]}
        account, to = message["account_sid"], message["to"]
        return self.is_out(account, to, message["from"] or "", service or None)


class OptOutReplies(TwilioResource):
    """What Twilio answers keywords. These texts aren't among the messages, nor do they cost."""

    entity, plural, prefix = "opt_out_reply", "opt_out_replies", "OR"
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "from": None,
        "to": None,
        "keyword": None,
        "body": None,
        "date_created": None,
    }
    indexes = ("account_sid", "to")
    synonyms = ("automatic reply", "auto-reply", "keyword reply")

    def add(self, handler: Handler, to: str, keyword: str, body: str) -> None:
        """Write down what somebody was answered."""
        more = {"from": handler.address}
        self.save(self.new(account_sid=handler.account, to=to, keyword=keyword, body=body, **more))
