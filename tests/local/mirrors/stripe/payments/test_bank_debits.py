"""Bank debits with their test accounts, microdeposits and mandates; vouchers; other redirects."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import NOW, Account, plain
from tests.local.mirrors.stripe.payments.paying import new_customer

CURRENCY = {
    "us_bank_account": "usd", "sepa_debit": "eur", "bacs_debit": "gbp", "au_becs_debit": "aud",
    "acss_debit": "cad", "oxxo": "mxn", "boleto": "brl", "konbini": "jpy", "multibanco": "eur",
    "sofort": "eur", "ideal": "eur", "klarna": "usd", "alipay": "cny", "cashapp": "usd",
    "wechat_pay": "cny",
}  # fmt: skip


def debited(account: Account, kind: str, method: Any, **more: Any) -> Any:
    """Confirm a payment of one kind: with a named method, or with data of one."""
    form: Any = {
        "amount": 2000,
        "currency": CURRENCY[kind],
        "allowed_payment_method_types": [kind],
        "confirm": True,
        **more,
    }
    if isinstance(method, str):
        form["payment_method"] = method
    else:
        owner = {"name": "Ada", "email": "ada@example.com"}
        form["payment_method_data"] = {"type": kind, "billing_details": owner, **method}
    return account.client.v1.payment_intents.create(form)


def status(account: Account, intent: Any) -> tuple[str, str | None]:
    """How a payment stands, and why it failed."""
    found = account.client.v1.payment_intents.retrieve(intent.id)
    error = found.last_payment_error
    return found.status, error.code if error else None


FAILED = "requires_payment_method"


@pytest.mark.parametrize(
    ("kind", "name", "end", "delayed"),
    [
        ("sepa_debit", "pm_sepaDebit_success_de", ("succeeded", None), False),
        ("sepa_debit", "pm_sepaDebit_successDelayed_at", ("succeeded", None), True),
        ("sepa_debit", "pm_sepaDebit_failedDelayed_fr", (FAILED, "generic_could_not_process"),
         True),
        ("bacs_debit", "pm_bacsDebit_insufficientFunds", (FAILED, "insufficient_funds"), False),
        ("bacs_debit", "pm_bacsDebit_exceedsWeeklyLimit", (FAILED, "charge_exceeds_source_limit"),
         False),
        ("au_becs_debit", "pm_auBecsDebit_referToCustomerDelayed", (FAILED, "refer_to_customer"),
         True),
        ("acss_debit", "pm_acssDebit_success", ("succeeded", None), False),
    ],
)  # fmt: skip
def test_debits_end_as_their_test_accounts_say(
    account: Account, kind: str, name: str, end: tuple[str, str | None], delayed: bool
) -> None:
    """Source: https://docs.stripe.com/testing#non-card-payments

    Divergence: Accounts that act at once do so two seconds later on the session's clock; a failed
    SEPA debit's code, which Stripe doesn't tell, is generic_could_not_process.
    """
    intent = debited(account, kind, name)
    assert intent.status == "processing"
    account.advance("3s")
    assert (status(account, intent) == end) is not delayed
    account.advance("3m")
    assert status(account, intent) == end


def test_ibans_that_are_typed_in_end_as_their_digits_say(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#sepa-direct-debit"""
    iban = {"sepa_debit": {"iban": "DE27 3704 0044 0000 1212 12"}}
    over = debited(account, "sepa_debit", iban)
    disputed = debited(account, "sepa_debit", "pm_sepaDebit_disputed_nl")
    account.advance("3s")
    assert status(account, over) == (FAILED, "charge_exceeds_weekly_limit")
    assert status(account, disputed) == ("succeeded", None)
    assert "charge.dispute.created" in account.types()


@pytest.mark.parametrize("iban", ["DE00", "DE88370400440532013000", "DE8937040044053201300!"])
def test_an_iban_is_held_to_its_form_and_its_check_digits(account: Account, iban: str) -> None:
    """Source: https://github.com/stripe/openapi/issues/144"""
    form = {"type": "sepa_debit", "sepa_debit[iban]": iban, "billing_details[name]": "Ada"}
    told = account.refused(400, "POST", "/v1/payment_methods", form)
    assert (told["code"], told["param"]) == ("invalid_bank_account_iban", "sepa_debit[iban]")
    form = {"type": "sepa_debit", "sepa_debit[iban]": iban, "currency": "eur", "owner[name]": "Ada"}
    told = account.refused(400, "POST", "/v1/sources", form)
    assert (told["code"], told["param"]) == ("invalid_bank_account_iban", "sepa_debit[iban]")


