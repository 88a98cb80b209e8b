"""What callers send to Stripe: typed forms, and Stripe's words for what is wrong with them."""

import re
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.params import Params, Problem
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.wire.model import Doc

LARGEST = 2**63 - 1
LAST = 253_402_300_799
"""The last second of the year 9999: beyond it there are no dates."""


def _unset(value: Any) -> Any:
    """Read empty text as null, at every level: Stripe's way to unset a field."""
    if isinstance(value, dict):
        return {key: None if each == "" else each for key, each in value.items()}
    return value


class Nested(BaseModel):
    """An object inside the parameters. `given()` tells what the caller really sent."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    @field_validator("*", mode="after")
    @classmethod
    def _is_bounded(cls, value: Any) -> Any:
        """Refuse numbers that no field of Stripe's can hold."""
        if value.__class__ is int and not -LARGEST <= value <= LARGEST:
            raise PydanticCustomError("int_parsing", "too large")
        return value

    @model_validator(mode="before")
    @classmethod
    def _read_empty_as_null(cls, value: Any) -> Any:
        return _unset(value)

    def given(self) -> Doc:
        """Return the fields that were sent, nested ones too."""
        return self.model_dump(exclude_unset=True, by_alias=True)


class StripeParams(Params, Nested):
    """The parameters of one endpoint. Every endpoint takes `expand`.

    A field that can be unset must allow None; a parameter that isn't declared here is refused as
    unknown, or with 501 where Stripe has it (see `endpoints/parameters.py`) and this mirror hasn't.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)

    expand: list[str] = Field(default=[], exclude=True)

    def given(self) -> Doc:
        """Return the fields that were sent, without `expand`."""
        names = self.model_fields_set & set(type(self).model_fields)
        return self.model_dump(include=names, exclude_unset=True, by_alias=True)


KEYS, KEY, VALUE = 50, 40, 500
"""How many metadata keys there may be, and how long keys and values."""


def _within_limits(metadata: dict[str, str | None] | None) -> dict[str, str | None] | None:
    """Refuse metadata that is too much. Source: https://docs.stripe.com/api/metadata"""
    for key, value in (metadata or {}).items():
        if len(key) > KEY:
            raise PydanticCustomError(
                "metadata",
                "Metadata keys can have up to {most} characters, but you passed in a key that is"
                " {length} characters. Invalid key: {text}",
                {"most": KEY, "length": len(key), "text": key},
            )
        if value is not None and len(value) > VALUE:
            raise PydanticCustomError(
                "metadata",
                "Metadata values can have up to {most} characters, but you passed in a value that"
                " is {length} characters. Invalid value: {text}",
                {"most": VALUE, "length": len(value), "text": value},
            )
    if metadata and len(metadata) > KEYS:
        raise PydanticCustomError(
            "metadata", "Metadata can have up to {most} keys.", {"most": KEYS}
        )
    return metadata


Metadata = Annotated[
    dict[str, str | None] | None, BeforeValidator(_unset), AfterValidator(_within_limits)
]
"""Key-value pairs; an empty value unsets a key, an empty whole unsets all.

Source: https://docs.stripe.com/api/metadata
"""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def _is_email(text: Any) -> Any:
    if isinstance(text, str) and not EMAIL.fullmatch(text):
        raise PydanticCustomError("email", "Invalid email address: {text}", {"text": text})
    return text


Email = Annotated[str, AfterValidator(_is_email)]
"""Source: https://docs.stripe.com/error-codes#email-invalid"""
COUNTRY = re.compile(r"[A-Za-z]{2}")


def _is_country(text: Any) -> Any:
    if isinstance(text, str) and not COUNTRY.fullmatch(text):
        raise PydanticCustomError("country", "{text}", {"text": text})
    return text


Country = Annotated[str, AfterValidator(_is_country)]
"""A country's two letters. Source: https://en.wikipedia.org/wiki/ISO_3166-1_alpha-2"""
Currency = Annotated[str, BeforeValidator(lambda text: str(text).lower())]


NO_DESCRIPTOR = re.compile(r"[<>\\\\\"'*]")


def _is_descriptor(text: Any) -> Any:
    if isinstance(text, str) and (bad := NO_DESCRIPTOR.search(text)):
        raise PydanticCustomError(
            "statement_descriptor",
            "The statement descriptor must not contain the character `{bad}`.",
            {"bad": bad[0]},
        )
    if isinstance(text, str) and not any(each.isalpha() for each in text):
        raise PydanticCustomError(
            "statement_descriptor", "The statement descriptor must contain at least one letter."
        )
    return text


Descriptor = Annotated[str, AfterValidator(_is_descriptor), Field(max_length=22)]
"""What a bank statement shows. Source: https://docs.stripe.com/get-started/account/statement-descriptors"""


BAD_DATE: Final = "Invalid timestamp: must be an integer Unix timestamp."


def _is_date(value: Any) -> Any:
    if value.__class__ is int and not 0 <= value <= LAST and abs(value) <= LARGEST:
        raise PydanticCustomError("timestamp", BAD_DATE)
    return value


Timestamp = Annotated[int, AfterValidator(_is_date)]
"""An instant in epoch seconds. Source: https://docs.stripe.com/api (timestamps)"""


