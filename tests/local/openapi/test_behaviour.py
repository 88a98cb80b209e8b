"""What a document can't say is written beside it: state machines, timers, uniqueness, events."""

import hmac
import json
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import jsonschema
import pytest
from svix.webhooks import Webhook

from mirra_mcp.local.openapi.behaviour import rules
from mirra_mcp.local.openapi.document.reading import parsed
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
    assert refused.json()["error"]["message"] == "An order that is paid can't cancel."


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
    ("said", "told"),
    [
        ({"ordres": {}}, "ordres: no such noun; there are customers, notes, orders, webhooks"),
        ({"orders": {"move": {}}}, "orders.move: no such rule"),
        ({"orders": {"moves": {"payed": ["paid"]}}}, "orders.moves.payed: no such status 'payed'"),
        ({"orders": {"unique": ["colour"]}}, "orders.unique.0: no such field 'colour'; there are"),
        ({"orders": {"computed": {"tax": "total +"}}}, "orders.computed.tax: 'total +' is no expr"),
        ({"orders": {"computed": {"tax": "totl / 5"}}}, "'totl / 5' uses 'totl'; there are"),
        ({"orders": {"actions": {"fly": {}}}}, "no such action; there are cancel, fulfil, pay"),
        ({"orders": {"refuse": [{"when": "1", "on": "sell"}]}}, "nothing like 'sell' happens"),
        ({"orders": {"events": {"sold": "x"}}}, "orders.events.sold: what happens is one of"),
        ({"orders": {"errors": {"mising": {}}}}, "orders.errors.mising"),
        ({"api": {"rates": {"GET /oders": "1 per second"}}}, "no such operation. Did you mean"),
        ({"api": {"rates": {"*": "often"}}}, "'often' is no rate, such as '100 per minute'"),
        ({"api": {"seeds": {"demo": {"orders": [{"colour": 1}]}}}}, "no such field 'colour'"),
        ({"api": {"seeds": {"demo": {"customers": [{"email": 5}]}}}}, "0.email: must be a text"),
        (
            {"api": {"seeds": {"demo": {"orders": [{"customer_id": "cus_1", "total": 5}]}}}},
            "api.seeds.demo.orders.0: customer_id: there is no customer 'cus_1'.",
        ),
        ({"orders": {"computed": {"tax": "import os"}}}, "no expression: it is a statement"),
        ({"orders": {"defaults": {"total": "much"}}}, "orders.defaults.total: must be a"),
        ({"api": {"signing": {"form": "sha256"}}}, "the signature goes where {hex} or {base64}"),
        ({"orders": {"after": {"paid": {"shipped": "soon"}}}}, "'soon' is no length of time"),
        ({"orders": {"id": "fixed"}}, "a text with {12}"),
        ("- 1", "a behaviour file is an object"),
    ],
)
def test_a_behaviour_that_names_what_is_not_there_is_refused(
    control: httpx.Client, said: object, told: str
) -> None:
    body = {"path": str(HERE / "shop.yaml"), "name": "wrong", "behavior": said}
    refused = control.post("/v1/mirrors", json=body)
    assert refused.status_code == 400
    assert told in refused.json()["error"]["message"]
    started = control.post("/v1/sessions", json={"mirrors": ["wrong"]})
    assert started.status_code == 400


FILE = """
# yaml-language-server: $schema=https://example.com/behaviour.json
orders:
  id: ord_{8}
  moves: {pending: [paid, cancelled], paid: [shipped]}
  unique: [[customer_id, reference]]
  computed:
    tax: total // 5
    note_count: count("notes")
  actions:
    fulfil: {to: shipped, sets: {shipped_at: now}}
  refuse:
    - {when: total > 1000, status: 409, code: too_much, field: total, message: "That is a lot."}
    - {when: total < old.total, on: update, status: 409, message: "It can't become cheaper."}
  errors:
    taken: {code: taken, message: "'{field}' is taken."}
  events: {fulfil: order.sent, total: order.repriced}
api:
  rates: {"POST /customers": 3 per minute}
  errors: {limited: {code: slow_down}}
  signing: {header: X-Shop, form: "t={timestamp},v1={hex}", signs: "{timestamp}.{body}", secret: s3}
  seeds:
    busy:
      customers: [{id: cus_1, email: ada@example.com}]
      orders: [{id: ord_1, customer_id: cus_1, total: 10, status: paid}]
      notes: [{orderId: ord_1, text: Ring twice}]
"""


