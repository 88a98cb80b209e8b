"""No parameter is taken that nothing reads: what a caller says has an effect, or is refused.

Each field of each form, nested ones too, must be named somewhere in its vendor's code besides the
form itself: as an attribute, a keyword or a text. `UNREAD` explains those that aren't.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from mirra_mcp.local.kit.routes import routes_of
from mirra_mcp.local.mirrors import MIRRORS
from tests.standing.project import ROOT

UNREAD: dict[str, dict[str, str]] = {
    "clerk": {
        "skip_legal_checks": "no consent is asked of anybody",
        "response_mode": "any but the one that there is is refused",
        "token_type_hint": "a hint, without which every kind of token is looked through",
    }
    | dict.fromkeys(("captcha_error", "captcha_token"), "nobody is taken for a bot")
    | dict.fromkeys(("intent", "tab_state", "timezone"), "told to Clerk's own watch over misuse")
    | dict.fromkeys(
        ("request_headers", "request_originating_ip", "suffixed_cookies"),
        "cookies are set under both names, whoever asks",
    ),
    "resend": {},
    "stripe": dict.fromkeys(
        (
            "additional_tos_acceptances",
            "address_kana",
            "address_kanji",
            "first_name_kana",
            "first_name_kanji",
            "full_name_aliases",
            "last_name_kana",
            "last_name_kanji",
            "maiden_name",
            "dynamic_tax_rates",
            "height",
            "require_live_capture",
            "weight",
            "width",
            "user_report",
        ),
        "kept and shown in the document as it was sent",
    )
    | dict.fromkeys(
        (
            "subscription_billing_cycle_anchor",
            "subscription_cancel_at",
            "subscription_cancel_at_period_end",
            "subscription_cancel_now",
            "subscription_default_tax_rates",
            "subscription_proration_behavior",
            "subscription_proration_date",
            "subscription_resume_at",
            "subscription_start_date",
            "subscription_trial_end",
            "subscription_trial_from_plan",
        ),
        "read without its prefix, as one of subscription_details",
    )
    | dict.fromkeys(
        (
            "alma",
            "billie",
            "bizum",
            "blik",
            "crypto",
            "mb_way",
            "pay_by_bank",
            "payco",
            "paynow",
            "paypay",
            "promptpay",
            "samsung_pay",
            "scalapay",
            "sequra",
            "sunbit",
        ),
        "read by a loop over all types of a payment method configuration",
    )
    | {
        "collection_options": "onboarding takes all that is due at once",
        "email_type": "no mail is sent",
    },
    "twilio": dict.fromkeys(
        (
            "additional_information",
            "age_gated_content",
            "business_city",
            "business_contact_email",
            "business_contact_first_name",
            "business_contact_last_name",
            "business_contact_phone",
            "business_country",
            "business_postal_code",
            "business_registration_authority",
            "business_registration_country",
            "business_registration_phone_number",
            "business_state_province_region",
            "business_street_address",
            "business_street_address2",
            "business_website",
            "doing_business_as",
            "help_message_sample",
            "message_volume",
            "notification_email",
            "opt_in_confirmation_message",
            "opt_in_image_urls",
            "opt_in_type",
            "production_message_sample",
            "use_case_categories",
            "use_case_summary",
        ),
        "kept and shown in the verification as it was sent",
    )
    | dict.fromkeys(
        (f"parameter{at}_{part}" for at in range(1, 100) for part in ("name", "value")),
        "read by its number",
    ),
}
"""By vendor and parameter: why nothing reads it."""


def forms(vendor: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Each endpoint of a mirror that takes a form, with the form."""
    for noun in MIRRORS[vendor].resources:
        for route in routes_of(noun, noun.plural):
            if route.params is not None:
                yield route.spec, route.params


def fields(form: type[BaseModel]) -> Iterator[str]:
    """Every name that a form takes, at whatever depth."""
    seen: set[type[BaseModel]] = set()
    waiting: list[type[BaseModel]] = [form]
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            yield name
            waiting += models(field.annotation)


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models(inner)


def read(folder: Path) -> set[str]:
    """Every name that the code in a folder mentions other than to declare it."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def unread(vendor: str) -> dict[str, list[str]]:
    """The parameters that nothing reads, each with the endpoints that take it."""
    known = read(ROOT / "mirra_mcp" / "local" / "mirrors" / vendor)
    known |= read(ROOT / "mirra_mcp" / "local" / "kit")
    found: dict[str, list[str]] = {}
    for spec, form in forms(vendor):
        for name in fields(form):
            if name not in known:
                found.setdefault(name, []).append(spec)
    return found


@pytest.mark.parametrize("vendor", MIRRORS)
def test_every_parameter_is_read_or_explained(vendor: str) -> None:
    found = unread(vendor)
    assert {name: specs for name, specs in found.items() if name not in UNREAD[vendor]} == {}
    assert UNREAD[vendor].keys() <= found.keys(), "an explanation is out of date"


def test_the_sweep_sees_what_it_looks_for(tmp_path: Path) -> None:
    """A guard that never fires guards nothing."""

    class Inner(BaseModel):
        depth: int = 0

    class Form(BaseModel):
        read_field: int = 0
        inner: list[Inner] | None = None

    code = 'def verb(form):\n    """Takes unread."""\n    return form.read_field, {"inner": 1}\n'
    (tmp_path / "noun.py").write_text(code, encoding="utf-8")
    assert set(fields(Form)) - read(tmp_path) == {"depth"}