def test_a_debit_that_is_not_authorized_ends_its_mandate(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#bacs-direct-debit"""
    data = {"bacs_debit": {"account_number": "33333335", "sort_code": "108800"}}
    ada = new_customer(account)
    intent = debited(account, "bacs_debit", data, customer=ada)
    charge = account.fetch(f"/v1/charges/{intent.latest_charge}")
    details = charge["payment_method_details"]["bacs_debit"]
    assert (details["last4"], details["sort_code"]) == ("3335", "108800")
    account.advance("3s")
    mandate = account.client.v1.mandates.retrieve(details["mandate"])
    assert mandate.status == "inactive"
    assert plain(mandate)["payment_method_details"]["bacs_debit"]["network_status"] == "accepted"
    assert "mandate.updated" in account.types()
    with pytest.raises(stripe.InvalidRequestError):
        debited(account, "bacs_debit", charge["payment_method"])
    bad = {"bacs_debit": {"account_number": "00044444", "sort_code": "108800"}}
    with pytest.raises(stripe.InvalidRequestError) as told:
        debited(account, "bacs_debit", bad)
    assert told.value.code == "account_number_invalid"


US = {"us_bank_account": {
    "account_holder_type": "individual", "account_number": "000123456789",
    "routing_number": "110000000",
}}  # fmt: skip


@pytest.mark.parametrize("answer", [{"amounts": [32, 45]}, {"descriptor_code": "SM11AA"}])
def test_a_bank_account_is_verified_by_microdeposits(account: Account, answer: Any) -> None:
    """Source: https://docs.stripe.com/testing (test microdeposit amounts and descriptor codes)"""
    intent = debited(account, "us_bank_account", US)
    action = plain(intent)["next_action"]["verify_with_microdeposits"]
    assert (intent.status, action["microdeposit_type"]) == ("requires_action", "descriptor_code")
    assert action["arrival_date"] == NOW + 2 * 86400
    intents = account.client.v1.payment_intents
    with pytest.raises(stripe.InvalidRequestError) as told:
        intents.verify_microdeposits(intent.id, {"descriptor_code": "SM99ZZ"})
    assert str(told.value.code).endswith("verification_descriptor_code_mismatch")
    assert intents.verify_microdeposits(intent.id, answer).status == "processing"
    account.advance("3s")
    assert status(account, intent) == ("succeeded", None)
    with pytest.raises(stripe.InvalidRequestError, match="cannot verify microdeposits"):
        intents.verify_microdeposits(intent.id, answer)


PREFIX = "payment_method_microdeposit"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"amounts": [10, 11]}, "verification_attempts_exceeded"),
        ({"descriptor_code": "SM44DD"}, "verification_timeout"),
    ],
)
def test_an_account_that_is_not_verified_is_not_debited(
    account: Account, answer: Any, code: str
) -> None:
    """Source: https://docs.stripe.com/testing (test microdeposit amounts and descriptor codes)"""
    intent = debited(account, "us_bank_account", US)
    with pytest.raises(stripe.InvalidRequestError) as told:
        account.client.v1.payment_intents.verify_microdeposits(intent.id, answer)
    assert told.value.code == f"{PREFIX}_{code}"
    assert status(account, intent) == (FAILED, f"{PREFIX}_{code}")
    assert account.types()[-1] == "payment_intent.payment_failed"