def merged(old: dict[str, str], new: dict[str, str | None] | None) -> dict[str, str]:
    """Return metadata after an update."""
    if new is None:
        return {}
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def filled(given: Doc) -> Doc:
    """Return what was sent and isn't null; metadata without its null values."""
    sent = {name: value for name, value in given.items() if value is not None}
    if "metadata" in sent:
        sent["metadata"] = merged({}, sent["metadata"])
    return sent


class Created(Nested):
    """A range of creation times, in epoch seconds."""

    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None

    def holds(self, at: int) -> bool:
        """Tell whether an instant is inside the range."""
        return (
            (self.gt is None or at > self.gt)
            and (self.gte is None or at >= self.gte)
            and (self.lt is None or at < self.lt)
            and (self.lte is None or at <= self.lte)
        )


BOTH_CURSORS = "Received both starting_after and ending_before parameters. Please pass in only one."


class ListParams(StripeParams):
    """What every list takes. Source: https://docs.stripe.com/api/pagination"""

    limit: int = Field(default=10, ge=1, le=100)
    starting_after: str | None = None
    ending_before: str | None = None
    created: Created | int | None = None


def path_of(loc: tuple[str | int, ...]) -> str:
    """Write where a problem is as Stripe does: `items[0][price]`."""
    parts = [str(part) for part in loc if not str(part)[:1].isupper() and "[" not in str(part)]
    return parts[0] + "".join(f"[{part}]" for part in parts[1:]) if parts else ""


def refusal(problem: Problem) -> VendorError:
    """Put one problem into Stripe's words. Source: https://docs.stripe.com/error-codes"""
    param, kind, value = path_of(problem.loc), problem.type, problem.input
    match kind:
        case "missing":
            return errors.invalid(f"Missing required param: {param}.", param, "parameter_missing")
        case "extra_forbidden":  # what Stripe hasn't was refused before
            return errors.parameter_not_modelled(param)
        case "condition":
            name = problem.ctx["param"]
            return errors.invalid(problem.message, path_of((*problem.loc, name)) if name else None)
        case "condition_missing":
            param = path_of((*problem.loc, problem.ctx["param"]))
            return errors.invalid(f"Missing required param: {param}.", param, "parameter_missing")
        case "interval_count":
            return errors.invalid(problem.message, f"{param}[interval_count]")
        case "metadata" | "method_type" | "timestamp" | "statement_descriptor" | "places":
            return errors.invalid(problem.message, param)
        case "country":
            return errors.invalid(
                f"Country '{value}' is unknown. Try using a 2-character alphanumeric country code"
                " instead, such as 'US', 'EG', or 'GB'. A full list of country codes is available"
                " at https://en.wikipedia.org/wiki/ISO_3166-1_alpha-2#Officially_assigned_code_elements",
                param,
                "country_code_invalid",
            )
        case "email":
            return errors.invalid(problem.message, param, "email_invalid")
        case "literal_error" | "enum":
            expected = str(problem.ctx.get("expected", "")).replace("'", "")
            return errors.none_of(expected.replace(" or ", ", ").split(", "), param)
        case "string_too_long":
            return errors.too_long(str(value), int(problem.ctx["max_length"]), param)
        case _ if value is None or value == "":
            return errors.invalid(
                f"You passed an empty string for '{param}'. We assume empty values are an attempt"
                f" to unset a parameter; however '{param}' cannot be unset. You should remove"
                f" '{param}' from your request or supply a non-empty value.",
                param,
                "parameter_invalid_empty",
            )
        case "int_parsing" | "int_type" | "int_from_float":
            return errors.invalid(f"Invalid integer: {value}", param, "parameter_invalid_integer")
        case "float_parsing" | "float_type" | "decimal_parsing":
            return errors.invalid(f"Invalid decimal: {value}", param)
        case "bool_parsing" | "bool_type":
            return errors.invalid(f"Invalid boolean: {value}", param)
        case "greater_than_equal":
            least = problem.ctx.get("ge")
            return errors.invalid(
                f"This value must be greater than or equal to {least}.",
                param,
                "parameter_invalid_integer",
            )
        case "less_than_equal":
            return errors.invalid(
                f"This value must be less than or equal to {problem.ctx.get('le'):g}.",
                param,
                "parameter_invalid_integer",
            )
        case "list_type":
            return errors.invalid("Invalid array", param)
        case "model_type" | "dict_type" | "model_attributes_type":
            return errors.invalid("Invalid object", param)
        case "string_type":
            return errors.invalid(
                f"Invalid string: {value}", param, "parameter_invalid_string_empty"
            )
        case "too_long" | "too_short":
            most, least = problem.ctx.get("max_length"), problem.ctx.get("min_length")
            bound = f"at most {most}" if kind == "too_long" else f"at least {least}"
            return errors.invalid(f"Invalid array: must have {bound} elements", param)
        case "greater_than" | "less_than":
            limit = problem.ctx.get("gt", problem.ctx.get("lt"))
            word = "greater" if kind == "greater_than" else "less"
            return errors.invalid(f"This value must be {word} than {limit}.", param)
    return errors.invalid(f"Invalid {param}", param)
