"""What a customer answers on Checkout's page, and what is missing of it.

Source: https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-customer_details
"""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import Email
from mirra_mcp.wire.model import Doc

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
EMAIL: TypeAdapter[str] = TypeAdapter(Email)


def answers_of(session: Doc, form: Mapping[str, str], known: str | None) -> Doc:
    """Return what a form says for the session, as its completion takes it.

    `known` is the e-mail address that isn't asked for.

    Raises:
        VendorError: something that the session asks for is missing, or can't be.
    """
    said: Doc = {"email": known or _email(form), "name": form.get("name") or None, "phone": None}
    if session["phone_number_collection"]["enabled"]:
        said["phone"] = _wanted(form, "phone", "phone number")
    if session["shipping_address_collection"] is not None:
        said["shipping"] = _shipping(session, form)
    address = address_of("billing", form)
    if session["billing_address_collection"] == "required":
        for name in ("line1", "city", "postal_code"):
            _wanted(form, f"billing_{name}", "billing address")
    said["address"] = address if address["country"] or address["postal_code"] else None
    said["custom_fields"] = _custom(session, form)
    consent = session["consent_collection"] or {}
    if consent.get("terms_of_service") == "required" and not form.get("terms"):
        raise _refused("Agree to the terms of service to go on.", "terms")
    if consent.get("promotions") == "auto":
        said["promotions"] = "opt_in" if form.get("promotions") else "opt_out"
    return said


def _email(form: Mapping[str, str]) -> str:
    found = as_email(_wanted(form, "email", "email"))
    if found is None:
        raise _refused("Your email is invalid.", "email")
    return found


def as_email(given: str) -> str | None:
    """Return an e-mail address, or None if what is given is none."""
    try:
        return EMAIL.validate_python(given)
    except ValidationError:
        return None


def _shipping(session: Doc, form: Mapping[str, str]) -> Doc:
    for name in ("name", "line1", "city", "postal_code"):
        _wanted(form, f"shipping_{name}", "shipping address")
    address = address_of("shipping", form)
    if address["country"] not in session["shipping_address_collection"]["allowed_countries"]:
        raise _refused("This shop doesn't deliver to that country.", "shipping_country")
    return {"address": address, "name": form["shipping_name"].strip()}


def address_of(prefix: str, form: Mapping[str, str]) -> Doc:
    """Return the address that the fields of a form make up."""
    return {name: form.get(f"{prefix}_{name}", "").strip() or None for name in ADDRESS}


def _custom(session: Doc, form: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to custom fields. Source: https://docs.stripe.com/payments/checkout/custom-components"""
    found = {}
    for field in session["custom_fields"]:
        key, kind, rules = field["key"], field["type"], field[field["type"]]
        name, title = f"custom_{key}", field["label"]["custom"]
        value = form.get(name, "").strip()
        if not value:
            if not field["optional"]:
                raise _refused(f"Fill in “{title}”.", name)
            continue
        if kind == "numeric" and not value.isdecimal():
            raise _refused(f"“{title}” takes digits only.", name)
        if kind == "dropdown" and value not in [each["value"] for each in rules["options"]]:
            raise _refused(f"Choose one of the options of “{title}”.", name)
        least, most = rules.get("minimum_length"), rules.get("maximum_length") or 255
        if kind != "dropdown" and not (least or 0) <= len(value) <= most:
            raise _refused(f"“{title}” must have from {least or 0} to {most} characters.", name)
        found[key] = value
    return found


def _wanted(form: Mapping[str, str], name: str, what: str) -> str:
    value = form.get(name, "").strip()
    if not value:
        raise _refused(f"Your {what} is incomplete.", name)
    return value


def _refused(said: str, field: str, **more: Any) -> VendorError:
    return errors.error(402, "validation_error", said, code="incomplete", param=field, **more)
