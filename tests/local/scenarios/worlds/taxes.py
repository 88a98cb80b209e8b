"""Worlds of taxes and of money by bank transfer: functions that play real calls."""

from tests.local.scenarios.check.stage import Stage

Names = dict[str, str]


def registered(stage: Stage) -> Names:
    """Setup: a business in California that collects taxes there."""
    office = {"head_office[address][country]": "US", "head_office[address][postal_code]": "94107"}
    stage.call("POST", "/v1/tax/settings", office, vendor="stripe")
    form = {"country": "US", "active_from": "now"}
    form |= {f"country_options[us][{name}]": each for name, each in CALIFORNIA.items()}
    stage.call("POST", "/v1/tax/registrations", form, vendor="stripe")
    stage.begin()
    return {}


CALIFORNIA = {"type": "state_sales_tax", "state": "CA"}


def calculated(stage: Stage, *, state: str = "94107") -> Names:
    registered(stage)
    form = {
        "currency": "usd",
        "customer_details[address][country]": "US",
        "customer_details[address][postal_code]": state,
        "customer_details[address_source]": "billing",
        "line_items[0][amount]": 1000,
        "line_items[0][reference]": "L1",
    }
    made = stage.call("POST", "/v1/tax/calculations", form, vendor="stripe")
    return {"calculation": made["id"]}


def elsewhere(stage: Stage) -> Names:
    return calculated(stage, state="78701")


def taxed(stage: Stage) -> Names:
    """A payment that succeeds with its taxes."""
    names = calculated(stage)
    form = {
        "amount": 1073,
        "currency": "usd",
        "confirm": "true",
        "payment_method": "pm_card_visa",
        "return_url": "https://acme.com",
        "hooks[inputs][tax][calculation]": names["calculation"],
    }
    sale = stage.call("POST", "/v1/payment_intents", form, vendor="stripe")
    return names | {"payment": sale["id"]}


def untaxed(stage: Stage) -> Names:
    names = taxed(stage)
    stage.stripe("refunds", payment_intent=names["payment"])
    return names


def customer(stage: Stage) -> Names:
    """Setup: a customer with nothing."""
    made = stage.stripe("customers", name="Ada")["id"]
    stage.begin()
    return {"customer": made}


def funded(stage: Stage) -> Names:
    names = customer(stage)
    _fund(stage, names["customer"])
    return names


def spent(stage: Stage) -> Names:
    """A payment takes what came before the attempt."""
    made = stage.stripe("customers", name="Ada")["id"]
    _fund(stage, made)
    stage.begin()
    form = {
        "amount": 500,
        "currency": "usd",
        "customer": made,
        "confirm": "true",
        "payment_method_types[]": "customer_balance",
        "payment_method_data[type]": "customer_balance",
    }
    stage.call("POST", "/v1/payment_intents", form, vendor="stripe")
    return {"customer": made}


def _fund(stage: Stage, id: str) -> None:
    stage.stripe(f"test_helpers/customers/{id}/fund_cash_balance", amount=700, currency="usd")
