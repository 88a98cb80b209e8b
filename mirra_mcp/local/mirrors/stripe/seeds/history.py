"""Telling an account's past: the API's own verbs, called at instants that are over."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mirra_mcp.local.kit.routes import Answer, Route
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc


class History:
    """An account's past, told in order from `days` ago up to now."""

    def __init__(self, stripe: Peers, days: float) -> None:
        self.stripe = stripe
        self._end = stripe.now
        stripe.now -= timedelta(days=days)

    def __enter__(self) -> "History":
        """Begin in the past."""
        return self

    def __exit__(self, *failed: object) -> None:
        """Let the time pass that is left."""
        if failed[0] is None:
            self.reach(0)

    def reach(self, days: float) -> None:
        """Let time pass until so many days ago; what falls due on the way happens."""
        stripe, target = self.stripe, self._end - timedelta(days=days)
        while (timer := stripe.next_timer()) is not None and timer[0] <= target.timestamp():
            due, id, verb, args = timer
            stripe.now = datetime.fromtimestamp(due, UTC)
            stripe.drop_timer(id)
            stripe.call_verb(verb, args)
        stripe.now = target

    def post(self, path: str, **form: Any) -> Doc:
        """Make or change something as a call of the API would."""
        found = self.stripe.router().find("POST", f"/v1/{path}")
        if not isinstance(found, tuple) or not isinstance(found[0], Route):
            raise LookupError(f"POST /v1/{path}")
        route, values = found
        args: dict[str, Any] = {name: values[name] for name in route.placeholders}
        if route.params is not None:
            args["params"] = route.params.model_validate(form)
        told = getattr(self.stripe.nouns[route.noun], route.verb)(**args)
        doc: Any = told.body if isinstance(told, Answer) else told
        if "error" in doc:
            raise ValueError(doc["error"]["message"])
        return dict(doc)

    def customer(self, name: str, email: str, card: str = "pm_card_visa") -> Doc:
        """Make a customer who pays with a test card."""
        customer = self.post("customers", name=name, email=email)
        self.change_card(customer["id"], card)
        return customer

    def change_card(self, customer: str, card: str) -> str:
        """Let a customer pay with another test card from now on."""
        method = self.post(f"payment_methods/{card}/attach", customer=customer)
        id = str(method["id"])
        self.post(f"customers/{customer}", invoice_settings={"default_payment_method": id})
        return id

    def subscribe(self, customer: str, price: str, **more: Any) -> Doc:
        """Begin a subscription."""
        return self.post("subscriptions", customer=customer, items=[{"price": price}], **more)

    def seller(self, type: str, email: str, name: str, *, onboarded: bool) -> str:
        """Open a connected account; return its id."""
        asked = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
        made = self.post(
            "accounts",
            type=type,
            email=email,
            business_profile={"name": name},
            capabilities=asked,
        )
        if onboarded:
            self.stripe.accounts.onboard(self.stripe.accounts.get(made["id"]))
        return str(made["id"])
