"""Quotes: what a customer is offered, and what comes of it when they accept.

Source: https://docs.stripe.com/api/quotes and https://docs.stripe.com/quotes/overview
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, StripeParams
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.invoices.pdf import pdf_of
from mirra_mcp.local.mirrors.stripe.billing.quotes import acceptance, totals
from mirra_mcp.local.mirrors.stripe.billing.quotes.params import (
    CreateQuote,
    FinalizeQuote,
    ListQuotes,
    QuotedItem,
    SaveQuote,
)
from mirra_mcp.wire.model import Doc

DAY = 24 * 60 * 60
LIFE = 30 * DAY
"""Source: https://docs.stripe.com/quotes/create (quotes expire in 30 days)"""
SENT = (
    "application_fee_amount", "application_fee_percent", "collection_method", "description",
    "expires_at", "footer", "header", "metadata", "on_behalf_of",
)  # fmt: skip
"""What a quote shows as it was sent."""
NO_TOTALS: Doc = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}


class Quotes(StripeResource):
    """The quotes of the account. `_lines` are what is offered; `_given` the discounts."""

    entity, plural = "quote", "quotes"
    statuses = ("draft", "open", "accepted", "canceled")
    object, prefix, path = "quote", "qt", "/v1/quotes"
    indexes = ("customer", "status", "test_clock")
    blank: ClassVar[Doc] = {
        "amount_subtotal": 0,
        "amount_total": 0,
        "application": None,
        "application_fee_amount": None,
        "application_fee_percent": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "collection_method": "charge_automatically",
        "computed": {},
        "created": None,
        "currency": None,
        "customer": None,
        "customer_account": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "expires_at": 0,
        "footer": None,
        "from_quote": None,
        "header": None,
        "invoice": None,
        "invoice_settings": {"days_until_due": None, "issuer": {"type": "self"}},
        "livemode": False,
        "metadata": {},
        "number": None,
        "on_behalf_of": None,
        "status": "draft",
        "status_transitions": {"accepted_at": None, "canceled_at": None, "finalized_at": None},
        "subscription": None,
        "subscription_data": {
            "billing_mode": {"flexible": None, "type": "classic"},
            "description": None,
            "effective_date": None,
            "metadata": {},
            "trial_period_days": None,
        },
        "subscription_schedule": None,
        "test_clock": None,
        "total_details": NO_TOTALS,
        "transfer_data": None,
        "_given": [],
        "_lines": [],
    }

    @route("POST /v1/quotes")
    def create(self, params: CreateQuote) -> Doc:
        """Write an offer, from nothing or from another quote. Fires: quote.created.

        Source: https://docs.stripe.com/api/quotes/create
        """
        if params.from_quote is not None:
            doc = self._clone(params)
        else:
            clock = params.test_clock
            if clock is not None:
                self.stripe.test_clocks.named(clock, "test_clock")
            mode = self.stripe.subscriptions.billing_mode(None)
            blank = self.new(test_clock=clock, expires_at=self.at + LIFE)
            blank["subscription_data"] = {**blank["subscription_data"], "billing_mode": mode}
            doc = self._changed(blank, params)
        self._expire_at(doc)
        return self.view(self.save(doc, event="quote.created"))

    @route("GET /v1/quotes/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a quote."""
        return self.view(self.get(id))

    @route("GET /v1/quotes")
    def index(self, params: ListQuotes) -> Doc:
        """List quotes."""
        names = ("customer", "status", "test_clock")
        where = {name: value for name in names if (value := getattr(params, name))}
        return self.listed(params, **where)

    @route("POST /v1/quotes/{id}")
    def update(self, id: str, params: SaveQuote) -> Doc:
        """Change a draft.

        Source: https://docs.stripe.com/api/quotes/update
        """
        doc = self._must(self.get(id), "draft", "update")
        doc = self._changed(doc, params)
        self._expire_at(doc)
        return self.view(self.save(doc))

    @route("POST /v1/quotes/{id}/finalize")
    def finalize(self, id: str, params: FinalizeQuote) -> Doc:
        """Make an offer of a draft. Fires: quote.finalized.

        Source: https://docs.stripe.com/api/quotes/finalize
        """
        doc = self._must(self.get(id), "draft", "finalize")
        if not doc["_lines"]:
            raise errors.invalid("You cannot finalize a quote without line items.")
        if params.expires_at is not None:
            doc = {**doc, "expires_at": self._future(params.expires_at)}
            self._expire_at(doc)
        doc |= {"number": self._number(doc), "status": "open"}
        return self.view(self.save(self._passed(doc, "finalized_at"), event="quote.finalized"))

    @route("POST /v1/quotes/{id}/accept")
    def accept(self, id: str) -> Doc:
        """Take an offer: its subscription, schedule or invoice is made.

        Fires: quote.accepted, after what these fire.
        Source: https://docs.stripe.com/api/quotes/accept

        Raises:
            VendorError: the quote isn't open, names no customer, or can't be billed.
        """
        doc = self._must(self.get(id), "open", "accept")
        if doc["customer"] is None:
            raise errors.invalid("You cannot accept a quote without a customer.")
        self.stripe.test_clocks.enter(self.stripe.customers.live(doc["customer"]))
        self.mirror.cancel_timers("quotes.lapse", id=id)
        doc = {**doc, "status": "accepted", **self._made_of(doc)}
        return self.view(self.save(self._passed(doc, "accepted_at"), event="quote.accepted"))

    @route("POST /v1/quotes/{id}/cancel")
    def cancel(self, id: str) -> Doc:
        """Take an offer back. Fires: quote.canceled.

        Source: https://docs.stripe.com/api/quotes/cancel
        """
        doc = self.get(id)
        if doc["status"] not in ("draft", "open"):
            raise self._wrong(doc, "cancel")
        return self.view(self._canceled(doc))

    @route("GET /v1/quotes/{id}/line_items")
    def line_items(self, id: str, params: ListParams) -> Doc:
        """List what is offered."""
        rows = [self._line(each) for each in self.get(id)["_lines"]]
        return page_of(rows, params, f"/v1/quotes/{id}/line_items", "item")

    @route("GET /v1/quotes/{id}/computed_upfront_line_items")
    def upfront_line_items(self, id: str, params: ListParams) -> Doc:
        """List what is paid at once."""
        doc = self.get(id)
        rows = [self._line(each) for each in totals.upfront(self.stripe, doc)]
        return page_of(rows, params, f"/v1/quotes/{id}/computed_upfront_line_items", "item")

    @route("GET /v1/quotes/{id}/pdf")
    def pdf(self, id: str, params: StripeParams) -> Answer:
        """Return a finalized quote as a PDF. Source: https://docs.stripe.com/api/quotes/pdf"""
        doc = self.get(id)
        if doc["number"] is None:
            raise self._wrong(doc, "download the PDF of")
        lines = [
            f"{line['description'] or ''}: {money.show(line['amount_total'], doc['currency'])}"
            for line in doc["_lines"]
        ]
        total = f"Total: {money.show(doc['amount_total'], doc['currency'])}"
        told = (doc["header"], f"Quote {doc['number']}", doc["description"], *lines, total)
        content = pdf_of([each for each in (*told, doc["footer"]) if each])
        return Answer(200, content, {"content-type": "application/pdf"})

    def lapse(self, id: str) -> None:
        """Let an offer expire. Called by its timer. Fires: quote.canceled."""
        doc = self.peek(id)
        if doc is not None and doc["status"] in ("draft", "open"):
            self._canceled(doc)

    # How a quote is made.

    def _changed(self, doc: Doc, params: SaveQuote) -> Doc:
        given = params.given()
        if params.expires_at is not None:
            self._future(params.expires_at)
        if params.customer is not None:
            doc = {**doc, "customer": self.stripe.customers.live(params.customer)["id"]}
        doc = self.patched(doc, {name: given[name] for name in SENT if name in given})
        if mode := (given.get("subscription_data") or {}).get("billing_mode"):
            shown = self.stripe.subscriptions.billing_mode(mode)
            given["subscription_data"] = {**given["subscription_data"], "billing_mode": shown}
        for name in ("invoice_settings", "subscription_data"):
            if given.get(name):
                doc[name] = {**doc[name], **given[name]}
        if params.transfer_data is not None:
            destination = params.transfer_data.destination
            self.stripe.transfers.check_destination(destination, "transfer_data[destination]")
            unsaid = {"amount": None, "amount_percent": None}
            doc["transfer_data"] = unsaid | given["transfer_data"]
        if params.default_tax_rates is not None:
            for number, id in enumerate(params.default_tax_rates):
                self.stripe.tax_rates.usable(id, f"default_tax_rates[{number}]")
            doc["default_tax_rates"] = params.default_tax_rates
        if params.automatic_tax is not None:
            doc["automatic_tax"] = self.stripe.tax_settings.laid_out(params.automatic_tax.enabled)
        if params.discounts is not None:
            self.stripe.discounts.check(
                given["discounts"], customer=doc["customer"], currency=doc["currency"]
            )
            drafts = self.stripe.discounts.drafts(given["discounts"])
            doc["_given"] = given["discounts"]
            doc["discounts"] = [self.stripe.discounts.save(each)["id"] for each in drafts]
        if params.line_items is not None:
            doc["_lines"] = self._lines(doc, params.line_items)
        totals.check(self.stripe, doc)
        return totals.totalled(self.stripe, doc)

    def _lines(self, doc: Doc, items: Sequence[QuotedItem]) -> list[Doc]:
        kept = {line["id"]: line for line in doc["_lines"]}
        found: list[Doc] = []
        for number, item in enumerate(items):
            given = {name: value for name, value in item.given().items() if name != "id"}
            if item.id is None:
                wanted = {"quantity": 1, **given}
                price = given.get("price")
                if price and self._is_metered(price, f"line_items[{number}][price]"):
                    wanted = given
                found += self.stripe.checkout_sessions.lines_of([wanted])
                continue
            if item.id not in kept:
                raise errors.missing("line item", item.id, f"line_items[{number}][id]", status=400)
            line = kept[item.id]
            again = {"price": line["price"], "quantity": line["quantity"], **given}
            (made,) = self.stripe.checkout_sessions.lines_of([again])
            found.append({**made, "id": item.id})
        return found

    def _is_metered(self, price: str, param: str) -> bool:
        found = self.stripe.prices.usable(price, param)
        return bool((found["recurring"] or {}).get("usage_type") == "metered")

    def _line(self, line: Doc) -> Doc:
        return self.stripe.checkout_sessions.line_shown(line)

    def _clone(self, params: CreateQuote) -> Doc:
        """Source: https://docs.stripe.com/quotes/clone"""
        origin = params.from_quote
        others = set(params.given()) - {"from_quote", "expires_at"}
        if origin is None or others:
            raise errors.invalid(
                "When `from_quote` is given, only `expires_at` may be given with it.",
                next(iter(sorted(others)), "from_quote"),
            )
        old = self.named(origin.quote, "from_quote[quote]")
        if origin.is_revision and old["status"] == "accepted":
            raise errors.invalid("You cannot revise a quote that was accepted.", "from_quote")
        names = ("number", "invoice", "status", "status_transitions", "subscription")
        fresh = {name: self.blank[name] for name in (*names, "subscription_schedule")}
        expires = self._future(params.expires_at) if params.expires_at else self.at + LIFE
        copied = {**old, **fresh, "id": "", "created": None, "expires_at": expires}
        copied["from_quote"] = {"is_revision": origin.is_revision, "quote": old["id"]}
        return self.new(**copied)

    # What becomes of one.

    def _made_of(self, doc: Doc) -> Doc:
        """Make what an accepted quote brings; return the fields that name it."""
        recurring = [line for line in doc["_lines"] if totals.recurring(self.stripe, line)]
        once = [line for line in doc["_lines"] if not totals.recurring(self.stripe, line)]
        return acceptance.made_of(self.stripe, doc, recurring, once, now=self.at)

    def _number(self, doc: Doc) -> str:
        owner = self.stripe.customers.peek(doc["customer"] or "") or {}
        prefix = owner.get("invoice_prefix") or self.mirror.ids.token(8).upper()
        count = sum(each["number"] is not None for each in self.find(customer=doc["customer"]))
        return f"QT-{prefix}-{count + 1:04d}-1"

    def _passed(self, doc: Doc, name: str) -> Doc:
        return {**doc, "status_transitions": {**doc["status_transitions"], name: self.at}}

    def _canceled(self, doc: Doc) -> Doc:
        self.mirror.cancel_timers("quotes.lapse", id=doc["id"])
        doc = self._passed({**doc, "status": "canceled"}, "canceled_at")
        return self.save(doc, event="quote.canceled")

    def _expire_at(self, doc: Doc) -> None:
        self.mirror.cancel_timers("quotes.lapse", id=doc["id"])
        left = timedelta(seconds=doc["expires_at"] - self.at)
        self.mirror.after(left, "quotes.lapse", id=doc["id"])

    def _future(self, at: int) -> int:
        if at <= self.at:
            raise errors.invalid("The expiration date must be in the future.", "expires_at")
        return at

    def _must(self, doc: Doc, status: str, verb: str) -> Doc:
        if doc["status"] != status:
            raise self._wrong(doc, verb)
        return doc

    def _wrong(self, doc: Doc, verb: str) -> Exception:
        return errors.invalid(
            f"You cannot {verb} quote `{doc['id']}` because it has a status of `{doc['status']}`."
        )
