"""`mirra-mcp mirror explain`: what is made of a document, before anything runs."""

import json
from pathlib import Path

from tests.cli.command import run

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
