"""Pages of invoices for people: the hosted page, where they are paid, and the PDF.

Source: https://docs.stripe.com/invoicing/hosted-invoice-page
"""

from collections.abc import Mapping

from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api.forms.countries import named
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.billing.invoices.pdf import pdf_of
from mirra_mcp.local.mirrors.stripe.billing.invoices.resource import Invoices
from mirra_mcp.local.mirrors.stripe.billing.portal.showing import day
from mirra_mcp.wire.model import Doc

TEMPLATE = "own/billing/invoices/page.html"
STALE = "The page was out of date. Please look it through and send it once more."


class HostedInvoices(Invoices):
    """The invoices of the account, with the pages that customers open."""

    @route("GET /i/{account}/{id}/{token}")
    def hosted_page(self, account: str, id: str, token: str, call: Call) -> Answer:
        """Show an invoice; who knows the address may look, and pay."""
        with self.as_account(account):
            doc = self._of(id, token)
            error = self._error(doc) if "again" in call.query else None
            return self._page_for(doc, call, {}, refusal=error)

    @route("POST /i/{account}/{id}/{token}")
    def pay_on_page(self, account: str, id: str, token: str, call: Call) -> Answer:
        """Pay an invoice with what the form says.

        Fires: charge.*, payment_intent.*, then invoice.paid, or invoice.payment_failed.
        """
        with self.as_account(account):
            doc, form = self._of(id, token), pages.form_of(call)
            if not pages.is_own_form(call):
                return self._page_for(doc, call, form, refusal=STALE)
            if doc["status"] in ("open", "uncollectible") and doc["payment_intent"]:
                doc = self._paid(doc, form)
            intents = self.stripe.payment_intents
            intent = intents.peek(doc["payment_intent"] or "")
            if intent is not None and intent["status"] == "requires_action":
                return pages.led_to(str(self.absolute(intents.page_of(intent))))
            return pages.led_to(f"{self.view(doc)['hosted_invoice_url']}&again=1")

    @route("GET /invoice/{account}/{id}/{token}/pdf")
    def pdf(self, account: str, id: str, token: str) -> Answer:
        """Return an invoice as a PDF."""
        with self.as_account(account):
            doc = self._of(id, token)
            content = pdf_of(self._told(doc))
        return Answer(200, content, {"content-type": "application/pdf"})

    def shown_again(self, call: Call, told: Doc) -> Answer | None:
        """Show the page of a form that was refused once more, with why."""
        given = call.params
        with self.as_account(given.get("account", "")):
            doc = self.peek(given.get("id", ""))
            if doc is None or doc.get("_page") != given.get("token"):
                return None
            said = self.stripe.payment_intents.said_of(told)
            wrong = self.stripe.payment_methods.field_of(told)
            answer = self._page_for(doc, call, pages.form_of(call), refusal=said, wrong=wrong)
            answer.status = 402
            return answer

    def _of(self, id: str, token: str) -> Doc:
        doc = self.get(id)
        if doc.get("_page") != token:
            raise self.missing(id)
        return doc

    def _paid(self, doc: Doc, form: Mapping[str, str]) -> Doc:
        self.stripe.test_clocks.enter(doc)
        owner, types = doc["customer"], self._types(doc)
        filled = {**form, "email": doc["customer_email"] or ""}
        method = self.stripe.payment_methods.typed(filled, types, owner)
        return self.collect(doc, payment_method=method["id"], off_session=False, scheduled=False)

    def _types(self, doc: Doc) -> list[str]:
        intent = self.stripe.payment_intents.peek(doc["payment_intent"] or "")
        return list(intent["payment_method_types"]) if intent else []

    def _error(self, doc: Doc) -> str | None:
        intents = self.stripe.payment_intents
        intent = intents.peek(doc["payment_intent"] or "")
        if doc["status"] == "paid" or intent is None or not intent["last_payment_error"]:
            return None
        return intents.said_of(intent["last_payment_error"])

    def _page_for(
        self,
        doc: Doc,
        call: Call,
        form: Mapping[str, str],
        *,
        refusal: str | None = None,
        wrong: str | None = None,
    ) -> Answer:
        currency, methods = doc["currency"], self.stripe.payment_methods
        intent = self.stripe.payment_intents.peek(doc["payment_intent"] or "")
        payable = doc["status"] in ("open", "uncollectible") and intent is not None
        waits = intent is not None and intent["status"] == "processing"
        types = self._types(doc)
        discount = sum(each["amount"] for each in doc["total_discount_amounts"] or ())
        return pages.shown(
            FOLDER,
            TEMPLATE,
            seal=pages.seal_of(call),
            shop=self.stripe.checkout_sessions.shop(),
            doc=doc,
            pdf=self.view(doc)["invoice_pdf"],
            due=money.show(doc["amount_remaining"], currency),
            total=money.show(doc["total"], currency),
            lines=[
                (line["description"] or "", line["quantity"], money.show(line["amount"], currency))
                for line in doc["lines"]["data"]
            ],
            subtotal=money.show(doc["subtotal"], currency),
            discount=f"-{money.show(discount, currency)}" if discount else None,
            tax=money.show(doc["tax"], currency) if doc["tax"] else None,
            paid=money.show(doc["amount_paid"], currency),
            dates=[
                ("Due", day(doc["due_date"])),
                ("Issued", day(doc["effective_at"])),
                ("Paid", day(doc["status_transitions"]["paid_at"])),
            ],
            receipt=self._receipt(doc),
            payable=payable and not waits,
            waits=waits,
            offered=methods.offered(types),
            saved=methods.saved_for(doc["customer"], types),
            countries=named(),
            form=form,
            refusal=refusal,
            wrong=wrong,
        )

    def _receipt(self, doc: Doc) -> str | None:
        charge = self.stripe.charges.peek(doc["charge"] or "")
        if charge is None or doc["status"] != "paid":
            return None
        return str(self.stripe.charges.view(charge)["receipt_url"] or "") or None

    def _told(self, doc: Doc) -> list[str]:
        currency = doc["currency"]
        return [
            f"Invoice {doc['number']}",
            f"Status: {doc['status']}",
            f"Bill to: {doc['customer_name'] or doc['customer_email'] or doc['customer']}",
            *(
                f"{line['description'] or ''}: {money.show(line['amount'], currency)}"
                for line in doc["lines"]["data"]
            ),
            f"Total: {money.show(doc['total'], currency)}",
            f"Amount due: {money.show(doc['amount_remaining'], currency)}",
        ]