def test_microdeposits_lapse_or_are_never_sent(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment#verify-bank-account"""
    slow = debited(account, "us_bank_account", US)
    number = {**US["us_bank_account"], "account_number": "000666666661"}
    never = debited(account, "us_bank_account", {"us_bank_account": number})
    account.advance("3s")
    assert status(account, never) == (FAILED, f"{PREFIX}_failed")
    assert status(account, slow)[0] == "requires_action"
    account.advance("11d")
    assert status(account, slow) == (FAILED, f"{PREFIX}_verification_timeout")


def test_a_bank_account_is_set_up_by_microdeposits(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/ach-direct-debit/set-up-payment"""
    setups, ada = account.client.v1.setup_intents, new_customer(account)
    form: Any = {
        "customer": ada,
        "allowed_payment_method_types": ["us_bank_account"],
        "payment_method_data": {"type": "us_bank_account", "billing_details": {"name": "A"}, **US},
        "confirm": True,
    }
    setup = setups.create(form)
    assert plain(setup)["next_action"]["type"] == "verify_with_microdeposits"
    with pytest.raises(stripe.InvalidRequestError) as told:
        setups.verify_microdeposits(setup.id, {"amounts": [1, 2]})
    assert str(told.value.code).endswith("amounts_mismatch")
    done = setups.verify_microdeposits(setup.id, {"amounts": [32, 45]})
    assert (done.status, done.mandate is not None) == ("succeeded", True)
    intent = debited(account, "us_bank_account", str(done.payment_method), customer=ada)
    assert intent.status == "processing"
    other = setups.create(form)
    with pytest.raises(stripe.InvalidRequestError):
        setups.verify_microdeposits(other.id, {"amounts": [10, 11]})
    failed = setups.retrieve(other.id)
    assert failed.status == FAILED
    assert failed.last_setup_error
    assert failed.last_setup_error.code == f"{PREFIX}_verification_attempts_exceeded"


@pytest.mark.parametrize(
    ("kind", "data", "expires"),
    [
        ("oxxo", {}, "expires_after"),
        ("boleto", {"boleto": {"tax_id": "000.000.000-00"}}, "expires_at"),
        ("konbini", {}, "expires_at"),
        ("multibanco", {}, "expires_at"),
    ],
)
@pytest.mark.parametrize(
    ("email", "end", "after"),
    [
        ("fulano@test.com", "succeeded", "3m"),
        ("succeed_immediately@test.com", "succeeded", "3s"),
        ("expire_immediately@test.com", FAILED, "3s"),
        ("fill_never@test.com", FAILED, "8d"),
    ],
)
def test_vouchers_are_paid_or_expire_as_the_email_says(
    account: Account, kind: str, data: Any, expires: str, email: str, end: str, after: str
) -> None:
    """Source: https://docs.stripe.com/payments/oxxo/accept-a-payment#test-your-integration"""
    owner = {"name": "Ada", "email": email}
    intent = debited(account, kind, {**data, "billing_details": owner})
    shown = plain(intent)["next_action"][f"{kind}_display_details"]
    assert intent.status == "requires_action"
    assert shown["hosted_voucher_url"].startswith(account.url)
    assert shown[expires] >= NOW
    account.advance(after)
    code = None if end == "succeeded" else "payment_intent_payment_attempt_expired"
    assert status(account, intent) == (end, code)


def test_checkout_is_complete_with_a_voucher_and_paid_later(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/oxxo/accept-a-payment"""
    form: Any = {
        "mode": "payment",
        "success_url": "https://acme.com",
        "allowed_payment_method_types": ["oxxo"],
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "mxn",
                    "unit_amount": 20000,
                    "product_data": {"name": "Pen"},
                },
            }
        ],
    }
    session = account.client.v1.checkout.sessions.create(form)
    method = account.client.v1.payment_methods.create({"type": "oxxo"}).id
    account.simulate("checkout.session.completed", session=session.id, paymentMethod=method)
    sessions = account.client.v1.checkout.sessions
    waits = sessions.retrieve(session.id)
    assert (waits.status, waits.payment_status) == ("complete", "unpaid")
    account.advance("4m")
    assert sessions.retrieve(session.id).payment_status == "paid"
    assert account.types()[-1] == "checkout.session.async_payment_succeeded"


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("ideal", "redirect_to_url"),
        ("klarna", "redirect_to_url"),
        ("sofort", "redirect_to_url"),
        ("alipay", "alipay_handle_redirect"),
        ("cashapp", "cashapp_handle_redirect_or_display_qr_code"),
        ("wechat_pay", "wechat_pay_display_qr_code"),
    ],
)
def test_redirects_wait_for_the_payer_and_slow_ones_for_the_bank(
    account: Account, kind: str, action: str
) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action"""
    data: Any = {"sofort": {"country": "DE"}} if kind == "sofort" else {}
    intent = debited(account, kind, data, return_url="https://acme.com/back")
    assert (intent.status, plain(intent)["next_action"]["type"]) == ("requires_action", action)
    account.simulate("payment_intent.succeeded", paymentIntent=intent.id)
    if kind == "sofort":
        assert status(account, intent)[0] == "processing"
        account.advance("3s")
    assert status(account, intent) == ("succeeded", None)


@pytest.mark.parametrize("name", ["successDelayed", "failedDelayed"])
def test_a_refund_of_a_debit_under_way_waits_for_it(account: Account, name: str) -> None:
    """Source: https://support.stripe.com/questions/refunds-for-ach-direct-debit-payments"""
    intent = debited(account, "sepa_debit", f"pm_sepaDebit_{name}_de")
    v1 = account.client.v1
    made = v1.refunds.create({"payment_intent": intent.id})
    assert (made.status, made.pending_reason) == ("pending", "charge_pending")
    assert (made.balance_transaction, v1.balance_transactions.list().data) == (None, [])
    account.advance("5 minutes")
    found = plain(v1.refunds.retrieve(made.id))
    told = len(account.events("refund.updated"))
    book = sorted(line.amount for line in v1.balance_transactions.list().data)
    charge = v1.charges.retrieve(str(made.charge))
    if name == "successDelayed":
        assert (found["status"], told, book) == ("succeeded", 2, [-2000, 2000])
        assert (charge.status, charge.refunded, charge.amount_refunded) == ("succeeded", True, 2000)
    else:
        assert (found["status"], told, book) == ("canceled", 1, [])
        assert (charge.status, charge.refunded, charge.amount_refunded) == ("failed", False, 0)
