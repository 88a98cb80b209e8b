"""Tax rates and shipping rates. Source: https://docs.stripe.com/api/tax_rates"""

import pytest

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_tax_rate_has_every_documented_field(account: Account, version: str) -> None:
    """Source: https://docs.stripe.com/api/tax_rates/object"""
    form = "display_name=VAT&inclusive=false&percentage=19&country=DE&tax_type=vat"
    id = account.call("POST", "/v1/tax_rates", form).json()["id"]
    expected = {
        "id": id,
        "object": "tax_rate",
        "active": True,
        "country": "DE",
        "created": NOW,
        "description": None,
        "display_name": "VAT",
        "effective_percentage": None,
        "inclusive": False,
        "jurisdiction": None,
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": {},
        "percentage": 19,
        "state": None,
        "tax_type": "vat",
    }
    if version == NEW:
        expected |= {"flat_amount": None, "rate_type": "percentage"}
    assert account.fetch(f"/v1/tax_rates/{id}", version) == expected
    assert id.startswith("txr_")


def test_a_tax_rate_is_archived_and_never_changes_its_percentage(account: Account) -> None:
    """Source: https://docs.stripe.com/api/tax_rates/update"""
    rates = account.client.v1.tax_rates
    id = rates.create({"display_name": "VAT", "inclusive": True, "percentage": 7}).id
    assert not rates.update(id, {"active": False}).active
    told = account.refused(400, "POST", f"/v1/tax_rates/{id}", "percentage=9")
    assert told["message"] == "Received unknown parameter: percentage"
    assert rates.list({"active": True}).data == []
    assert [each.id for each in rates.list({"inclusive": True}).data] == [id]
    assert account.types() == ["tax_rate.created", "tax_rate.updated"]


def test_a_shipping_rate_has_every_documented_field(account: Account) -> None:
    """Source: https://docs.stripe.com/api/shipping_rates/object"""
    form = (
        "display_name=Ground&type=fixed_amount&fixed_amount[amount]=500&fixed_amount[currency]=usd"
        "&delivery_estimate[minimum][unit]=day&delivery_estimate[minimum][value]=2"
    )
    made = account.call("POST", "/v1/shipping_rates", form).json()
    assert made == {
        "id": made["id"],
        "object": "shipping_rate",
        "active": True,
        "created": NOW,
        "delivery_estimate": {"maximum": None, "minimum": {"unit": "day", "value": 2}},
        "display_name": "Ground",
        "fixed_amount": {"amount": 500, "currency": "usd"},
        "livemode": False,
        "metadata": {},
        "tax_behavior": "unspecified",
        "tax_code": None,
        "type": "fixed_amount",
    }
    rates = account.client.v1.shipping_rates
    changed = rates.update(made["id"], {"active": False, "metadata": {"a": "1"}})
    assert plain(changed)["metadata"] == {"a": "1"}
    assert rates.list({"active": True}).data == []
    assert [each.id for each in rates.list({"currency": "usd"}).data] == [made["id"]]
    told = account.refused(400, "POST", "/v1/shipping_rates", "display_name=X")
    assert (told["param"], told["code"]) == ("fixed_amount", "parameter_missing")
