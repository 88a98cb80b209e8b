"""Money between a platform and its connected accounts: every cent booked on both sides.

Source: https://docs.stripe.com/connect/charges
"""

from typing import Any

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.billing.shop import Shop
from tests.local.mirrors.stripe.client import NEW, Account, plain
from tests.local.mirrors.stripe.payments.paying import CARDS_ONLY, refused

FEE = 320
"""What Stripe takes of $100."""


@pytest.fixture
def seller(account: Account) -> str:
    """A connected account that can be paid."""
    made = account.client.v1.accounts.create({"type": "standard", "email": "shop@example.com"})
    account.simulate("account.onboarded", account=made.id)
    return made.id


def acting(id: str | None) -> Any:
    return {"stripe_account": id} if id else {}


def paid(account: Account, seller: str | None = None, **more: Any) -> Doc:
    """Take $100, which is available at once, and return the charge."""
    form: Any = {
        "amount": 10000,
        "currency": "usd",
        "payment_method": "pm_card_bypassPending",
        "confirm": True,
        "automatic_payment_methods": CARDS_ONLY,
        **more,
    }
    intents, options = account.client.v1.payment_intents, acting(seller)
    intent = intents.create(form, options)
    found = account.client.v1.charges.retrieve(str(intent.latest_charge), {}, options)
    charge: Doc = plain(found)
    return charge


def worth(account: Account, seller: str | None = None) -> int:
    """What an account has, which must be what its book says."""
    balance = plain(account.client.v1.balance.retrieve({}, acting(seller)))
    total: int = sum(each["amount"] for each in (*balance["available"], *balance["pending"]))
    book = account.client.v1.balance_transactions.list({"limit": 100}, acting(seller))
    assert total == sum(line.net for line in book.data)
    assert all(line.net == line.amount - line.fee for line in book.data)
    assert all(line.fee == sum(each.amount for each in line.fee_details) for line in book.data)
    return total


def book(account: Account, seller: str | None = None) -> list[tuple[str, int, int]]:
    """Type, amount and fee of each movement, oldest first."""
    found = account.client.v1.balance_transactions.list({"limit": 100}, acting(seller))
    return [(line.type, line.amount, line.fee) for line in reversed(found.data)]


