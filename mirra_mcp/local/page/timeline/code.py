"""A call of the log as something to run: curl, and the vendor's SDK in Python and Node."""

import json
import re
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mirra_mcp.local.page.visits import Visit
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.sessions import MirrorInfo

KEYS = {
    "stripe": "Bearer $STRIPE_SECRET_KEY",
    "resend": "Bearer $RESEND_API_KEY",
    "twilio": "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN",
}
"""Per vendor how a call shows its key: by the variables that a session's `env` names."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """The call in one language."""

    name: str
    text: str


def snippets(seeing: Visit, call: Doc) -> list[Snippet]:
    """Return the call as code; `call` is what the log tells of it."""
    vendor = str(call.get("mirror", ""))
    if vendor not in seeing.vendors:
        return []
    info = seeing.info(vendor)
    found = [Snippet("curl", curl(info, call))]
    speak = {"stripe": _stripe, "twilio": _twilio, "resend": _resend}.get(vendor)
    return found + (speak(call) if speak else [])


def curl(info: MirrorInfo, call: Doc) -> str:
    """Return the call as a shell's command; keys are variables."""
    method, path = str(call.get("method", "GET")), str(call.get("path", "/"))
    query = f"?{call['query']}" if call.get("query") else ""
    lines = [f"curl -X {method} {shlex.quote(f'{info.url}{path}{query}')}"]
    key = KEYS.get(info.vendor)
    if key and key.startswith("Bearer"):
        lines.append(f'-H "Authorization: {key}"')
    elif key:
        lines.append(f'-u "{key}"')
    headers = call.get("headers") or {}
    for name, value in headers.items():
        if name.lower() not in ("user-agent", "content-length", "authorization"):
            lines.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if call.get("idempotencyKey") and not any("idempotency" in n.lower() for n in headers):
        lines.append(f"-H {shlex.quote('Idempotency-Key: ' + str(call['idempotencyKey']))}")
    body = call.get("request")
    if body is not None:
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        lines.append(f"--data-raw {shlex.quote(text)}")
    return " \\\n  ".join(lines)


def params_of(call: Doc) -> Any:
    """Return what a call was given: a JSON body as it is, a form or a query as nested values."""
    body = call.get("request")
    if isinstance(body, dict | list):
        return body
    text = body if isinstance(body, str) and body else call.get("query")
    return nested(parse_qsl(text, keep_blank_values=True)) if isinstance(text, str) else {}


def nested(pairs: list[tuple[str, str]]) -> Doc:
    """Return a form's `a[b][0]=c` as `{"a": {"b": ["c"]}}`."""
    found: Doc = {}
    for key, value in pairs:
        parts = [each for each in re.split(r"\[|\]", key) if each] or [key]
        if key.endswith("[]"):
            parts.append("")
        at = found
        for part in parts[:-1]:
            inner = at.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            at = inner
        else:
            last = parts[-1] or str(len(at))
            seen = at.get(last)
            at[last] = value if seen is None else [*_listed(seen), value]
    return {name: _lists(value) for name, value in found.items()}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    told = {name: _lists(each) for name, each in value.items()}
    if told and all(name.isdecimal() for name in told):
        return [told[name] for name in sorted(told, key=int)]
    return told


STRIPE_VERBS = {("GET", False): "list", ("POST", False): "create", ("GET", True): "retrieve",
                ("POST", True): "update", ("DELETE", True): "delete"}  # fmt: skip
"""Source: https://docs.stripe.com/sdks (services of the client)"""
STRIPE_SERVICES = frozenset(
    ["accounts", "balance_transactions", "charges", "coupons", "credit_notes", "customers",
     "disputes", "events", "files", "invoice_items", "invoices", "payment_intents",
     "payment_links", "payment_methods", "payouts", "plans", "prices", "products",
     "promotion_codes", "refunds", "setup_intents", "subscription_items",
     "subscription_schedules", "subscriptions", "tax_rates", "transfers", "webhook_endpoints"]
)  # fmt: skip
STRIPE_DELETES = frozenset(
    ["accounts", "coupons", "customers", "invoice_items", "invoices", "plans", "products",
     "subscription_items", "webhook_endpoints"]
)  # fmt: skip
STRIPE_LACKS = {
    ("balance_transactions", "create"), ("balance_transactions", "update"),
    ("disputes", "create"), ("events", "create"), ("events", "update"), ("files", "update"),
}  # fmt: skip
"""What the client has no function for."""
STRIPE_ACTS = {
    "payment_intents": ("confirm", "capture", "cancel"),
    "setup_intents": ("confirm", "cancel"),
    "charges": ("capture",),
    "invoices": ("pay", "finalize_invoice", "void_invoice", "send_invoice"),
    "subscriptions": ("cancel", "resume"),
    "refunds": ("cancel",),
    "disputes": ("close",),
    "payment_methods": ("attach", "detach"),
}
_PATH_VERBS = {"finalize": "finalize_invoice", "void": "void_invoice", "send": "send_invoice"}


