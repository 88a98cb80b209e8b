"""What callers send about what goes on beside a call, and is told parameters of its own.

Source: https://www.twilio.com/docs/voice/api/stream-resource
"""

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, create_model

from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    NUMBER,
    URL,
    TwilioParams,
    Value,
    Values,
    any_of,
    some_of,
    whole,
)

TRACKS = ("inbound_track", "outbound_track", "both_tracks")
MOST_PARAMETERS = 99
CARD_TYPES = (
    "visa", "mastercard", "amex", "maestro", "discover", "optima", "jcb", "diners-club", "enroute",
)  # fmt: skip
CAPTURES = (
    "payment-card-number", "expiration-date", "security-code", "postal-code",
    "bank-routing-number", "bank-account-number",
)  # fmt: skip


class StreamFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/stream-resource#create-a-stream"""

    values: ClassVar[Values] = {"Track": any_of(*TRACKS)}

    url: str = ""
    name: str = ""
    track: str = "inbound_track"
    status_callback: str = ""
    status_callback_method: str = "POST"


class SiprecFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/siprec#create-a-siprec-resource"""

    values: ClassVar[Values] = {"Track": any_of(*TRACKS)}

    name: str = ""
    connector_name: str = ""
    track: str = "inbound_track"
    status_callback: str = ""
    status_callback_method: str = "POST"


class StopStream(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/stream-resource#stop-a-stream"""

    values: ClassVar[Values] = {"Status": any_of("stopped")}

    status: str = ""


def _matched(text: str) -> str | None:
    return some_of(*CAPTURES[:4]).problem(text.replace(",", " "))


class PaymentFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/payment-resource#create-a-payment-session"""

    values: ClassVar[Values] = {
        "BankAccountType": any_of("consumer-checking", "consumer-savings", "commercial-checking"),
        "ChargeAmount": NUMBER,
        "Confirmation": any_of("true", "false"),
        "Input": some_of("dtmf"),
        "MinPostalCodeLength": whole(1, 20),
        "PaymentMethod": any_of("credit-card", "ach-debit"),
        "PostalCode": FLAG,
        "RequireMatchingInputs": Value(_matched),
        "SecurityCode": FLAG,
        "StatusCallback": URL,
        "Timeout": whole(1, 600),
        "TokenType": any_of("one-time", "reusable", "payment-method"),
        "ValidCardTypes": some_of(*CARD_TYPES),
    }

    idempotency_key: str = ""
    status_callback: str = ""
    bank_account_type: str = "consumer-checking"
    charge_amount: str = ""
    currency: str = "usd"
    description: str = ""
    min_postal_code_length: int = 0
    payment_connector: str = "Default"
    payment_method: str = "credit-card"
    postal_code: bool = True
    security_code: bool = True
    timeout: int = 5
    token_type: str = "reusable"
    valid_card_types: str = "visa mastercard amex"


class PaymentSteps(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/payment-resource#update-a-payment-session"""

    values: ClassVar[Values] = {
        "Capture": any_of(*CAPTURES, *(f"{each}-matcher" for each in CAPTURES[:4])),
        "Status": any_of("complete", "cancel"),
        "StatusCallback": URL,
    }

    idempotency_key: str = ""
    status_callback: str = ""
    capture: str = ""
    status: str = ""


def numbered(base: type[TwilioParams]) -> Any:
    """Return a form that takes `Parameter1.Name`, `Parameter1.Value` and so on up to 99."""
    fields: dict[str, Any] = {
        f"parameter{number}_{part.lower()}": (str, Field("", alias=f"Parameter{number}.{part}"))
        for number in range(1, MOST_PARAMETERS + 1)
        for part in ("Name", "Value")
    }
    return create_model(f"{base.__name__}Numbered", __base__=base, **fields)


def parameters_of(params: TwilioParams) -> dict[str, str]:
    """Return the numbered parameters of a form: each name with its value."""
    found: dict[str, str] = {}
    for number in range(1, MOST_PARAMETERS + 1):
        if name := getattr(params, f"parameter{number}_name"):
            found[name] = getattr(params, f"parameter{number}_value")
    return found


if TYPE_CHECKING:
    StartStream = StreamFields
    StartSiprec = SiprecFields
else:
    StartStream = numbered(StreamFields)
    StartSiprec = numbered(SiprecFields)
