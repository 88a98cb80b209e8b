"""One mirror: its admin endpoints in Mirra's words, and the vendor's paths in the vendor's.

Source: https://docs.mirra.run/reference/api
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mirra_mcp.client.client import MirrorClient
from mirra_mcp.client.errors import MirraError
from tests.client.scripted import Step, answer, mirroring, refusal

pytestmark = pytest.mark.anyio

METADATA = {"name": "resend", "version": "0.3.1", "vendorApiVersion": "2026-04"}
AT = "2026-04-22T18:02:14Z"
DELIVERY = {
    "deliveryId": "dlv_1",
    "mirror": "resend",
    "type": "email.sent",
    "status": "delivered",
    "payload": {"data": None},
    "createdAt": AT,
}


@pytest.mark.parametrize(
    ("make", "line", "body", "answered"),
    [
        pytest.param(
            lambda m: m.state(
                entity="emails", id="e1", where={"status": "sent", "to": "a:b"}, limit=2, cursor="c"
            ),
            "GET /_mirra/state?entity=emails&id=e1"
            "&where=status%3Asent&where=to%3Aa%3Ab&limit=2&cursor=c",
            None,
            {"mirror": "resend", "version": "0.3.1", "at": AT, "state": {"emails": [{"a": None}]}},
            id="state",
        ),
        pytest.param(lambda m: m.metadata(), "GET /_mirra/metadata", None, METADATA, id="metadata"),
        pytest.param(
            lambda m: m.reset("resend:empty"),
            "POST /_mirra/state/reset",
            {"seed": "resend:empty"},
            {"mirror": "resend", "seed": "empty", "counts": {"emails": 0}},
            id="reset",
        ),
        pytest.param(
            lambda m: m.reset(),
            "POST /_mirra/state/reset",
            {},
            {"mirror": "resend", "seed": "empty", "counts": {}},
            id="reset-to-first-seed",
        ),
        pytest.param(
            lambda m: m.simulate("email.bounced", emailId="em_1", bounce={"type": "hard"}),
            "POST /_mirra/simulate",
            {"event": "email.bounced", "emailId": "em_1", "bounce": {"type": "hard"}},
            {
                "event": "email.bounced",
                "changes": [{"entity": "email", "entityId": "em_1", "after": {"status": None}}],
                "webhooks": [{"type": "email.bounced", "id": "dlv_1"}],
                "result": {"id": "em_1"},
            },
            id="simulate",
        ),
        pytest.param(
            lambda m: m.snapshot(),
            "POST /_mirra/state/snapshot",
            {},
            {"snapshotId": "snap_xyz"},
            id="snapshot",
        ),
        pytest.param(
            lambda m: m.snapshot("before"),
            "POST /_mirra/state/snapshot",
            {"name": "before"},
            {"snapshotId": "snap_xyz", "name": "before"},
            id="named-snapshot",
        ),
        pytest.param(
            lambda m: m.restore("snap_xyz"),
            "POST /_mirra/state/restore",
            {"snapshotId": "snap_xyz"},
            {"mirror": "resend", "snapshotId": "snap_xyz", "counts": {}},
            id="restore",
        ),
        pytest.param(
            lambda m: m.retry_webhook("dlv_1"),
            "POST /_mirra/webhooks/retry",
            {"deliveryId": "dlv_1"},
            DELIVERY,
            id="retry_webhook",
        ),
    ],
)
async def test_an_admin_call_is_sent_as_documented_and_its_answer_read_whole(
    make: Callable[[MirrorClient], Awaitable[Any]],
    line: str,
    body: dict[str, Any] | None,
    answered: dict[str, Any],
) -> None:
    async with mirroring(answer(answered)) as (mirror, server):
        result = await make(mirror)
    request = server.requests[0]
    assert f"{request.method} {request.target}" == line
    assert (request.json if request.body else None) == body
    assert type(result).model_validate(answered) == result
    assert "authorization" not in request.headers


async def test_a_parameter_of_an_event_may_have_any_name() -> None:
    async with mirroring(answer({"event": "x"})) as (mirror, server):
        await mirror.simulate("x", **{"self": 1, "body": 2, "event": "y"})
    assert server.requests[0].json == {"self": 1, "body": 2, "event": "x"}


@pytest.mark.parametrize("step", [answer("", 204), answer("", 200), answer({"ok": True})])
async def test_what_is_done_is_done_in_whatever_words(step: Step) -> None:
    """The documents give no answer body for these three."""
    async with mirroring(step, step, step) as (mirror, _):
        assert (await mirror.reset("empty")).seed == "empty"
        assert (await mirror.simulate("email.bounced")).event == "email.bounced"
        assert (await mirror.restore("snap_1")).snapshot_id == "snap_1"


async def test_mirras_refusals_are_errors() -> None:
    no = refusal(
        400, "mirra.simulate.unknown_event", "Unknown event 'bounce'.", "Try email.bounced."
    )
    async with mirroring(no) as (mirror, _):
        with pytest.raises(MirraError) as caught:
            await mirror.simulate("bounce")
    assert (caught.value.code, caught.value.hint, caught.value.request) == (
        "mirra.simulate.unknown_event",
        "Try email.bounced.",
        "POST /_mirra/simulate",
    )


async def test_a_mirror_without_webhook_retries_says_so() -> None:
    async with mirroring(answer("Not Found", 404)) as (mirror, _):
        with pytest.raises(MirraError, match="doesn't offer sending a webhook again"):
            await mirror.retry_webhook("dlv_1")