def test_a_direct_charge_pays_the_platform_its_fee(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/direct-charges"""
    charge = paid(account, seller, application_fee_amount=123)
    (fee,) = account.client.v1.application_fees.list({"charge": charge["id"]}).data
    assert (charge["application_fee"], charge["application_fee_amount"]) == (fee.id, 123)
    assert (fee.account, fee.amount, fee.refunded) == (seller, 123, False)
    assert book(account) == [("application_fee", 123, 0)]
    assert book(account, seller) == [("charge", 10000, FEE + 123)]
    assert (worth(account), worth(account, seller)) == (123, 10000 - FEE - 123)
    (told,) = account.events("application_fee.created")
    assert told["data"]["object"]["id"] == fee.id
    assert "account" not in told


@pytest.mark.parametrize("payer", ["application", "account"])
def test_the_platform_pays_the_fees_of_direct_charges_where_it_said_so(
    account: Account, payer: Any
) -> None:
    """Source: https://docs.stripe.com/connect/direct-charges-fee-payer-behavior"""
    made = account.client.v1.accounts.create({"controller": {"fees": {"payer": payer}}})
    account.simulate("account.onboarded", account=made.id)
    charge = paid(account, made.id, application_fee_amount=500)
    ours = payer == "application"
    assert book(account, made.id) == [("charge", 10000, 500 if ours else FEE + 500)]
    billed = [("stripe_fee", -FEE, 0)] if ours else []
    assert book(account) == [*billed, ("application_fee", 500, 0)]
    assert worth(account) == (500 - FEE if ours else 500)
    assert worth(account, made.id) == (9500 if ours else 9500 - FEE)
    for fee in account.client.v1.balance_transactions.list({"type": "stripe_fee"}).data:
        assert (fee.reporting_category, fee.source, fee.status) == ("fee", None, "available")
        assert charge["id"] in str(fee.description)
    account.client.v1.refunds.create({"charge": charge["id"]}, acting(made.id))
    assert worth(account) == (500 - FEE if ours else 500)  # no fee comes back
    sent: Any = {"transfer_data": {"destination": made.id}}
    paid(account, **sent)  # a platform's own charge costs the platform in either case
    assert ("charge", 10000, FEE) in book(account)


def test_a_destination_charge_goes_on_less_the_fee(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/destination-charges"""
    data = {"destination": seller}
    charge = paid(account, application_fee_amount=1000, transfer_data=data)
    transfer = account.client.v1.transfers.retrieve(charge["transfer"])
    assert (transfer.amount, transfer.destination) == (10000, seller)
    assert transfer.source_transaction == charge["id"]
    assert (
        transfer.transfer_group == charge["transfer_group"] == f"group_{charge['payment_intent']}"
    )
    assert book(account) == [
        ("charge", 10000, FEE),
        ("application_fee", 1000, 0),
        ("transfer", -10000, 0),
    ]
    assert book(account, seller) == [("payment", 10000, 1000)]
    assert (worth(account), worth(account, seller)) == (1000 - FEE, 9000)
    payment = account.client.v1.charges.retrieve(
        str(transfer.destination_payment), {}, acting(seller)
    )
    assert (payment.source_transfer, payment.application_fee) == (
        transfer.id,
        charge["application_fee"],
    )
    types = [each["type"] for each in account.events()]
    assert {"transfer.created", "application_fee.created"} <= set(types)


def test_a_destination_charge_can_send_on_a_part(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/destination-charges#transfer-amount"""
    charge = paid(account, transfer_data={"destination": seller, "amount": 7000})
    assert account.client.v1.transfers.retrieve(charge["transfer"]).amount == 7000
    assert charge["application_fee"] is None
    assert (worth(account), worth(account, seller)) == (3000 - FEE, 7000)


@pytest.mark.parametrize(
    ("flags", "platform", "sellers"),
    [
        ({}, 1000 - FEE - 5000, 9000),
        ({"reverse_transfer": True}, 1000 - FEE, 4000),
        ({"reverse_transfer": True, "refund_application_fee": True}, 500 - FEE, 4500),
        ({"refund_application_fee": True}, 500 - FEE - 5000, 9500),
    ],
)
def test_a_refund_takes_back_what_it_is_told_to(
    account: Account, seller: str, flags: Any, platform: int, sellers: int
) -> None:
    """Source: https://docs.stripe.com/connect/destination-charges#issue-refunds"""
    charge = paid(account, application_fee_amount=1000, transfer_data={"destination": seller})
    refund: Any = {"charge": charge["id"], "amount": 5000}
    account.client.v1.refunds.create(refund | flags)
    assert (worth(account), worth(account, seller)) == (platform, sellers)
    transfer = account.client.v1.transfers.retrieve(charge["transfer"])
    assert transfer.amount_reversed == (5000 if "reverse_transfer" in flags else 0)
    fee = account.client.v1.application_fees.retrieve(charge["application_fee"])
    assert fee.amount_refunded == (500 if "refund_application_fee" in flags else 0)
    assert len(fee.refunds.data) == ("refund_application_fee" in flags)


def test_a_direct_charge_is_refunded_with_its_fee(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/direct-charges#issue-refunds"""
    charge = paid(account, seller, application_fee_amount=100)
    refunds = account.client.v1.refunds
    refunds.create({"charge": charge["id"], "amount": 2500}, acting(seller))
    assert worth(account) == 100
    form: Any = {"charge": charge["id"], "refund_application_fee": True}
    refunds.create(form, acting(seller))
    assert (worth(account), worth(account, seller)) == (25, -FEE - 25)
    (event,) = account.events("application_fee.refunded")
    assert event["data"]["object"]["amount_refunded"] == 75


def test_what_a_charge_has_not_cannot_be_taken_back(account: Account) -> None:
    """Ours, in words of ours: Stripe refuses it, too."""
    charge = paid(account)
    for name in ("refund_application_fee", "reverse_transfer"):
        form: Any = {"charge": charge["id"], name: True}
        assert refused(account.client.v1.refunds.create, form)["param"] == name
    assert account.fetch("/v1/refunds")["data"] == []


def test_separate_transfers_come_from_the_balance_or_from_a_charge(
    account: Account, seller: str
) -> None:
    """Source: https://docs.stripe.com/connect/separate-charges-and-transfers"""
    transfers = account.client.v1.transfers
    form: Any = {"amount": 4000, "currency": "usd", "destination": seller}
    error = refused(transfers.create, form)
    assert (error["code"], error["status"]) == ("balance_insufficient", 400)
    charge = paid(account, transfer_group="ORDER_95")
    first = transfers.create(form | {"transfer_group": "ORDER_95", "metadata": {"a": "1"}})
    second = transfers.create(form | {"source_transaction": charge["id"]})
    assert second.transfer_group == "ORDER_95"
    found = transfers.list({"transfer_group": "ORDER_95"}).data
    assert [each.id for each in found] == [second.id, first.id]
    assert (worth(account), worth(account, seller)) == (2000 - FEE, 8000)
    error = refused(transfers.create, form | {"amount": 7000, "source_transaction": charge["id"]})
    assert error["param"] == "amount"
    changed = transfers.update(first.id, {"description": "Thanks"})
    assert (changed.description, plain(changed.metadata)) == ("Thanks", {"a": "1"})


def test_a_transfer_is_reversed_in_parts(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/api/transfer_reversals/create"""
    paid(account)
    transfers = account.client.v1.transfers
    sent = transfers.create({"amount": 4000, "currency": "usd", "destination": seller})
    reversals = transfers.reversals
    part = reversals.create(sent.id, {"amount": 1500})
    assert (part.amount, part.transfer) == (1500, sent.id)
    assert refused(reversals.create, sent.id, {"amount": 2501})["param"] == "amount"
    rest = reversals.create(sent.id)
    assert [each.id for each in reversals.list(sent.id).data] == [rest.id, part.id]
    kept = transfers.retrieve(sent.id)
    assert (kept.reversed, kept.amount_reversed) == (True, 4000)
    assert [each.id for each in kept.reversals.data] == [rest.id, part.id]
    assert (worth(account), worth(account, seller)) == (10000 - FEE, 0)
    assert refused(reversals.create, sent.id)["message"].endswith("is already fully reversed.")
    assert len(account.events("transfer.reversed")) == 2


def test_a_fee_is_given_back_by_itself(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/api/fee_refunds/create"""
    charge = paid(account, seller, application_fee_amount=100)
    fees = account.client.v1.application_fees
    made = fees.refunds.create(charge["application_fee"], {"amount": 40})
    changed = fees.refunds.update(charge["application_fee"], made.id, {"metadata": {"a": "1"}})
    assert (changed.fee, plain(changed.metadata)) == (charge["application_fee"], {"a": "1"})
    assert refused(fees.refunds.create, charge["application_fee"], {"amount": 61})["param"]
    fees.refunds.create(charge["application_fee"])
    assert fees.retrieve(charge["application_fee"]).refunded is True
    assert (worth(account), worth(account, seller)) == (0, 10000 - FEE)


def test_an_account_that_cannot_be_paid_is_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes#insufficient-capabilities-for-transfer"""
    made = account.client.v1.accounts.create({"type": "standard"}).id
    form: Any = {"amount": 100, "currency": "usd", "destination": made}
    error = refused(account.client.v1.transfers.create, form)
    assert error["code"] == "insufficient_capabilities_for_transfer"
    error = refused(account.client.v1.transfers.create, form | {"destination": "acct_none"})
    assert (error["message"], error["param"]) == ("No such destination: 'acct_none'", "destination")
    intent: Any = {"amount": 100, "currency": "usd", "transfer_data": {"destination": "acct_none"}}
    error = refused(account.client.v1.payment_intents.create, intent)
    assert error["param"] == "transfer_data[destination]"


def test_a_capture_says_anew_who_gets_what(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/capture"""
    held = paid(
        account, capture_method="manual", application_fee_amount=1000,
        transfer_data={"destination": seller},
    )  # fmt: skip
    capture: Any = {"amount_to_capture": 6000, "application_fee_amount": 600}
    account.client.v1.payment_intents.capture(held["payment_intent"], capture)
    assert worth(account, seller) == 5400


@pytest.mark.parametrize(
    ("path", "form", "param"),
    [
        ("payment_intents", "amount=100&currency=usd&", "on_behalf_of"),
        ("setup_intents", "usage=off_session&", "on_behalf_of"),
        ("charges", "amount=100&currency=usd&source=tok_visa&", "on_behalf_of"),
        ("invoices", "", "on_behalf_of"),
        ("invoices", "", "transfer_data[destination]"),
        ("payment_links", "", "transfer_data[destination]"),
        ("checkout/sessions", "mode=payment&success_url=https://example.com&",
         "payment_intent_data[on_behalf_of]"),
        ("subscription_schedules", "start_date=now&", "phases[0][on_behalf_of]"),
        ("subscription_schedules", "", "default_settings[transfer_data][destination]"),
    ],
)  # fmt: skip
def test_an_account_that_is_named_is_there(
    account: Account, path: str, form: str, param: str
) -> None:
    """Source: https://docs.stripe.com/connect/charges"""
    told = account.refused(400, "POST", f"/v1/{path}", f"{form}{param}=acct_nobody")
    assert (told["code"], told["param"]) == ("resource_missing", param)
    kind = "destination" if param.endswith("[destination]") else "on_behalf_of"
    assert told["message"] == f"No such {kind}: 'acct_nobody'"


def test_a_seller_is_paid_out(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/payouts-connected-accounts"""
    paid(account, transfer_data={"destination": seller})
    payouts = account.client.v1.payouts
    made = payouts.create({"amount": 10000, "currency": "usd"}, acting(seller))
    assert (made.status, worth(account, seller)) == ("pending", 0)
    assert payouts.list().data == []


def test_what_happens_to_a_seller_is_told_as_theirs(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/webhooks"""
    paid(account, transfer_data={"destination": seller})
    theirs = account.client.v1.events.list({"type": "payment.created"}, acting(seller)).data
    assert [each.account for each in theirs] == [seller]
    assert account.events("payment.created", version=NEW) == []


def test_a_subscription_shares_each_of_its_invoices(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/subscriptions"""
    shop = Shop(account)
    settings: Any = {"payouts": {"schedule": {"interval": "manual"}}}
    account.client.v1.accounts.update(seller, {"settings": settings})
    customer, price = shop.customer(), shop.price(2000)
    shop.subscribe(
        customer, price, application_fee_percent=12.5, transfer_data={"destination": seller}
    )
    assert worth(account, seller) == 2000 - 250
    account.advance("32 days")
    assert worth(account, seller) == 2 * (2000 - 250)
    fees = account.client.v1.application_fees.list().data
    assert [each.amount for each in fees] == [250, 250]


def test_a_checkout_session_shares_its_payment(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/destination-charges"""
    form: Any = {
        "mode": "payment",
        "success_url": "https://a.io",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 5000,
                    "product_data": {"name": "Book"},
                },
            }
        ],
        "payment_intent_data": {
            "application_fee_amount": 500,
            "transfer_data": {"destination": seller},
        },
    }
    session = account.client.v1.checkout.sessions.create(form)
    account.simulate("checkout.session.completed", session=session.id)
    assert worth(account, seller) == 4500
