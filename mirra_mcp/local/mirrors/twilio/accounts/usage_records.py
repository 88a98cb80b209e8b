"""What an account has used, and what is left of its money.

Every use is counted at once, by day: reading a report never reads the messages.

Source: https://www.twilio.com/docs/usage/api/usage-record
    https://www.twilio.com/docs/usage/api/account-balance
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Literal

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import pages
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import FLAG, check
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.wire.model import Doc

RECORDS = f"{ACCOUNT}/Usage/Records"
CREDIT = Decimal("100")
"""US dollars that every account begins with."""

CATEGORIES: dict[str, tuple[str, str]] = {
    "sms": ("SMS", "messages"),
    "sms-inbound": ("Inbound SMS", "messages"),
    "sms-inbound-longcode": ("Long Code Inbound SMS", "messages"),
    "sms-inbound-shortcode": ("Short Code Inbound SMS", "messages"),
    "sms-outbound": ("Outbound SMS", "messages"),
    "sms-outbound-longcode": ("Long Code Outbound SMS", "messages"),
    "sms-outbound-shortcode": ("Short Code Outbound SMS", "messages"),
    "mms": ("MMS", "messages"),
    "mms-inbound": ("Inbound MMS", "messages"),
    "mms-inbound-longcode": ("Long Code Inbound MMS", "messages"),
    "mms-inbound-shortcode": ("Short Code Inbound MMS", "messages"),
    "mms-outbound": ("Outbound MMS", "messages"),
    "mms-outbound-longcode": ("Long Code Outbound MMS", "messages"),
    "mms-outbound-shortcode": ("Short Code Outbound MMS", "messages"),
    "channels": ("Channels", "messages"),
    "mediastorage": ("Media Storage", "megabytes"),
    "phonenumbers": ("Phone Numbers", "numbers"),
    "phonenumbers-local": ("Local Phone Numbers", "numbers"),
    "phonenumbers-mobile": ("Mobile Phone Numbers", "numbers"),
    "phonenumbers-tollfree": ("Toll-Free Phone Numbers", "numbers"),
    "shortcodes": ("Short Codes", "shortcodes"),
    "authy-sms-outbound": ("Verify Outbound SMS", "messages"),
    "authy-calls-outbound": ("Verify Outbound Calls", "calls"),
    "authy-emails": ("Verify Emails", "emails"),
    "verify-whatsapp-conversations-business-initiated": ("Verify WhatsApp", "conversations"),
    "calls": ("Voice Minutes", "calls"),
    "calls-client": ("Client Minutes", "calls"),
    "calls-inbound": ("Inbound Voice Minutes", "calls"),
    "calls-outbound": ("Outbound Voice Minutes", "calls"),
    "calls-sip": ("SIP Minutes", "calls"),
    "calls-sip-inbound": ("Inbound SIP Minutes", "calls"),
    "calls-sip-outbound": ("Outbound SIP Minutes", "calls"),
    "totalprice": ("Total Price", "usd"),
}
"""By category its description and unit. Of Twilio's hundreds, those of what is mirrored."""
PRICES = {"local": Decimal("1.15"), "mobile": Decimal("1.15"), "toll-free": Decimal("2.15")}
"""What a number costs a month."""
CODES = {
    "sms": "authy-sms-outbound",
    "call": "authy-calls-outbound",
    "email": "authy-emails",
    "whatsapp": "verify-whatsapp-conversations-business-initiated",
}
"""By channel of a verification the category of its code."""
Span = Literal["day", "month", "year", "all"]


@dataclass(frozen=True, slots=True)
class Use:
    """What an account used of one category on one day."""

    day: str
    category: str
    count: int
    usage: int
    price: Decimal


