"""What a document can't say is written beside it: state machines, timers, uniqueness, events."""

from collections.abc import Callable

import httpx
import pytest
from svix.webhooks import Webhook

from tests.local.openapi.conftest import HERE, Mirrored
from tests.local.receiver import Receiver, receiving

RULES = {
    "orders": {
        "id": "order-{6}",
        "moves": {"pending": ["paid", "cancelled"], "paid": ["shipped"]},
        "after": {"pending": {"cancelled": "30 minutes"}, "paid": {"shipped": "1 day"}},
        "unique": ["reference"],
        "defaults": {"reference": "none"},
        "events": {"shipped": "order.left"},
    }
}


@pytest.fixture
def shop(start: Callable[..., Mirrored]) -> Mirrored:
    return start(HERE / "shop.yaml", name="strict_shop", behavior=RULES)


def _order(shop: Mirrored, **fields: object) -> dict[str, object]:
    customer = shop.made("/customers", email="ada@example.com")["id"]
    return shop.made("/orders", customer_id=customer, total=5, **fields)


def test_moves_that_no_rule_allows_are_refused(shop: Mirrored) -> None:
    order = _order(shop, reference="r1")
    assert str(order["id"]).startswith("order-")
    assert len(str(order["id"])) == len("order-") + 6
    assert shop.call("POST", f"/orders/{order['id']}/pay").status_code == 200
    refused = shop.call("POST", f"/orders/{order['id']}/cancel")
    assert refused.status_code == 409
    assert refused.json()["error"]["message"] == "A order that is paid can't cancel."


def test_time_moves_what_waits(shop: Mirrored) -> None:
    order = _order(shop, reference="r1")
    shop.advance("29 minutes")
    assert shop.call("GET", f"/orders/{order['id']}").json()["status"] == "pending"
    shop.advance("2 minutes")
    assert shop.call("GET", f"/orders/{order['id']}").json()["status"] == "cancelled"
    paid = _order(shop, reference="r2")
    shop.call("POST", f"/orders/{paid['id']}/pay")
    shop.advance("2 hours")
    assert shop.call("GET", f"/orders/{paid['id']}").json()["status"] == "paid"


def test_a_unique_field_is_taken_once(shop: Mirrored) -> None:
    _order(shop, reference="r1")
    customer = shop.made("/customers", email="b@example.com")["id"]
    body = {"customer_id": customer, "total": 5, "reference": "r1"}
    again = shop.call("POST", "/orders", json=body)
    assert again.status_code == 409
    assert "reference" in again.json()["error"]["message"]


def test_webhooks_go_out_signed_to_those_who_subscribed(shop: Mirrored) -> None:
    with receiving() as receiver:
        _subscribe(shop, receiver, "order.created", "order.left")
        order = _order(shop, reference="r1")
        created = receiver.next()
        secret = shop.env["STRICT_SHOP_WEBHOOK_SECRET"]
        Webhook(secret).verify(created.body, created.headers)
        assert created.json == {"type": "order.created", "data": order}
        shop.call("POST", f"/orders/{order['id']}/pay")
        shop.advance("1 day")
        left = receiver.next().json
        assert (left["type"], left["data"]["status"]) == ("order.left", "shipped")
        assert receiver.inbox.empty()


def _subscribe(shop: Mirrored, receiver: Receiver, *events: str) -> None:
    shop.made("/webhooks", url=f"{receiver.url}/hooks", events=list(events))


def test_a_webhook_can_be_simulated(shop: Mirrored) -> None:
    with receiving() as receiver:
        _subscribe(shop, receiver, "order.cancelled")
        order = _order(shop, reference="r1")
        shop.admin("simulate", event="order.cancelled", id=order["id"])
        assert receiver.next().json == {"type": "order.cancelled", "data": order}


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"ordres": {}}, "ordres: no such noun; there are customers, notes, orders, webhooks"),
        ({"orders": {"move": {}}}, "orders.move: no such rule"),
        ({"orders": {"moves": {"payed": ["paid"]}}}, "orders.moves: no such status 'payed'"),
        ({"orders": {"unique": ["colour"]}}, "no such field 'colour'"),
        ({"orders": {"after": {"paid": {"shipped": "soon"}}}}, "'soon' is no length of time"),
        ({"orders": {"id": "fixed"}}, "a text with {12}"),
        ("- 1", "a behaviour file is an object"),
    ],
)
def test_a_behaviour_that_names_what_is_not_there_is_refused(
    control: httpx.Client, rules: object, told: str
) -> None:
    body = {"path": str(HERE / "shop.yaml"), "name": "wrong", "behavior": rules}
    refused = control.post("/v1/mirrors", json=body)
    assert refused.status_code == 400
    assert told in refused.json()["error"]["message"]
    started = control.post("/v1/sessions", json={"mirrors": ["wrong"]})
    assert started.status_code == 400
