"""What accounts and persons are told: objects whose shape the tables hold, their leaves typed.

Source: https://docs.stripe.com/api/accounts/create and https://docs.stripe.com/api/persons/create
"""

from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

NUMBERS = {
    "amount", "date", "day", "delay_days", "estimated_worker_count", "month", "monthly_anchor",
    "monthly_payout_days", "percent_ownership", "year",
}  # fmt: skip
"""Leaves of an account's objects that are numbers."""
FLAGS = {
    "authorizer", "avs_failure", "cvc_failure", "debit_negative_balances", "default_for_currency",
    "director", "directors_provided", "enabled", "executive", "executives_provided",
    "legal_guardian", "owner", "owners_provided", "representative", "requested",
    "ownership_declaration_shown_and_signed", "tos_shown_and_accepted",
}  # fmt: skip
"""Leaves that are true or false."""


def _natural(value: Any, name: str = "") -> Any:
    """Read what a form holds as text into what each leaf of an account is."""
    if isinstance(value, dict):
        return {key: _natural(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_natural(each, name) for each in value]
    if value == "":
        return None
    if name in FLAGS and isinstance(value, str):
        if value.lower() not in ("true", "false", "0", "1"):
            raise PydanticCustomError("bool_parsing", "no boolean")
        return value.lower() in ("true", "1")
    if name in NUMBERS and isinstance(value, str) and value != "minimum":
        try:
            return float(value) if name == "percent_ownership" else int(value)
        except ValueError:
            raise PydanticCustomError("int_parsing", "no number") from None
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


Details = Annotated[dict[str, Any], BeforeValidator(_natural)]
"""An object whose shape `endpoints/tables` holds: its leaves typed."""
Flag = Annotated[bool, BeforeValidator(lambda value: _natural(value, "requested"))]
