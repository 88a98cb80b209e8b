"""Worlds of a marketplace: functions that play real calls and return the ids to speak of."""

from typing import Any

from tests.local.scenarios.check.stage import Stage

Names = dict[str, str]


def sellers(stage: Stage) -> Names:
    """Setup: a seller who has begun to onboard."""
    seller = stage.stripe("accounts", type="express", email="ida@example.com")["id"]
    stage.begin()
    return {"seller": seller}


def onboarded(stage: Stage) -> Names:
    names = sellers(stage)
    stage.simulate("stripe", "account.onboarded", account=names["seller"])
    return names


def restricted(stage: Stage) -> Names:
    names = onboarded(stage)
    stage.simulate("stripe", "account.restricted", account=names["seller"], days=0)
    return names


def rejected(stage: Stage) -> Names:
    names = onboarded(stage)
    stage.stripe(f"accounts/{names['seller']}/reject", reason="other")
    return names


def shared(stage: Stage) -> Names:
    names = onboarded(stage)
    destination: Any = {"transfer_data__destination": names["seller"]}
    form: Any = {
        "payment_method": "pm_card_visa",
        "confirm": "true",
        "return_url": "https://acme.com",
    }
    sale = stage.stripe(
        "payment_intents",
        amount=4900,
        currency="usd",
        application_fee_amount=900,
        **destination,
        **form,
    )
    return names | {"payment": sale["id"]}


def taken_back(stage: Stage) -> Names:
    names = shared(stage)
    stage.stripe(
        "refunds",
        payment_intent=names["payment"],
        reverse_transfer="true",
        refund_application_fee="true",
    )
    return names