@pytest.fixture
def ruled(start: Callable[..., Mirrored], tmp_path: Path) -> Mirrored:
    """The shop with a behaviour file beside its document, begun with a seed of that file."""
    document = tmp_path / "ruled.yaml"
    document.write_text((HERE / "shop.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "ruled.mirra.yaml").write_text(FILE, encoding="utf-8")
    return start(document, session={"seed": "busy"})


def test_a_seed_is_what_a_session_begins_with(ruled: Mirrored) -> None:
    order = ruled.call("GET", "/orders/ord_1").json()
    assert (order["status"], order["tax"], order["note_count"]) == ("paid", 2, 1)
    assert ruled.call("GET", "/orders/ord_1/notes").json()[0]["text"] == "Ring twice"


def test_fields_follow_from_others(ruled: Mirrored) -> None:
    order = ruled.made("/orders", customer_id="cus_1", total=52)
    assert (order["tax"], order["note_count"]) == (10, 0)
    ruled.made(f"/orders/{order['id']}/notes", text="x")
    changed = ruled.call("PATCH", f"/orders/{order['id']}", json={"total": 60}).json()
    assert (changed["tax"], changed["note_count"]) == (12, 1)


def test_actions_do_what_their_names_do_not_say(ruled: Mirrored) -> None:
    sent = ruled.call("POST", "/orders/ord_1/fulfil").json()
    assert (sent["status"], sent["shipped_at"]) == ("shipped", "2026-05-04T12:00:00.000Z")
    assert ruled.call("POST", "/orders/ord_1/fulfil").status_code == 409


def test_calls_are_refused_with_the_apis_own_codes(ruled: Mirrored) -> None:
    def refused(method: str, path: str, **body: object) -> tuple[int, dict[str, object]]:
        answer = ruled.call(method, path, json=body)
        return answer.status_code, answer.json()["error"]

    assert refused("POST", "/orders", customer_id="cus_1", total=1001) == (
        409,
        {
            "code": "too_much",
            "message": "That is a lot.",
            "fields": [{"field": "total", "message": "That is a lot."}],
        },
    )
    assert refused("PATCH", "/orders/ord_1", total=9)[1]["message"] == "It can't become cheaper."
    ruled.made("/orders", customer_id="cus_1", total=1, reference="r")
    taken = refused("POST", "/orders", customer_id="cus_1", total=1, reference="r")[1]
    assert (taken["code"], taken["message"]) == ("taken", "'customer_id and reference' is taken.")


def test_calls_are_counted_on_the_sessions_clock(ruled: Mirrored) -> None:
    for n in range(3):
        ruled.made("/customers", email=f"{n}@example.com")
    limited = ruled.call("POST", "/customers", json={"email": "x@example.com"})
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "60")
    assert limited.json()["error"]["code"] == "slow_down"
    assert ruled.call("GET", "/customers").status_code == 200
    ruled.advance("1 minute")
    ruled.made("/customers", email="x@example.com")


def test_changes_are_told_and_signed_as_the_file_says(ruled: Mirrored) -> None:
    with receiving() as receiver:
        _subscribe(ruled, receiver, "order.repriced", "order.sent")
        ruled.call("PATCH", "/orders/ord_1", json={"total": 11})
        told = receiver.next()
        assert (told.json["type"], told.json["data"]["total"]) == ("order.repriced", 11)
        stamp, _, given = told.headers["x-shop"].removeprefix("t=").partition(",v1=")
        signed = hmac.new(b"s3", f"{stamp}.".encode() + told.body, "sha256").hexdigest()
        assert given == signed
        ruled.call("POST", "/orders/ord_1/fulfil")
        assert receiver.next().json["type"] == "order.sent"
        assert ruled.env["RULED_WEBHOOK_SECRET"] == "s3"


def test_every_fault_of_a_file_is_told_with_its_line(control: httpx.Client, tmp_path: Path) -> None:
    document = tmp_path / "shop.yaml"
    document.write_text((HERE / "shop.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    file = tmp_path / "shop.mirra.yaml"
    file.write_text("orders:\n  frist: pending\n  after:\n    payed: {shipped: soon}\nusers: {}\n")
    refused = control.post("/v1/mirrors", json={"path": str(document)})
    assert refused.json()["error"]["message"] == (
        "The behaviour can't be used: "
        "shop.mirra.yaml:2: orders.frist: no such rule; Did you mean 'first'? There are id, first,"
        " moves, after, unique, defaults, computed, actions, refuse, errors, events. "
        "shop.mirra.yaml:4: orders.after.payed.shipped: 'soon' is no length of time, such as"
        " '30 minutes'. "
        "shop.mirra.yaml:5: users: no such noun; there are customers, notes, orders, webhooks."
    )
    file.write_text("orders:\n  first: [")
    refused = control.post("/v1/mirrors", json={"path": str(document)})
    assert "shop.mirra.yaml: this is neither JSON nor YAML: line" in refused.text


def test_the_file_may_be_markdown(start: Callable[..., Mirrored], tmp_path: Path) -> None:
    document = tmp_path / "noted.yaml"
    document.write_text((HERE / "shop.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    file = tmp_path / "noted.mirra.md"
    file.write_text("# Orders\n\nThey expire.\n\n```yaml\norders: {id: 'o-{4}'}\n```\n")
    noted = start(document)
    noted.made("/customers", email="a@example.com")
    customer = noted.call("GET", "/customers").json()["data"][0]["id"]
    assert len(noted.made("/orders", customer_id=customer, total=1)["id"]) == 6
    file.write_text("# Orders\n\n```yaml\norders: {idd: 'o-{4}'}\n```\n")
    refused = noted.control.post("/v1/mirrors", json={"path": str(document)})
    assert "noted.mirra.md:4: orders.idd: no such rule" in refused.json()["error"]["message"]


def test_editors_complete_the_file_by_a_schema() -> None:
    """The schema that ships takes the file of these tests, and finds what is wrong."""
    shipped = Path(rules.__file__).with_name("schema.json")
    if os.environ.get("UPDATE_SCHEMAS"):
        shipped.write_text(json.dumps(rules.schema(), indent=1) + "\n", encoding="utf-8")
    schema = json.loads(shipped.read_text(encoding="utf-8"))
    assert schema == rules.schema()
    said = parsed(FILE.encode(), "file")
    jsonschema.validate(said, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"orders": {"moves": 5}}, schema)
