"""Usage triggers: an address that is called when an account has used so much.

Source: https://www.twilio.com/docs/usage/api/usage-trigger
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.accounts.usage_records import CATEGORIES, RECORDS
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams, Values, any_of, is_url
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Usage/Triggers"
FIRED = "usage.triggered"
RECURRING, FIELDS = ("daily", "monthly", "yearly", "alltime"), ("count", "usage", "price")
LONGEST_NAME = 64


class UpdateTrigger(TwilioParams):
    """A change to whom a trigger calls."""

    callback_url: str | None = None
    callback_method: str | None = None
    friendly_name: str | None = None


class CreateTrigger(UpdateTrigger):
    """A new trigger."""

    trigger_value: str = ""
    usage_category: str = ""
    recurring: str = ""
    trigger_by: str = ""


class UsageTriggers(TwilioResource):
    """The triggers of every account. They are looked at with each use, not once a minute."""

    entity, plural, prefix, is_2010 = "usage_trigger", "usage_triggers", "UT", True
    hears = (FIRED,)
    address_fields = ("callback_url",)
    names = ("friendly_name",)
    filters: ClassVar[Values] = {"Recurring": any_of(*RECURRING), "TriggerBy": any_of(*FIELDS)}
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "api_version": "2010-04-01",
        "callback_method": "POST",
        "callback_url": None,
        "current_value": "0",
        "date_created": None,
        "date_fired": None,
        "date_updated": None,
        "friendly_name": None,
        "recurring": None,
        "sid": None,
        "trigger_by": "usage",
        "trigger_value": None,
        "uri": None,
        "usage_category": None,
        "usage_record_uri": None,
        "_fired_in": None,
    }
    indexes = ("account_sid", "usage_category", "recurring", "trigger_by")

    @route(f"POST {PATH}.json", status=201)
    def create(self, params: CreateTrigger) -> Doc:
        """Ask to be called when so much is used; `+10` counts from now on."""
        account, sid = self.mirror.account_sid, self.new_id()
        category = _one_of("UsageCategory", params.usage_category, tuple(CATEGORIES))
        if not params.callback_url:
            raise wrong("Missing required parameter CallbackUrl in the post body")
        fields = self._checked(params)
        fields["recurring"] = (
            _one_of("Recurring", params.recurring, RECURRING) if params.recurring else None
        )
        fields["trigger_by"] = _one_of("TriggerBy", params.trigger_by or "usage", FIELDS)
        text = params.trigger_value
        try:
            value = Decimal(text.removeprefix("+"))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0:
            raise wrong(f"Invalid parameter TriggerValue: {text}")
        record = f"{RECORDS.format(account=account)}.json?Category={category}"
        doc = self.new(
            id=sid,
            usage_category=category,
            uri=f"{PATH.format(account=account)}/{sid}.json",
            usage_record_uri=record,
            **fields,
        )
        current = self._current(doc)
        value += current if text.startswith("+") else 0
        doc |= {"trigger_value": f"{value:f}", "current_value": f"{current:f}"}
        return self.view(self._looked_at(self.save(doc)))

    @route(f"GET {PATH}.json")
    def list(self, call: Call) -> Doc:
        """List the account's triggers, by category, field and period."""
        names = {
            "UsageCategory": "usage_category", "TriggerBy": "trigger_by", "Recurring": "recurring",
        }  # fmt: skip
        where: Doc = {
            field: call.query[name] for name, field in names.items() if call.query.get(name)
        }
        return self.listed(call, **where)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one trigger, with how much was used by now."""
        doc = self.get(Sid)
        return self.view(doc | {"current_value": f"{self._current(doc):f}"})

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, Sid: str, params: UpdateTrigger) -> Doc:
        """Change whom a trigger calls."""
        doc = self.get(Sid)
        return self.view(self.change(doc, **self._checked(params)))

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Remove a trigger."""
        self.drop(self.get(Sid))

    def used(self, account: str, category: str) -> None:
        """Look at an account's triggers, as some of a category was used."""
        if self.first(account_sid=account) is None:
            return
        for doc in self.find(account_sid=account):
            of = doc["usage_category"]
            if of == "totalprice" or f"{category}-".startswith(f"{of}-"):
                self._looked_at(doc)

    def _looked_at(self, doc: Doc) -> Doc:
        """Fire a trigger whose value is reached: once, or once a period."""
        current, period = self._current(doc), self._period(doc)
        if current < Decimal(doc["trigger_value"]) or doc["_fired_in"] == period:
            return doc
        doc = self.change(
            doc, current_value=f"{current:f}", date_fired=self.stamp(), _fired_in=period
        )
        told = {
            "AccountSid": doc["account_sid"],
            "UsageTriggerSid": doc["sid"],
            "Recurring": doc["recurring"],
            "CurrentValue": doc["current_value"],
            "TriggerValue": doc["trigger_value"],
            "TriggerBy": doc["trigger_by"],
            "UsageCategory": doc["usage_category"],
            "UsageRecordUri": doc["usage_record_uri"],
            "DateFired": doc["date_fired"],
            "IdempotencyToken": self.new_id(),
        }
        url, method = doc["callback_url"], doc["callback_method"]
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(FIRED, told, to=to)
        return doc

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note in the debugger that nobody took a call."""
        self.mirror.notifications.note(parcel, outcome)

    def _current(self, doc: Doc) -> Decimal:
        """Return how much was used since the period of a trigger began."""
        account, category = doc["account_sid"], doc["usage_category"]
        field, first = doc["trigger_by"], self._period(doc)
        total = Decimal()
        for use in self.mirror.usage_records.used(account):
            is_of = category == "totalprice" or f"{use.category}-".startswith(f"{category}-")
            if is_of and use.day >= first:
                by = "price" if category == "totalprice" else field
                total += Decimal(getattr(use, by))
        return total

    def _period(self, doc: Doc) -> str:
        today: date = self.now.date()
        begun = {
            "daily": today,
            "monthly": today.replace(day=1),
            "yearly": today.replace(month=1, day=1),
        }.get(doc["recurring"] or "", date.min)
        return begun.isoformat()

    def _checked(self, params: UpdateTrigger) -> Doc:
        fields: Doc = {}
        if params.callback_url is not None:
            if not is_url(params.callback_url):
                raise wrong(f"Invalid parameter CallbackUrl: {params.callback_url}")
            fields["callback_url"] = params.callback_url
        if params.callback_method:
            method = params.callback_method.upper()
            fields["callback_method"] = _one_of("CallbackMethod", method, ("GET", "POST"))
        if params.friendly_name is not None:
            if len(params.friendly_name) > LONGEST_NAME:
                raise wrong(f"Invalid parameter FriendlyName: more than {LONGEST_NAME} characters")
            fields["friendly_name"] = params.friendly_name or None
        return fields


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise wrong(f"Invalid parameter {name}: '{text}' is none of {', '.join(known)}")
    return text
