"""Radar's value lists."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account, plain


def test_a_list_holds_values_of_its_type(account: Account) -> None:
    """Source: https://docs.stripe.com/api/radar/value_lists"""
    radar = account.client.v1.radar
    form: Any = {"alias": "bad_mails", "name": "Bad", "item_type": "email"}
    made = radar.value_lists.create(form)
    item = radar.value_list_items.create({"value_list": made.id, "value": "eve@example.com"})
    with pytest.raises(stripe.InvalidRequestError) as told:
        radar.value_list_items.create({"value_list": made.id, "value": "nobody"})
    assert told.value.param == "value"
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        radar.value_lists.create(form)
    assert [each.id for each in radar.value_lists.list({"contains": item.value}).data] == [made.id]
    assert radar.value_lists.list({"contains": "x@example.com"}).data == []
    shown = plain(radar.value_lists.update(made.id, {"name": "Worse"}))
    assert (shown["name"], [each["id"] for each in shown["list_items"]["data"]]) == (
        "Worse",
        [item.id],
    )
    found = radar.value_list_items.list({"value_list": made.id, "value": "eve@example.com"})
    assert [each.id for each in found.data] == [item.id]
    assert radar.value_list_items.delete(item.id).deleted
    assert radar.value_lists.delete(made.id).deleted
    assert account.call("GET", f"/v1/radar/value_lists/{made.id}").status_code == 404