class UsageRecords(TwilioResource):
    """Uses by account, day and category; not documents, as nothing that is done is about them."""

    entity, plural, is_2010 = "usage_record", "usage_records", True

    def add(
        self, account: str, category: str, *, count: int = 1, usage: int | None = None,
        price: Decimal | str = "0",
    ) -> None:  # fmt: skip
        """Count a use today: `sms-outbound-longcode` with its segments as `usage`, and its price.

        The categories above it, such as `sms`, and `totalprice` add up by themselves.
        """
        day = self.now.date().isoformat()
        used = self.mirror.setting(f"usage {account} {day}", {})
        if not used:
            days = self.mirror.setting(f"usage {account}", [])
            self.mirror.set_setting(f"usage {account}", [*days, day])
        counted, amount, paid = used.get(category, (0, 0, "0"))
        amount += count if usage is None else usage
        used[category] = (counted + count, amount, str(Decimal(paid) + abs(Decimal(price))))
        self.mirror.set_setting(f"usage {account} {day}", used)
        self.mirror.usage_triggers.used(account, category)

    def used(self, account: str) -> list[Use]:
        """List what an account has used, by day and category."""
        return [
            Use(day, category, count, usage, Decimal(price))
            for day in self.mirror.setting(f"usage {account}", ())
            for category, (count, usage, price) in self.mirror.setting(
                f"usage {account} {day}", {}
            ).items()
        ]

    def bought(self, number: Doc) -> None:
        """Count the first month of a phone number."""
        kind = number["type"]
        category = f"phonenumbers-{kind.replace('-', '')}"
        self.add(number["account_sid"], category, price=PRICES[kind])

    def code_sent(self, account: str, channel: str, price: str) -> None:
        """Count a verification's code."""
        self.add(account, CODES[channel], price=price)

    def balance_of(self, account: str) -> Decimal:
        """Return what is left of an account's money."""
        return CREDIT - sum((each.price for each in self.used(account)), Decimal())

    @route(f"GET {ACCOUNT}/Balance.json")
    def balance(self) -> Doc:
        """Return what is left of the account's money."""
        account = self.mirror.account_sid
        left = self.balance_of(account).normalize()
        return {"currency": "USD", "balance": f"{left:f}", "account_sid": account}

    # Reports.

    @route(f"GET {RECORDS}.json")
    @route(f"GET {RECORDS}/AllTime.json")
    def all_time(self, call: Call) -> Doc:
        """Tell the usage between two dates, or since the account was made."""
        return self._report(call, "all", self._since(), self.now.date())

    @route(f"GET {RECORDS}/Daily.json")
    def daily(self, call: Call) -> Doc:
        """Tell the usage of each day, the newest first."""
        return self._report(call, "day", self._since(), self.now.date())

    @route(f"GET {RECORDS}/Monthly.json")
    def monthly(self, call: Call) -> Doc:
        """Tell the usage of each month, the newest first."""
        return self._report(call, "month", self._since(), self.now.date())

    @route(f"GET {RECORDS}/Yearly.json")
    def yearly(self, call: Call) -> Doc:
        """Tell the usage of each year, the newest first."""
        return self._report(call, "year", self._since(), self.now.date())

    @route(f"GET {RECORDS}/Today.json")
    def today(self, call: Call) -> Doc:
        """Tell today's usage."""
        return self._report(call, "all", self.now.date(), self.now.date())

    @route(f"GET {RECORDS}/Yesterday.json")
    def yesterday(self, call: Call) -> Doc:
        """Tell yesterday's usage."""
        day = self.now.date() - timedelta(days=1)
        return self._report(call, "all", day, day)

    @route(f"GET {RECORDS}/ThisMonth.json")
    def this_month(self, call: Call) -> Doc:
        """Tell this month's usage."""
        today = self.now.date()
        return self._report(call, "all", today.replace(day=1), today)

    @route(f"GET {RECORDS}/LastMonth.json")
    def last_month(self, call: Call) -> Doc:
        """Tell last month's usage."""
        last = self.now.date().replace(day=1) - timedelta(days=1)
        return self._report(call, "all", last.replace(day=1), last)

    def _since(self) -> date:
        account = self.mirror.accounts.peek(self.mirror.account_sid)
        made = parsedate_to_datetime(account["date_created"]).date() if account else None
        days = self.mirror.setting(f"usage {self.mirror.account_sid}", ())
        first = date.fromisoformat(min(days)) if days else self.now.date()
        return min(first, made or first)

    def _report(self, call: Call, span: Span, start: date, end: date) -> Doc:
        check(call.query, FILTERS)
        start = _date("StartDate", call, self.now.date()) or start
        end = _date("EndDate", call, self.now.date()) or end
        category = call.query.get("Category")
        if category and category not in CATEGORIES:
            raise refusal(20001, message=f"Category {category} is not valid.")
        wanted = [category] if category else list(CATEGORIES)
        accounts = [self.mirror.account_sid]
        if call.query.get("IncludeSubaccounts", "").lower() == "true":
            subs = self.mirror.accounts.find(owner_account_sid=accounts[0])
            accounts += [each["sid"] for each in subs if each["sid"] != accounts[0]]
        uses = [use for each in accounts for use in self.used(each)]
        spans = _spans(span, start, end)
        at = pages.cut(call)
        rows = [(first, last, each) for first, last in spans for each in wanted]
        found = pages.slice_of(rows, at)
        docs = [self._record(call, uses, *row) for row in found.docs]
        return pages.page_2010(
            call, "usage_records", at, pages.Found(docs, found.next, found.previous)
        )

    def _record(self, call: Call, uses: list[Use], start: date, end: date, category: str) -> Doc:
        first, last = start.isoformat(), end.isoformat()
        mine = [
            use
            for use in uses
            if first <= use.day <= last
            and (category == "totalprice" or f"{use.category}-".startswith(f"{category}-"))
        ]
        price = sum((use.price for use in mine), Decimal()).normalize()
        description, unit = CATEGORIES[category]
        is_total = category == "totalprice"
        base = RECORDS.format(account=self.mirror.account_sid)
        query = f"?Category={category}"
        path = call.path.removesuffix(".json")
        return {
            "account_sid": self.mirror.account_sid,
            "api_version": "2010-04-01",
            "as_of": self.now.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "category": category,
            "count": None if is_total else str(sum(use.count for use in mine)),
            "count_unit": "" if is_total else unit,
            "description": description,
            "end_date": last,
            "price": f"{price:f}",
            "price_unit": "usd",
            "start_date": first,
            "subresource_uris": {
                name: f"{base}/{part}.json{query}" for name, part in SUBRESOURCES.items()
            },
            "uri": f"{path}.json{query}&StartDate={first}&EndDate={last}",
            "usage": f"{price:f}" if is_total else str(sum(use.usage for use in mine)),
            "usage_unit": "usd" if is_total else _measure(category, unit),
        }


