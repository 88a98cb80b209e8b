"""All that a session has holds for a mirror that was made from a document."""

from typing import Any

from tests.local.openapi.conftest import Mirrored


def _order(shop: Mirrored, total: int) -> str:
    customer = shop.made("/customers", email="ada@example.com")["id"]
    return str(shop.made("/orders", customer_id=customer, total=total)["id"])


def _asked(shop: Mirrored, sql: str) -> list[Any]:
    path = f"/v1/sessions/{shop.session['sessionId']}/query"
    answer = shop.control.post(path, json={"sql": sql})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


def test_state_is_asked_by_sql(shop: Mirrored) -> None:
    ids = [_order(shop, total) for total in (5, 7)]
    shop.call("POST", f"/orders/{ids[1]}/pay")
    rows = _asked(
        shop,
        "SELECT o.status, c.email, o.total FROM shop.orders o"
        " JOIN shop.customers c ON c.id = o.customer_id ORDER BY o.total",
    )
    assert rows == [["pending", "ada@example.com", 5], ["paid", "ada@example.com", 7]]


def test_a_fork_goes_its_own_way(shop: Mirrored) -> None:
    id = _order(shop, 5)
    forked = shop.control.post(f"/v1/sessions/{shop.session['sessionId']}/fork", json={})
    assert forked.status_code == 201, forked.text
    fork = Mirrored(shop.control, forked.json())
    assert fork.call("POST", f"/orders/{id}/pay").json()["status"] == "paid"
    assert shop.call("GET", f"/orders/{id}").json()["status"] == "pending"


def test_it_fails_on_demand_in_the_documents_own_form(shop: Mirrored) -> None:
    path = f"/v1/sessions/{shop.session['sessionId']}/faults"
    rule = {"rule": "POST /v1/orders: rate_limit, once"}
    assert shop.control.post(path, json=rule).status_code == 201
    customer = shop.made("/customers", email="ada@example.com")["id"]
    body = {"customer_id": customer, "total": 1}
    failed = shop.call("POST", "/orders", json=body)
    assert (failed.status_code, failed.headers["retry-after"]) == (429, "1")
    assert failed.json()["error"]["message"] == "Too many requests."
    assert shop.call("POST", "/orders", json=body).status_code == 201
