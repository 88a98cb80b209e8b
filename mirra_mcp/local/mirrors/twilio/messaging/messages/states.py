"""What becomes of a message: the states that it goes through, and who is told.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging import senders
from mirra_mcp.local.mirrors.twilio.messaging.channels import sending
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import channel_of, is_chat
from mirra_mcp.local.mirrors.twilio.messaging.compliance import registrations
from mirra_mcp.local.mirrors.twilio.messaging.errors import OUTCOMES
from mirra_mcp.local.mirrors.twilio.messaging.messages import segments, wishes
from mirra_mcp.wire.model import Doc

STATUSES = ("queued", "sent", "delivered", "undelivered", "failed", "canceled", "read")
CALLBACKS = tuple(f"message.{status}" for status in STATUSES)
"""The webhooks about outgoing messages, by the status that they tell."""
FINAL = frozenset(("sent", "delivered", "undelivered", "failed", "canceled", "received", "read"))
"""Statuses in which a message may be deleted."""

CHOOSING = timedelta(seconds=1)
"""How long a service takes to choose a sender. These waits are ours: Twilio's vary."""
SENDING = timedelta(seconds=2)
DELIVERY = timedelta(seconds=3)

PRICES: dict[bool, Decimal] = {False: Decimal("0.0079"), True: Decimal("0.02")}
"""US dollars for a segment of an SMS, and for an MMS. Ours: Twilio's differ by country."""
CHAT_PRICE = Decimal("0.005")


