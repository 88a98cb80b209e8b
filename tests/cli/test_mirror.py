"""`mirra-mcp mirror explain`: what is made of a document, before anything runs."""

import json
from pathlib import Path

from tests.cli.command import run, running

SHOP = Path(__file__).parent.parent / "local" / "openapi" / "shop.yaml"


def test_explain_tells_nouns_states_actions_and_webhooks(tmp_path: Path) -> None:
    done = run(tmp_path, "mirror", "explain", str(SHOP))
    assert done.returncode == 0, done.stderr
    assert "Corner Shop 2026-03: 17 operations, as mirror 'shop'" in done.stdout
    assert "its state is 'status' (pending, paid, shipped, cancelled)" in done.stdout
    assert "POST /orders/{orderId}/pay: acts on one of orders; its 'status' becomes 'paid'" in (
        done.stdout
    )
    assert "webhooks: order.created, order.paid, order.cancelled" in done.stdout


def test_explain_as_json_and_of_what_is_no_document(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "mirror", "explain", str(SHOP), "--json").stdout)
    assert [each["name"] for each in told["nouns"]] == ["customers", "orders", "webhooks", "notes"]
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("hello: world")
    refused = run(tmp_path, "mirror", "explain", str(wrong))
    assert refused.returncode == 4
    assert "it has no 'openapi' field" in refused.stderr


def test_up_takes_documents_and_the_schema_of_a_behaviour_file_knows_their_names(
    tmp_path: Path,
) -> None:
    with running(tmp_path, "up", "--openapi", str(SHOP), "--json") as up:
        assert up.stdout is not None
        ready = json.loads(up.stdout.readline())
        assert [each["vendor"] for each in ready["mirrors"]] == ["shop"]
    assert run(tmp_path, "up", "--openapi", "nowhere.yaml").returncode == 64
    schema = json.loads(run(tmp_path, "mirror", "schema", str(SHOP)).stdout)
    orders = schema["properties"]["orders"]["properties"]
    assert orders["actions"]["propertyNames"]["enum"] == ["cancel", "fulfil", "pay"]
    assert orders["first"]["enum"] == ["pending", "paid", "shipped", "cancelled"]
