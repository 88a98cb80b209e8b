"""Fields of customers that are there only when `expand` asks for them.

Source: https://docs.stripe.com/api/expanding_objects
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.customers.sources.params import ListSources
from mirra_mcp.wire.model import Doc

Value = Any


def subscriptions(stripe: Peers, customer: Doc) -> Doc:
    """Return `customer.subscriptions`: those that aren't canceled."""
    found = [
        stripe.subscriptions.view(sub)
        for sub in stripe.subscriptions.find(customer=customer["id"])
        if sub["status"] not in ("canceled", "incomplete_expired")
    ]
    return {
        "object": "list",
        "data": found[:10],
        "has_more": len(found) > 10,
        "url": f"/v1/customers/{customer['id']}/subscriptions",
    }


def customer_sources(stripe: Peers, doc: Doc) -> Value:
    """Return the cards and bank accounts of a customer."""
    return stripe.sources.index(doc["id"], ListSources())


def customer_tax_ids(stripe: Peers, doc: Doc) -> Value:
    """Return the tax ids of a customer."""
    return stripe.tax_ids.index_of_customer(doc["id"], ListParams())


def customer_tax(stripe: Peers, doc: Doc) -> Value:
    """Return where a customer is, for taxes."""
    return stripe.tax_settings.known(stripe.customers.peek(doc["id"]) or {})


def customer_credit(stripe: Peers, doc: Doc) -> Value:
    """Return a customer's credit by currency, as invoices will see it."""
    return {doc["currency"]: doc["balance"]} if doc["currency"] else {}


def customer_cash(stripe: Peers, doc: Doc) -> Value:
    """Return the cash balance of a customer."""
    return stripe.cash_balances.view(stripe.cash_balances.of(doc["id"]))