FILTERS = {"IncludeSubaccounts": FLAG}
SUBRESOURCES = {
    "all_time": "AllTime",
    "daily": "Daily",
    "last_month": "LastMonth",
    "monthly": "Monthly",
    "this_month": "ThisMonth",
    "today": "Today",
    "yearly": "Yearly",
    "yesterday": "Yesterday",
}


def _measure(category: str, unit: str) -> str:
    """Return what the usage of a category is measured in."""
    if category.partition("-")[0] == "calls":
        return "minutes"
    return "segments" if unit == "messages" else unit


def _spans(span: Span, start: date, end: date) -> list[tuple[date, date]]:
    """Cut a period into days, months or years, the newest first."""
    if span == "all":
        return [(start, end)]
    found: list[tuple[date, date]] = []
    last = end
    while last >= start and len(found) < 5000:
        first = {"day": last, "month": last.replace(day=1), "year": last.replace(month=1, day=1)}
        found.append((max(first[span], start), last))
        if first[span] <= start:
            break
        last = first[span] - timedelta(days=1)
    return found


def _date(name: str, call: Call, today: date) -> date | None:
    """Read `2026-05-04`, or an offset such as `-30days`.

    Raises:
        VendorError: it is neither.
    """
    text = call.query.get(name)
    if not text:
        return None
    if offset := re.fullmatch(r"([+-]?\d{1,5})days?", text):
        return today + timedelta(days=int(offset[1]))
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise refusal(20001, message=f"Invalid parameter {name}: {text} is not a date") from None
