"""The account's balance. Source: https://docs.stripe.com/api/balance"""

from typing import Any, Literal

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

Part = Literal["available", "pending"]
HELD = "balance:reserved"
"""The setting that says what the platform holds for its accounts, by currency."""


class Balances(StripeResource):
    """One balance an account, kept as running sums."""

    entity, plural = "balance", "balances"
    object, path = "balance", "/v1/balance"

    @route("GET /v1/balance")
    def retrieve(self, params: StripeParams) -> Doc:
        """Return what is available and what is pending, by currency."""
        return self.shown_now()

    def shown_now(self) -> Doc:
        """Return the balance as the API shows it."""
        sums = self._sums()
        currencies = sorted(sums) or ["usd"]

        def amounts(part: str) -> list[Doc]:
            return [
                {
                    "amount": (amount := sums.get(each, {}).get(part, 0)),
                    "currency": each,
                    "source_types": {"card": amount},
                }
                for each in currencies
            ]

        held: dict[str, int] = self.mirror.setting(HELD, {}) if not self.mirror.account else {}
        reserved = [{"amount": held.get(each, 0), "currency": each} for each in currencies]
        return {
            "object": "balance",
            "available": amounts("available"),
            "connect_reserved": reserved,
            "livemode": False,
            "pending": amounts("pending"),
        }

    def add(self, currency: str, part: Part, amount: int) -> None:
        """Add to one of the sums."""
        sums = self._sums()
        own = sums.setdefault(currency, {"available": 0, "pending": 0})
        before = own["available"] + own["pending"]
        own[part] += amount
        self.mirror.set_setting(self._key, sums)
        if self.mirror.account and min(before, before + amount) < 0:
            self.stripe.shortfalls.changed(currency, before, before + amount)

    def settle(self, currency: str, amount: int) -> None:
        """Make available what was pending."""
        sums = self._sums()
        own = sums.setdefault(currency, {"available": 0, "pending": 0})
        own["pending"] -= amount
        own["available"] += amount
        self.mirror.set_setting(self._key, sums)

    def hold(self, currency: str, amount: int) -> None:
        """Note what the platform holds in reserve, more or less of it."""
        held: dict[str, int] = self.mirror.setting(HELD, {})
        self.mirror.set_setting(HELD, {**held, currency: held.get(currency, 0) + amount})

    def available(self, currency: str) -> int:
        """Return what can be paid out."""
        amount: int = self._sums().get(currency, {}).get("available", 0)
        return amount

    def in_hand(self) -> list[str]:
        """Return the currencies of which something can be paid out."""
        return sorted(name for name, each in self._sums().items() if each["available"] > 0)

    def total(self, currency: str) -> int:
        """Return what there is, available or pending."""
        return sum(self._sums().get(currency, {}).values())

    def awaits(self, due: int) -> bool:
        """Tell whether nobody waits for an instant yet, and note that somebody does now."""
        waiting: list[int] = self.mirror.setting(f"{self._key}:due", [])
        if due in waiting:
            return False
        self.mirror.set_setting(f"{self._key}:due", [*waiting, due])
        return True

    def tell(self, due: int) -> None:
        """Say that funds have become available. Fires: balance.available."""
        waiting: list[int] = self.mirror.setting(f"{self._key}:due", [])
        self.mirror.set_setting(f"{self._key}:due", [each for each in waiting if each != due])
        self.mirror.emit("balance.available", {"object": self.shown_now()})

    @property
    def _key(self) -> str:
        return f"balance@{self.mirror.account or ''}"

    def _sums(self) -> dict[str, Any]:
        sums: dict[str, Any] = self.mirror.setting(self._key, {})
        return sums
