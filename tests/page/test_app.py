"""The MCP App in a real browser, before a scripted host: it shows results, and asks for more."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from mirra_mcp.server.apps import page as app

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

Browse = Callable[..., "Page"]
HOST = """(html) => {
  window.asked = [];
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = "app";
  frame.style = "width: 700px; height: 500px";
  window.say = (message) => frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
  addEventListener("message", ({ source, data }) => {
    if (source !== frame.contentWindow) return;
    window.asked.push(data);
    if (data.method === "ui/initialize") {
      const hostContext = { theme: "dark" };
      say({ id: data.id, result: { protocolVersion: "2026-01-26", hostContext } });
    }
    if (data.method === "tools/call") say({ id: data.id, result: window.answer });
  });
  frame.srcdoc = html;
  document.body.append(frame);
}"""
STATE: dict[str, Any] = {
    "sessionId": "ses_abcd",
    "mirrors": [
        {
            "mirror": "resend",
            "at": "2026-05-04T12:00:00Z",
            "counts": {"emails": 2},
            "documents": {
                "emails": [
                    {"id": "e1", "subject": "<img src=x onerror=alert(1)>", "status": "failed"},
                    {"id": "e2", "subject": "Hi", "status": "delivered"},
                ]
            },
        }
    ],
}
WEBHOOKS: dict[str, Any] = {
    "sessionId": "ses_abcd",
    "webhooks": [
        {
            "deliveryId": "whd_1",
            "mirror": "resend",
            "type": "email.sent",
            "status": "failed",
            "tries": ["12:00:00 400 in 3 ms"],
            "why": "The signature was refused.",
        }
    ],
}


def result(body: dict[str, Any]) -> dict[str, Any]:
    return {"content": [], "structuredContent": body}


@pytest.fixture
def host(browse: Browse) -> "Page":
    """A host with the app in a frame, which has introduced itself."""
    page = browse("about:blank")
    page.evaluate(HOST, app())
    page.wait_for_function("asked.some((each) => each.method === 'ui/notifications/initialized')")
    return page


def shown(page: "Page") -> "FrameLocator":
    return page.frame_locator("iframe")


def test_a_result_is_shown_as_text_and_more_is_asked_for(host: "Page") -> None:
    tell = "(params) => say({ method: 'ui/notifications/tool-result', params })"
    host.evaluate(tell, result(STATE))
    frame = shown(host)
    frame.get_by_role("button", name="emails 2").wait_for()
    assert "<img src=x" in frame.locator("table").inner_text()
    assert frame.locator("img").count() == 0
    host.evaluate("(answer) => { window.answer = answer }", result(WEBHOOKS))
    frame.get_by_role("button", name="Webhooks").click()
    frame.get_by_text("The signature was refused.").wait_for()
    frame.get_by_role("button", name="Send again").click()
    host.wait_for_function("asked.filter((each) => each.method === 'tools/call').length === 2")
    calls = host.evaluate("asked.filter((e) => e.method === 'tools/call').map((e) => e.params)")
    again = {"session": "ses_abcd", "delivery": "whd_1", "send": "again"}
    assert calls == [
        {"name": "mirra_session_webhooks", "arguments": {"session": "ses_abcd"}},
        {"name": "mirra_session_webhooks", "arguments": again},
    ]
    assert host.evaluate("asked.some((e) => e.method === 'ui/notifications/size-changed')")
    assert frame.locator("html").get_attribute("data-theme") == "dark"


def test_a_refusal_and_a_text_are_shown(host: "Page") -> None:
    text = '{"error": {"message": "No session.", "hint": "Start one."}}'
    refused = {"isError": True, "content": [{"type": "text", "text": text}]}
    tell = "(params) => say({ method: 'ui/notifications/tool-result', params })"
    host.evaluate(tell, refused)
    shown(host).get_by_text("Start one.").wait_for()
    run = {"runId": "run_1", "status": "finished", "summary": "Fine.", "satisfactionScore": 92.5,
           "title": "Onboarding", "criteria": [{"text": "Mail sent", "score": 100}]}  # fmt: skip
    host.evaluate(tell, result(run))
    shown(host).get_by_text("92.5").wait_for()
    assert "Mail sent" in shown(host).locator("table").inner_text()
