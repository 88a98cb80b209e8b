"""A mirror of a document keeps what is sent to it, as its paths and schemas tell."""

import re
from collections.abc import Callable
from typing import Any

from tests.local.openapi.conftest import HERE, Mirrored


def test_a_document_is_made_read_changed_listed_and_deleted(shop: Mirrored) -> None:
    made = shop.made("/customers", email="ada@example.com", password="correct horse")
    assert re.fullmatch(r"cus_[A-Za-z0-9]{8}", made["id"])
    assert made["email"] == "ada@example.com"
    assert made["created_at"] == made["updated_at"] == "2026-05-04T12:00:00.000Z"
    assert "password" not in made
    assert shop.call("GET", f"/customers/{made['id']}").json() == made

    shop.advance("1 hour")
    changed = shop.call("PATCH", f"/customers/{made['id']}", json={"name": "Ada"}).json()
    assert changed == made | {"name": "Ada", "updated_at": "2026-05-04T13:00:00.000Z"}
    listed = shop.call("GET", "/customers").json()
    assert listed == {"data": [changed], "has_more": False, "total_count": 1}

    gone = shop.call("DELETE", f"/customers/{made['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    missed = shop.call("GET", f"/customers/{made['id']}")
    assert missed.status_code == 404
    assert missed.json()["error"]["code"] == "not_found"
    assert made["id"] in missed.json()["error"]["message"]


def test_forms_are_read_as_json_is(shop: Mirrored) -> None:
    answer = shop.call("POST", "/customers", data={"email": "bob@example.com", "name": "Bob"})
    assert answer.status_code == 201
    assert answer.json()["name"] == "Bob"


def test_pages_go_on_where_the_last_one_ended(shop: Mirrored) -> None:
    ids = [shop.made("/customers", email=f"p{n}@example.com")["id"] for n in range(5)]
    first = shop.call("GET", "/customers", params={"limit": 2}).json()
    assert [each["id"] for each in first["data"]] == ids[:2]
    assert first["has_more"] is True
    rest = shop.call("GET", "/customers", params={"limit": 3, "starting_after": ids[1]}).json()
    assert [each["id"] for each in rest["data"]] == ids[2:]
    assert rest["has_more"] is False
    lost = shop.call("GET", "/customers", params={"starting_after": "cus_nobody"})
    assert lost.status_code == 400
    one = shop.call("GET", "/customers", params={"email": "p3@example.com"}).json()
    assert [each["id"] for each in one["data"]] == [ids[3]]


def test_numbered_pages_filters_bounds_and_order(shop: Mirrored) -> None:
    customer = shop.made("/customers", email="ada@example.com")["id"]
    totals = [500, 100, 300]
    ids = [shop.made("/orders", customer_id=customer, total=each)["id"] for each in totals]
    shop.call("POST", f"/orders/{ids[1]}/pay")

    def listed(**query: Any) -> list[int]:
        return [each["total"] for each in shop.call("GET", "/orders", params=query).json()]

    assert listed() == [500, 100]
    assert listed(page=2) == [300]
    assert listed(per_page=9, sort="-total") == [500, 300, 100]
    assert listed(per_page=9, min_total=300) == [500, 300]
    assert listed(status="paid") == [100]
    assert listed(status="paid,pending", per_page=9) == totals
    link = shop.call("GET", "/orders").headers["link"]
    assert f'<{shop.base}/orders?page=2>; rel="next"' in link


def test_a_child_belongs_to_its_parent(shop: Mirrored) -> None:
    customer = shop.made("/customers", email="ada@example.com")["id"]
    one, two = (shop.made("/orders", customer_id=customer, total=n)["id"] for n in (1, 2))
    note = shop.made(f"/orders/{one}/notes", text="Ring twice")
    assert note == {"id": 1, "order_id": one, "text": "Ring twice"}
    assert shop.call("GET", f"/orders/{one}/notes/1").json() == note
    assert shop.call("GET", f"/orders/{one}/notes").json() == [note]
    assert shop.call("GET", f"/orders/{two}/notes").json() == []
    assert shop.call("GET", f"/orders/{two}/notes/1").status_code == 404
    assert shop.call("POST", "/orders/ord_no/notes", json={"text": "x"}).status_code == 404


def test_an_action_moves_the_status_that_it_is_named_after(shop: Mirrored) -> None:
    customer = shop.made("/customers", email="ada@example.com")["id"]
    order = shop.made("/orders", customer_id=customer, total=1)
    assert order["status"] == "pending"
    paid = shop.call("POST", f"/orders/{order['id']}/pay").json()
    assert paid == order | {"status": "paid"}
    again = shop.call("POST", f"/orders/{order['id']}/pay")
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "conflict"
    assert shop.call("GET", f"/orders/{order['id']}").json()["status"] == "paid"


def test_what_a_call_lacks_is_named_in_the_documents_own_error(shop: Mirrored) -> None:
    refused = shop.call("POST", "/orders", json={"total": 0, "colour": "red"})
    assert refused.status_code == 422
    error = refused.json()["error"]
    assert error["code"] == "invalid_request"
    assert {each["field"]: each["message"] for each in error["fields"]} == {
        "customer_id": "is required",
        "total": "must be 1 or more",
        "colour": "is not a parameter of this operation",
    }
    assert shop.call("GET", "/orders").json() == []
    nobody = shop.call("POST", "/orders", json={"customer_id": "cus_nobody", "total": 5})
    assert nobody.status_code == 422
    assert "cus_nobody" in nobody.json()["error"]["message"]


def test_a_refusal_never_shows_what_was_sent(shop: Mirrored) -> None:
    answer = shop.call("POST", "/customers", json={"email": "a@example.com", "password": "hunter2"})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


def test_strangers_wrong_paths_and_wrong_methods(shop: Mirrored) -> None:
    stranger = shop.call("POST", "/customers", headers={"authorization": ""}, json={})
    assert stranger.status_code == 401
    assert stranger.headers["www-authenticate"] == "Bearer"
    assert stranger.json()["error"]["code"] == "unauthorized"
    assert shop.call("GET", "/nothing").status_code == 404
    wrong = shop.call("PUT", "/orders")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")
    odd = shop.call("POST", "/orders", content=b"<a/>", headers={"content-type": "text/xml"})
    assert odd.status_code == 415
    broken = shop.call(
        "POST", "/orders", content=b"{", headers={"content-type": "application/json"}
    )
    assert broken.status_code == 400


def test_state_snapshot_and_reset_hold_for_it(shop: Mirrored) -> None:
    made = shop.made("/customers", email="ada@example.com")
    snapshot = shop.admin("state/snapshot")["snapshotId"]
    shop.call("DELETE", f"/customers/{made['id']}")
    shop.admin("state/restore", snapshotId=snapshot)
    assert shop.call("GET", f"/customers/{made['id']}").json() == made
    state = shop.control.get(f"{shop.root}/_mirra/state").json()["state"]
    assert [each["email"] for each in state["customers"]] == ["ada@example.com"]
    shop.admin("state/reset")
    assert shop.call("GET", "/customers").json()["data"] == []


def test_the_same_session_makes_the_same_ids(start: Callable[..., Mirrored]) -> None:
    def ids(name: str) -> list[str]:
        shop = start(HERE / "shop.yaml", session={"name": name})
        found = [shop.made("/customers", email=f"{n}@example.com")["id"] for n in range(3)]
        shop.control.delete(f"/v1/sessions/{shop.session['sessionId']}")
        return found

    first = ids("one")
    assert len(set(first)) == 3
    assert first == ids("one")