def _stripe(call: Doc) -> list[Snippet]:
    method, path, params = str(call.get("method")), str(call.get("path")), params_of(call)
    service, verb, id = _service(method, path)
    if service is None:
        python = f'client.raw_request("{method.lower()}", {_text(path)}{_kwargs(params, ", **")})'
        node = f"await stripe.rawRequest({_text(method)}, {_text(path)}, {_json(params)});"
        return [Snippet("Python", python), Snippet("Node", node)]
    given = ([_text(id)] if id else []) + ([_python(params)] if params else [])
    python = f"client.v1.{service}.{verb}({', '.join(given)})"
    given = ([_text(id)] if id else []) + ([_json(params)] if params else [])
    node_verb = {"delete": "del"}.get(verb, _camel(verb))
    node = f"await stripe.{_camel(service)}.{node_verb}({', '.join(given)});"
    return [Snippet("Python", python), Snippet("Node", node)]


def _service(method: str, path: str) -> tuple[str | None, str, str]:
    """Return the client's service, its verb and the id for a path; no service: there is none."""
    parts = path.strip("/").split("/")[1:]
    name = {"invoiceitems": "invoice_items"}.get(
        parts[0] if parts else "", parts[0] if parts else ""
    )
    if name not in STRIPE_SERVICES or len(parts) > 3:
        return None, "", ""
    if len(parts) == 3:
        verb = _PATH_VERBS.get(parts[2], parts[2]) if name == "invoices" else parts[2]
        known = verb in STRIPE_ACTS.get(name, ()) and method == "POST"
        return (name, verb, parts[1]) if known else (None, "", "")
    id = parts[1] if len(parts) == 2 else ""
    verb = STRIPE_VERBS.get((method, bool(id)), "")
    if name == "subscriptions" and method == "DELETE" and id:
        verb = "cancel"
    elif verb == "delete" and name not in STRIPE_DELETES:
        verb = ""
    if (name, verb) in STRIPE_LACKS:
        verb = ""
    return (name, verb, id) if verb else (None, "", "")


def _twilio(call: Doc) -> list[Snippet]:
    method, path, params = str(call.get("method")), str(call.get("path")), params_of(call)
    matched = re.fullmatch(r"/2010-04-01/Accounts/[^/]+/(Messages|Calls)\.json", path)
    if matched and method == "POST" and isinstance(params, dict):
        noun = matched[1].lower()
        words = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): v for name, v in params.items()}
        python = ", ".join(
            f"{'from_' if name == 'from' else name}={_python(value)}"
            for name, value in words.items()
        )
        camel = {name[:1].lower() + name[1:]: value for name, value in params.items()}
        return [
            Snippet("Python", f"client.{noun}.create({python})"),
            Snippet("Node", f"await client.{noun}.create({_json(camel)});"),
        ]
    part = "params" if method == "GET" else "data"
    uri = f'"https://api.twilio.com{path}"'
    python = f'client.request("{method}", {uri}, {part}={_python(params)})'
    node = (
        f"await client.request({{method: {_text(method)}, uri: {uri}, {part}: {_json(params)}}});"
    )
    return [Snippet("Python", python), Snippet("Node", node)]


RESEND = {
    ("POST", "/emails"): ("resend.Emails.send", "resend.emails.send"),
    ("POST", "/emails/batch"): ("resend.Batch.send", "resend.batch.send"),
    ("POST", "/domains"): ("resend.Domains.create", "resend.domains.create"),
    ("GET", "/domains"): ("resend.Domains.list", "resend.domains.list"),
    ("POST", "/webhooks"): ("resend.Webhooks.create", "resend.webhooks.create"),
    ("GET", "/webhooks"): ("resend.Webhooks.list", "resend.webhooks.list"),
    ("POST", "/api-keys"): ("resend.ApiKeys.create", "resend.apiKeys.create"),
    ("GET", "/api-keys"): ("resend.ApiKeys.list", "resend.apiKeys.list"),
}


def _resend(call: Doc) -> list[Snippet]:
    method, path, params = str(call.get("method")), str(call.get("path")), params_of(call)
    found = RESEND.get((method, path))
    email = re.fullmatch(r"/emails/([\w-]+)", path)
    if email and method == "GET":
        given = _text(email[1])
        return [
            Snippet("Python", f"resend.Emails.get({given})"),
            Snippet("Node", f"await resend.emails.get({given});"),
        ]
    if found is None:
        return []
    given = _python(params) if params else ""
    told = _json(_camels(params)) if params else ""
    return [
        Snippet("Python", f"{found[0]}({given})"),
        Snippet("Node", f"await {found[1]}({told});"),
    ]


def _camels(params: Any) -> Any:
    """Return a body's own names as Resend's Node SDK takes them; those within stay."""
    if isinstance(params, list):
        return [_camels(each) for each in params]
    return (
        {_camel(name): value for name, value in params.items()}
        if isinstance(params, dict)
        else params
    )


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each[:1].upper() + each[1:] for each in rest)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _kwargs(params: Any, lead: str) -> str:
    return f"{lead}{_python(params)}" if params else ""


def _python(value: Any, depth: int = 0) -> str:
    """Return a value as Python, a line a field where there are several."""
    pad, end = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict):
        if not value:
            return "{}"
        lines = (f"{pad}{name!r}: {_python(each, depth + 1)},\n" for name, each in value.items())
        return "{\n" + "".join(lines) + end + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_python(each, depth) for each in value) + "]"
    return _text(value) if isinstance(value, str) else repr(value)
