"""Balance settings: how an account is paid out, and what becomes of a negative balance.

Source: https://docs.stripe.com/api/balance-settings
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.account import schedules
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.access import OWN_ACCOUNT
from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]


class Schedule(Nested):
    """On which days money is paid out."""

    interval: Literal["daily", "manual", "monthly", "weekly"] | None = None
    monthly_payout_days: list[Annotated[int, Field(ge=1, le=31)]] | None = None
    weekly_payout_days: list[Weekday] | None = None


class Payouts(Nested):
    """How money is paid out."""

    minimum_balance_by_currency: dict[str, int | None] | None = None
    schedule: Schedule | None = None
    statement_descriptor: str | None = None


class SettlementTiming(Nested):
    """How long money is held back."""

    delay_days_override: int | None = None


class Payments(Nested):
    """Settings of the balance that payments go to."""

    debit_negative_balances: bool | None = None
    payouts: Payouts | None = None
    settlement_timing: SettlementTiming | None = None


class UpdateSettings(StripeParams):
    """Parameters of changed settings."""

    payments: Payments | None = None


class BalanceSettings(StripeResource):
    """The part of an account's settings that is about its balance; the account keeps it."""

    entity, plural = "balance_setting", "balance_settings"
    object, path = "balance_settings", "/v1/balance_settings"
    keeps = False

    @route("GET /v1/balance_settings")
    def retrieve(self, params: StripeParams) -> Doc:
        """Return the settings of the account that the call acts for."""
        return self._shown(self._owner())

    @route("POST /v1/balance_settings")
    def update(self, params: UpdateSettings) -> Doc:
        """Change them. Fires: balance_settings.updated, account.updated.

        Source: https://docs.stripe.com/api/balance-settings/update
        """
        owner = self._owner()
        before = self._shown(owner)
        settings = owner["settings"]
        given = params.payments.given() if params.payments else {}
        changed = dict(settings["payouts"])
        if given.get("debit_negative_balances") is not None:
            changed["debit_negative_balances"] = given["debit_negative_balances"]
        payouts = given.get("payouts") or {}
        if "statement_descriptor" in payouts:
            changed["statement_descriptor"] = payouts["statement_descriptor"]
        if "minimum_balance_by_currency" in payouts:
            owner = {**owner, "_minimum": _minimum(owner.get("_minimum"), payouts)}
        changed["schedule"] = self._schedule(changed["schedule"], payouts.get("schedule") or {})
        timing = given.get("settlement_timing") or {}
        if "delay_days_override" in timing:
            days = timing["delay_days_override"]
            _check_days(days)
            changed["schedule"]["delay_days"] = schedules.MINIMUM if days is None else days
        owner = self.stripe.accounts.weighed(
            {**owner, "settings": {**settings, "payouts": changed}}, told=True
        )
        shown = self._shown(owner)
        old = {name: before[name] for name in before if before[name] != shown[name]}
        told = {"object": shown, "previous_attributes": old}
        self.mirror.emit("balance_settings.updated", told)
        return shown

    def _owner(self) -> Doc:
        return self.stripe.accounts.get(self.stripe.account or OWN_ACCOUNT)

    def _schedule(self, kept: Doc, given: Doc) -> Doc:
        merged = {**kept, **{name: value for name, value in given.items() if value is not None}}
        for name, anchor in (("weekly", "weekly_anchor"), ("monthly", "monthly_anchor")):
            if given.get(f"{name}_payout_days"):
                merged.pop(anchor, None)
        return schedules.checked(merged)

    def _shown(self, owner: Doc) -> Doc:
        payouts = owner["settings"]["payouts"]
        schedule = payouts["schedule"]
        days = {"interval": schedule.get("interval", "daily")}
        if anchor := schedule.get("weekly_anchor"):
            days["weekly_payout_days"] = [anchor]
        if anchor := schedule.get("monthly_anchor"):
            days["monthly_payout_days"] = [anchor]
        for name in ("weekly_payout_days", "monthly_payout_days"):
            if schedule.get(name):
                days[name] = schedule[name]
        return {
            "object": self.object,
            "payments": {
                "debit_negative_balances": payouts["debit_negative_balances"],
                "payouts": {
                    "automatic_transfer_rules_by_currency": {},
                    "minimum_balance_by_currency": owner.get("_minimum") or None,
                    "schedule": days,
                    "statement_descriptor": payouts["statement_descriptor"],
                    "status": "enabled" if owner["payouts_enabled"] else "disabled",
                },
                "settlement_timing": {
                    "delay_days": schedule.get("delay_days", schedules.MINIMUM),
                    "delay_days_override": None
                    if schedule.get("delay_days", schedules.MINIMUM) == schedules.MINIMUM
                    else schedule["delay_days"],
                    "start_of_day": None,
                },
            },
        }


def _minimum(kept: Doc | None, payouts: Doc) -> Doc:
    """Return what stays on the balance when it is paid out, by currency; null unsets."""
    given = payouts["minimum_balance_by_currency"]
    merged = {**(kept or {}), **given} if given else {}
    return {name: amount for name, amount in merged.items() if amount is not None}


def _check_days(days: int | None) -> None:
    if days is not None and not schedules.MINIMUM <= days <= schedules.LONGEST:
        raise errors.invalid(
            f"You cannot set `delay_days_override` to {days}: it must be between"
            f" {schedules.MINIMUM} and {schedules.LONGEST} for this account.",
            "payments[settlement_timing][delay_days_override]",
        )