class MessageStates(TwilioResource):
    """Messages on their way. Each step is a timer on the session's clock."""

    statuses = (*STATUSES, "accepted", "scheduled", "sending", "received")
    hears = CALLBACKS

    @property
    def sms_price(self) -> Decimal:
        """What a segment of an SMS costs, in US dollars."""
        return PRICES[False]

    # Steps.

    def start(self, doc: Doc) -> None:
        """Set a new message on its way."""
        if doc["_is_magic"]:
            return
        if doc["status"] == "scheduled":
            self.mirror.after(timedelta(seconds=doc["_wait"]), "messages.enqueue", id=doc["id"])
        elif doc["status"] == "accepted":
            self.mirror.after(CHOOSING, "messages.enqueue", id=doc["id"])
        else:
            self.mirror.after(timedelta(0), "messages.begin", id=doc["id"])

    def enqueue(self, id: str) -> None:
        """Let a service choose whom it sends from."""
        doc = self.peek(id)
        if doc is None or doc["status"] not in ("accepted", "scheduled"):
            return
        code = self._address(doc)
        if code is not None:
            self.fail(doc, code)
            return
        self.enter(doc, "queued")
        self.mirror.after(timedelta(0), "messages.begin", id=id)

    def begin(self, id: str) -> None:
        """Hand a message to the carrier: nobody is told of that."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "queued":
            return
        if doc["num_media"] != "0" and self.mirror.media.fetch_for(doc):
            return  # it goes on when they are here
        if is_chat(doc["to"]):
            doc["_outside"] = sending.is_outside(self.mirror, doc)
        code = self.refusal_of(doc)
        if code is not None:
            doc |= {"error_code": code, "error_message": OUTCOMES.get(code)}
            self.enter(doc, "undelivered" if code == sending.OUTSIDE else "failed")
            return
        self.change(doc, status="sending")
        self.mirror.after(SENDING, "messages.hand_over", id=id)

    def refusal_of(self, doc: Doc) -> int | None:
        """Return why a message that was accepted can't be sent, now that its sender is known.

        Source: https://www.twilio.com/docs/api/errors/30034 and
        https://www.twilio.com/docs/api/errors/30032
        """
        if code := wishes.refusal_of(self.mirror, doc):
            return code
        if is_chat(doc["to"]):
            return sending.refusal_of(self.mirror, doc)
        if doc["from"] in self.mirror.setting("full_queues", ()):
            return 21611
        if self.mirror.opt_outs.blocks(doc):
            return 21610
        return registrations.refusal_of(self.mirror, doc)

    def hand_over(self, id: str) -> None:
        """Learn that the carrier took a message."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "sending":
            return
        self.send(doc)
        self.mirror.after(DELIVERY, "messages.land", id=id)

    def land(self, id: str) -> None:
        """Learn whether a message has reached the handset."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "sent":
            return
        to = wishes.recipient_of(doc)
        code = self.mirror.carrier_troubles.code_for(to) if not is_chat(to) else None
        if code is not None:
            self.fail(doc, code, status="undelivered")
        else:
            self.deliver(doc)

    # What steps and stories do.

    def send(self, doc: Doc) -> Doc:
        """Let a message be on the way: from now on it costs."""
        number = int(doc["num_segments"])
        price = PRICES[True] if doc["_is_mms"] else PRICES[False] * max(number, 1)
        price = CHAT_PRICE if is_chat(doc["to"]) else price
        doc |= {"date_sent": self.stamp(), "price": f"-{price:.5f}"}
        self.use(doc, doc["from"] or "", "outbound")
        return self.enter(doc, "sent")

    def use(self, doc: Doc, own: str, way: Literal["inbound", "outbound"]) -> None:
        """Count a message among what its account has used; `own` is the account's end of it."""
        category = f"{'mms' if doc['_is_mms'] else 'sms'}-{way}"
        if own.startswith("+"):
            category += "-longcode"
        elif own.isdecimal():
            category += "-shortcode"
        elif is_chat(own):
            category = "channels"
        self.mirror.usage_records.add(
            doc["account_sid"], category, usage=int(doc["num_segments"]), price=doc["price"]
        )

    def hurry(self, doc: Doc) -> Doc:
        """Let the carrier take a message that waits, now."""
        self.mirror.cancel_timers(id=doc["id"])
        doc = self._catch_up(doc)
        self.mirror.after(DELIVERY, "messages.land", id=doc["id"])
        return doc

    def deliver(self, doc: Doc) -> Doc:
        """Let a message arrive; at one of the mirror's own numbers it comes in."""
        self.mirror.cancel_timers(id=doc["id"])
        if doc["date_sent"] is None:
            doc = self._catch_up(doc)
        doc = self.enter(doc, "delivered")
        self.arrive(doc)
        return doc

    def read(self, doc: Doc) -> Doc:
        """Let somebody read a message, on a channel that tells so."""
        if doc["status"] != "delivered":
            doc = self.deliver(doc)
        return self.enter(doc, "read")

    def arrive(self, sent: Doc) -> None:
        """Let a message that was delivered be seen where it was sent to."""

    def _catch_up(self, doc: Doc) -> Doc:
        """Bring a message that waits to where the carrier has it, without the waits."""
        if doc["messaging_service_sid"] and doc["status"] in ("accepted", "scheduled"):
            self._address(doc)
        doc |= {"num_segments": str(doc["_segments"])}
        if doc["status"] in ("accepted", "scheduled"):
            doc = self.enter(doc, "queued")
        return self.send(doc)

    def _address(self, doc: Doc) -> int | None:
        """Let a service choose whom a message comes from and shorten its links.

        Return the code with which it fails instead.
        """
        wishes.try_rcs(self.mirror, doc)
        if doc["from"] is None:
            service = self.mirror.messaging_services.peek(doc["messaging_service_sid"])
            doc |= {"from": self._chosen(doc, service)}
        code = 21703 if doc["from"] is None else wishes.shorten(self.mirror, doc)
        doc |= {"num_segments": str(doc["_segments"])}
        return code

    def _chosen(self, doc: Doc, service: Doc | None) -> str | None:
        """Return whom of its pool a service sends a message from."""
        if service is None:
            return None
        to, is_mms = doc["to"], doc["_is_mms"]
        if is_chat(to):
            return self.mirror.service_channel_senders.choose(service["sid"], channel_of(to))
        sender = senders.choose(self.mirror, service, to, is_mms=is_mms)
        return sender.address if sender else None

    def fail(self, doc: Doc, code: int, *, status: str = "failed") -> Doc:
        """End a message with an error code; one that wasn't sent costs nothing."""
        self.mirror.cancel_timers(id=doc["id"])
        if status == "undelivered" and doc["date_sent"] is None:
            doc = self._catch_up(doc)
        doc |= {"error_code": code, "error_message": OUTCOMES.get(code)}
        return self.enter(doc, status)

    def enter(self, doc: Doc, status: str) -> Doc:
        """Let a message take a status, and tell its callback."""
        if status in FINAL:
            wishes.forget(self.mirror, doc)
        doc = self.change(doc, status=status)
        self.report(doc)
        return doc

    def report(self, doc: Doc) -> None:
        """Tell a message's status to its callback. Its first status is told to nobody.

        Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
        """
        if doc["_conversation"]:
            self.mirror.conversation_receipts.follow(doc)
        url = doc["_callback"]
        to = [self.mirror.accounts.target(doc["account_sid"], url)] if url else []
        self.mirror.emit(f"message.{doc['status']}", self.callback(doc), to=to)

    def callback(self, doc: Doc) -> Doc:
        """Return the parameters of a status callback."""
        status = doc["status"]
        told: dict[str, Any] = {
            "ErrorCode": doc["error_code"],
            "RawDlrDoneDate": None,
            "SmsSid": doc["sid"],
            "SmsStatus": status,
            "MessageStatus": status,
            "To": doc["to"],
            "MessagingServiceSid": doc["messaging_service_sid"],
            "MessageSid": doc["sid"],
            "AccountSid": doc["account_sid"],
            "From": doc["from"],
            "ApiVersion": "2010-04-01",
        }
        if is_chat(doc["to"]):
            return told | self._of_channel(doc)
        if status in ("delivered", "undelivered"):
            told["RawDlrDoneDate"] = self.now.strftime("%y%m%d%H%M")
        return told

    def _of_channel(self, doc: Doc) -> Doc:
        """Return what a callback tells of a channel besides.

        Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
        """
        sender = self.mirror.channel_senders.first(sender_id=doc["from"])
        return {
            "ChannelPrefix": channel_of(doc["to"]),
            "ChannelInstallSid": sender["sid"] if sender else None,
            "ChannelToAddress": doc["to"],
            "ChannelStatusMessage": doc["error_message"],
            "EventType": "READ" if doc["status"] == "read" else None,
        }

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note in the debugger that a status callback failed."""
        self.mirror.notifications.note(parcel, outcome)

    # Counting.

    def measures(self, body: str, *, smart: bool, is_mms: bool) -> int:
        """Return in how many segments a text goes out."""
        if is_mms:
            return 1
        return segments.count(segments.smart(body) if smart else body)
