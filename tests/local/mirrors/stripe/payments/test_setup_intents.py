"""Setup intents: cards made ready for later. Source: https://docs.stripe.com/api/setup_intents"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import CARDS_ONLY, new_customer, refused, saved_card

CARD_OPTIONS = {
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}


def set_up(account: Account, method: str = "pm_card_visa", **more: Any) -> Any:
    form: Any = {"payment_method": method, "payment_method_types": ["card"], "confirm": True}
    return plain(account.client_for(OLD).v1.setup_intents.create(form | more))


def test_a_new_setup_intent_has_every_documented_field(account: Account) -> None:
    """Source: https://docs.stripe.com/api/setup_intents/object"""
    form: Any = {"payment_method_types": ["card"], "metadata": {"a": "1"}}
    made = plain(account.client_for(OLD).v1.setup_intents.create(form))
    assert made.pop("client_secret").startswith(f"{made['id']}_secret_")
    assert made == {
        "id": made["id"],
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "created": NOW,
        "customer": None,
        "description": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": {"a": "1"},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": CARD_OPTIONS},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    assert account.types() == ["setup_intent.created"]


def test_a_card_is_set_up_and_attached(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/save-and-reuse"""
    customer = new_customer(account)
    done = set_up(account, customer=customer)
    assert done["status"] == "succeeded"
    method = account.fetch(f"/v1/payment_methods/{done['payment_method']}")
    assert method["customer"] == customer
    assert account.types()[1:] == [
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]
    tries = account.client.v1.setup_attempts.list({"setup_intent": done["id"]}).data
    assert [(each.id, each.status) for each in tries] == [(done["latest_attempt"], "succeeded")]


def test_a_setup_intent_is_built_up_step_by_step(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/setup-intents"""
    setups = account.client_for(NEW).v1.setup_intents
    made = setups.create({"automatic_payment_methods": {"enabled": True}})
    assert made.status == "requires_payment_method"
    changed = setups.update(made.id, {"payment_method": "pm_card_visa", "description": "Later"})
    assert (changed.status, changed.description) == ("requires_confirmation", "Later")
    assert "provide a `return_url`" in refused(setups.confirm, made.id)["message"]
    done = setups.confirm(made.id, {"return_url": "https://acme.com"})
    assert done.status == "succeeded"
    error = refused(setups.confirm, made.id)
    assert error["code"] == "setup_intent_unexpected_state"
    assert error["setup_intent"]["id"] == made.id


def test_three_d_secure_sets_a_card_up(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#authentication-and-setup"""
    customer = new_customer(account)
    asked = set_up(account, "pm_card_authenticationRequiredOnSetup", customer=customer)
    assert asked["status"] == "requires_action"
    assert asked["next_action"]["type"] == "use_stripe_sdk"
    told = account.simulate("setup_intent.succeeded")
    assert told["result"]["status"] == "succeeded"
    assert account.types()[1:] == [
        "setup_intent.created",
        "setup_intent.requires_action",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]
    tries = account.client.v1.setup_attempts.list({"setup_intent": asked["id"]}).data
    details = plain(tries[0].payment_method_details)
    assert details["card"]["three_d_secure"]["result"] == "authenticated"


def test_failing_three_d_secure_fails_the_setup(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes (setup_intent_authentication_failure)"""
    asked = set_up(account, "pm_card_authenticationRequired")
    account.simulate("setup_intent.setup_failed")
    failed = account.fetch(f"/v1/setup_intents/{asked['id']}")
    assert failed["status"] == "requires_payment_method"
    assert failed["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    assert account.types()[-1] == "setup_intent.setup_failed"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_radarBlock", "fraudulent"),
    ],
)
def test_a_declined_card_is_not_set_up(account: Account, name: str, reason: str) -> None:
    """Source: https://docs.stripe.com/api/errors"""
    with pytest.raises(stripe.CardError) as caught:
        set_up(account, name)
    body: Any = caught.value.json_body
    error = body["error"]
    assert error["code"] == ("card_declined" if reason != "expired_card" else reason)
    assert error["decline_code"] == reason
    assert error["setup_intent"]["status"] == "requires_payment_method"
    assert error["setup_intent"]["last_setup_error"]["decline_code"] == reason
    assert account.types() == ["setup_intent.created", "setup_intent.setup_failed"]


def test_a_setup_intent_is_canceled(account: Account) -> None:
    """Source: https://docs.stripe.com/api/setup_intents/cancel"""
    setups = account.client.v1.setup_intents
    made = setups.create({})
    gone = setups.cancel(made.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "abandoned")
    assert account.types()[-1] == "setup_intent.canceled"
    assert "it is already canceled" in refused(setups.cancel, made.id)["message"]
    assert "it has been canceled" in refused(setups.confirm, made.id)["message"]
    assert "status of canceled" in refused(setups.update, made.id, {})["message"]


def test_setup_intents_are_listed(account: Account) -> None:
    """Source: https://docs.stripe.com/api/setup_intents/list"""
    customer = new_customer(account)
    done = set_up(account, customer=customer)
    set_up(account)
    setups = account.client.v1.setup_intents
    assert [each.id for each in setups.list({"customer": customer}).data] == [done["id"]]
    listed = setups.list({"payment_method": done["payment_method"]}).data
    assert [each.id for each in listed] == [done["id"]]
    error = refused(setups.retrieve, "seti_nothing")
    assert error["message"] == "No such setupintent: 'seti_nothing'"
    assert error["param"] == "intent"


def test_confirming_a_setup_needs_a_payment_method(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes (setup_intent_unexpected_state)"""
    error = refused(account.client.v1.setup_intents.create, {"confirm": True})
    assert error["code"] == "setup_intent_unexpected_state"
    assert "this SetupIntent because it's missing a payment method" in error["message"]


def test_a_bank_account_is_set_up_with_a_mandate(account: Account) -> None:
    """Source: https://docs.stripe.com/api/mandates"""
    more = {"payment_method_types": ["us_bank_account"]}
    agreed = {"customer_acceptance": {"type": "offline", "offline": {}}}
    done = set_up(account, "pm_usBankAccount_success", mandate_data=agreed, **more)
    mandate = account.client.v1.mandates.retrieve(done["mandate"])
    assert (mandate.status, mandate.payment_method) == ("active", done["payment_method"])
    accepted = plain(mandate.customer_acceptance)
    assert (accepted["type"], accepted["accepted_at"]) == ("offline", NOW)
    account.simulate("mandate.updated", status="inactive")
    assert account.client.v1.mandates.retrieve(done["mandate"]).status == "inactive"
    assert account.types()[-1] == "mandate.updated"


def test_a_payment_method_is_set_up_for_its_own_customer(account: Account) -> None:
    """Source: https://docs.stripe.com/api/setup_intents/confirm"""
    owner, other = new_customer(account), new_customer(account)
    method = saved_card(account, owner)
    setups = account.client_for(OLD).v1.setup_intents
    for customer, words in ((other, "does not belong to the Customer"), (None, "belongs to the")):
        form: Any = {"customer": customer} if customer else {}
        made = setups.create(form | {"automatic_payment_methods": CARDS_ONLY})
        error = refused(setups.confirm, made.id, {"payment_method": method})
        assert words in error["message"]
        assert error["param"] == "payment_method"
        assert error["setup_intent"]["id"] == made.id
