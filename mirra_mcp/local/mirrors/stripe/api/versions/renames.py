"""What one version calls otherwise than another, where a kept document has only one of them.

Source: https://docs.stripe.com/changelog
"""

from collections.abc import Callable

from mirra_mcp.wire.model import Doc

OLDER_MODES = {"hosted_page": "hosted", "embedded_page": "embedded", "elements": "custom"}
BY_COUPON = ("2024-06-20", "acacia", "basil")
"""The families in which a discount names its coupon and nothing around it."""
NEWER_MODES = {old: new for new, old in OLDER_MODES.items()}


def discount(doc: Doc, family: str) -> Doc:
    """Name the coupon as the discount's source.

    Source: https://docs.stripe.com/changelog/clover/2025-09-30/add-discount-source-property
    """
    if family in BY_COUPON or doc.get("source") or "coupon" not in doc:
        return doc
    return {**doc, "source": {"coupon": _id(doc["coupon"]), "type": "coupon"}}


def promotion_code(doc: Doc, family: str) -> Doc:
    """Name the coupon as what the code promotes.

    Source: https://docs.stripe.com/changelog/clover/2025-09-30/polymorphic-coupon
    """
    if family in BY_COUPON or doc.get("promotion") or "coupon" not in doc:
        return doc
    return {**doc, "promotion": {"coupon": _id(doc["coupon"]), "type": "coupon"}}


def checkout_session(doc: Doc, family: str) -> Doc:
    """Call the modes of the page by their names of the time.

    Source: https://docs.stripe.com/changelog/dahlia/2026-03-25/updates-available-checkout-session-ui-modes
    """
    modes = NEWER_MODES if family in ("dahlia", "endive") else OLDER_MODES
    mode = doc.get("ui_mode")
    return {**doc, "ui_mode": modes[mode]} if mode in modes else doc


def dispute(doc: Doc, family: str) -> Doc:
    """Say how evidence was submitted. Source: https://docs.stripe.com/api/disputes/object"""
    details = doc.get("evidence_details")
    if not details or details.get("submission_method"):
        return doc
    method = "manual" if details.get("submission_count") else "not_submitted"
    return {**doc, "evidence_details": {**details, "submission_method": method}}


def subscription_schedule(doc: Doc, family: str) -> Doc:
    """Say that nothing is paused. Source: https://docs.stripe.com/api/subscription_schedules/object"""
    return doc if doc.get("pause_schedules") else {**doc, "pause_schedules": []}


def portal_configuration(doc: Doc, family: str) -> Doc:
    """Say that pausing isn't offered.

    Source: https://docs.stripe.com/api/customer_portal/configurations/object
    """
    features = doc.get("features")
    if not features or features.get("subscription_pause"):
        return doc
    pause = {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False}
    return {**doc, "features": {**features, "subscription_pause": pause}}


def _id(value: object) -> object:
    return value.get("id") if isinstance(value, dict) else value


RENAMES: dict[str, Callable[[Doc, str], Doc]] = {
    "billing_portal.configuration": portal_configuration,
    "checkout.session": checkout_session,
    "discount": discount,
    "dispute": dispute,
    "promotion_code": promotion_code,
    "subscription_schedule": subscription_schedule,
}
"""By object: how to make a kept document a family's own, before its fields are picked."""
