"""Attempts: each time that a code was sent, and whether anybody used it.

Source: https://www.twilio.com/docs/verify/api/list-verification-attempts
    https://www.twilio.com/docs/verify/api/get-verification-attempts-summary
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.params import check, sid
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.verifications.silent import CHANNEL
from mirra_mcp.wire.model import Doc

ARRIVES_AFTER = timedelta(seconds=2)
"""Ours: as long as a text message takes here."""
PRICES = {"sms": "0.0083", "call": "0.014", "whatsapp": "0.0073", "email": "0.0", "sna": "0.0"}
"""Ours: what one attempt costs in the United States, in dollars."""
CHANNELS = {"sms", "call", "email", "whatsapp", "rbm"}
CONVERSIONS = {"converted", "unconverted"}
FILTERS = {"VerifyServiceSid": sid("VA"), "VerificationSid": sid("VE")}
INDEXED = {"VerifyServiceSid": "service_sid", "VerificationSid": "verification_sid"}


class VerificationAttempts(TwilioResource):
    """Codes that were sent, one by one."""

    entity, plural, prefix = "verification_attempt", "verification_attempts", "VL"
    names = ()
    status_field = "conversion_status"
    verbs = {"converted": ("conversion_status", "converted")}
    statuses = ("converted", "unconverted")
    indexes = ("account_sid", "service_sid", "verification_sid")
    blank = {
        "sid": None,
        "account_sid": None,
        "service_sid": None,
        "verification_sid": None,
        "date_created": None,
        "date_updated": None,
        "conversion_status": "unconverted",
        "channel": None,
        "price": None,
        "channel_data": None,
        "url": None,
    }

    @route("GET /v2/Attempts")
    def list(self, call: Call) -> Doc:
        """List the attempts of an account that pass the filters, newest first."""
        where, fits = self._filter(call)
        return self.listed(call, "attempts", keep=fits, **where)

    @route("GET /v2/Attempts/Summary")
    def summarize(self, call: Call) -> Doc:
        """Count the attempts that pass the filters, and those that led somewhere."""
        where, fits = self._filter(call)
        docs = [doc for doc in self.find(account_sid=self.mirror.account, **where) if fits(doc)]
        converted = sum(doc["conversion_status"] == "converted" for doc in docs)
        rate = 100 * converted / len(docs) if docs else 0
        return {
            "total_attempts": len(docs),
            "total_converted": converted,
            "total_unconverted": len(docs) - converted,
            "conversion_rate_percentage": f"{rate:.9f}".rstrip("0").rstrip("."),
            "url": f"{self.mirror.url}/v2/Attempts/Summary",
        }

    @route("GET /v2/Attempts/{Sid}")
    def fetch(self, Sid: str) -> Doc:
        """Return one attempt."""
        return self.view(self.get(Sid))

    # what a verification does with its attempts

    def begin(self, verification: Doc) -> Doc:
        """Send a verification's code by its channel."""
        channel = verification["channel"]
        doc = self.new(
            account_sid=verification["account_sid"],
            service_sid=verification["service_sid"],
            verification_sid=verification["sid"],
            channel=channel,
            price={"value": PRICES[channel], "currency": "usd"},
            channel_data=self._data(verification),
        )
        self.mirror.after(ARRIVES_AFTER, "verification_attempts.arrive", sid=doc["sid"])
        if channel != CHANNEL:
            self.mirror.usage_records.code_sent(doc["account_sid"], channel, PRICES[channel])
        return self.save(doc)

    def arrive(self, sid: str, status: str = "delivered", error_code: str | None = None) -> None:
        """Let the carrier say what became of an attempt."""
        doc = self.peek(sid)
        if doc is not None:
            doc["channel_data"] |= {"message_status": status, "error_code": error_code}
            self.change(doc)

    def converted(self, verification: Doc) -> None:
        """Note that the code of the newest attempt was used."""
        for doc in self.find(verification_sid=verification["sid"], limit=1):
            doc["channel_data"]["status"] = "confirmed"
            self.change(doc, conversion_status="converted")

    def _data(self, verification: Doc) -> Doc:
        data: Doc = {
            "verification_sid": verification["sid"],
            "to": verification["to"],
            "status": "unconfirmed",
            "message_status": "sent",
            "error_code": None,
            "country": None,
            "code_length": len(verification["code"]),
            "locale": verification["locale"],
            "mcc": None,
            "mnc": None,
            "carrier": None,
        }
        phone = phones.parse(verification["to"])
        if phone is not None:
            lines = self.mirror.carrier_lines
            carrier = lines.carrier(phone.e164, verification["account_sid"])
            data |= {
                "country": phone.country,
                "mcc": carrier["mobile_country_code"],
                "mnc": carrier["mobile_network_code"],
                "carrier": carrier["name"],
            }
        return data

    def path_of(self, doc: Doc) -> str:
        """Return the path of an attempt."""
        return f"/v2/Attempts/{doc['sid']}"

    def _filter(self, call: Call) -> tuple[dict[str, Any], Callable[[Doc], bool]]:
        """Return what a query asks of the indexes, and of the rest.

        Raises:
            VendorError: it asks for what can't be.
        """
        asked = call.query
        check(asked, FILTERS, errors.refuse_value)
        where: dict[str, Any] = {
            field: asked[name] for name, field in INDEXED.items() if asked.get(name)
        }
        since = _date("DateCreatedAfter", asked.get("DateCreatedAfter"))
        until = _date("DateCreatedBefore", asked.get("DateCreatedBefore"))
        channel = _word("Channel", asked.get("Channel"), CHANNELS)
        status = _word("Status", asked.get("Status"), CONVERSIONS)
        country, to = asked.get("Country"), asked.get("ChannelData.To")
        prefix = asked.get("DestinationPrefix", "")

        def fits(doc: Doc) -> bool:
            data: dict[str, Any] = doc["channel_data"]
            to_number: str = data["to"]
            return (
                (not since or doc["date_created"] > since)
                and (not until or doc["date_created"] < until)
                and (not channel or doc["channel"] == channel)
                and (not status or doc["conversion_status"] == status)
                and (not country or data["country"] == country)
                and (not to or to_number == to)
                and to_number.startswith(prefix)
            )

        return where, fits


def _date(name: str, text: str | None) -> str | None:
    """Read a date of a filter, as the documents write theirs.

    Raises:
        VendorError: it isn't one.
    """
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise errors.invalid(name) from None
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _word(name: str, text: str | None, choices: set[str]) -> str | None:
    if text and text.lower() not in choices:
        raise errors.invalid(name)
    return text.lower() if text else None
