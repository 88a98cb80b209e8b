"""Lookup's data packages: what each of them says of a line. Ours where only a carrier would know.

The same number always gets the same answer, until a story lets something happen to its line.

Source: https://www.twilio.com/docs/lookup/v2-api
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.lookup import carriers
from mirra_mcp.wire.model import Doc

UNSUPPORTED_COUNTRY = 60607
NEEDS_APPROVAL = 60601
NOT_ENABLED = 60606
NOT_ENOUGH = 60617
NOT_MOBILE = 60612

SIM_SWAP_COUNTRIES = frozenset(("FR", "DE", "IT", "NL", "ES", "GB", "BR", "CO", "CA", "US"))
"""Source: https://www.twilio.com/docs/lookup/v2-api/sim-swap"""
SIM_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
SIM_DAYS = 1500
SWAPPED_PERIOD = timedelta(hours=24)
"""Ours: what an account has agreed on with Twilio."""
NAMES = ("Sergio Suarez", "Dana Whitfield", "Priya Natarajan", "Owen Fletcher", "Mei Tanaka")
PERSONAL = {
    "first_name": "first_name_match",
    "last_name": "last_name_match",
    "address_line1": "address_lines_match",
    "city": "city_match",
    "state": "state_match",
    "postal_code": "postal_code_match",
    "address_country_code": "address_country_match",
    "national_id": "national_id_match",
    "date_of_birth": "date_of_birth_match",
}
"""What may be asked of an owner, and what answers it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A number, what is known of its line, and what the caller said of its owner."""

    e164: str
    country: str
    kind: str
    line: Doc
    given: Mapping[str, str]
    now: datetime

    @property
    def network(self) -> carriers.Carrier:
        """Who runs the line."""
        return carriers.network(self.e164, self.line["carrier_name"], self.kind)


def line_type_intelligence(asked: Asked) -> Doc:
    """Tell the kind of line and its carrier; Canada's need an approval that nobody has here.

    Source: https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence
    """
    if asked.country == "CA":
        names = ("mobile_country_code", "mobile_network_code", "carrier_name", "type")
        return dict.fromkeys(names) | {"error_code": NEEDS_APPROVAL}
    network = asked.network
    return {
        "mobile_country_code": network.mcc,
        "mobile_network_code": network.mnc,
        "carrier_name": network.name,
        "type": asked.kind,
        "error_code": None,
    }


def caller_name(asked: Asked) -> Doc:
    """Tell whose name calls show. Source: https://www.twilio.com/docs/lookup/v2-api/caller-name."""
    if asked.country != "US":
        return {"caller_name": None, "caller_type": None, "error_code": UNSUPPORTED_COUNTRY}
    name = NAMES[carriers.draw(f"name {asked.e164}", len(NAMES))]
    return {
        "caller_name": asked.line["caller_name"] or name,
        "caller_type": asked.line["caller_type"] or "CONSUMER",
        "error_code": None,
    }


def sim_swap(asked: Asked) -> Doc:
    """Tell when the SIM was changed; Canada's carriers stay unnamed.

    Source: https://www.twilio.com/docs/lookup/v2-api/sim-swap
    """
    nothing = dict.fromkeys(
        ("last_sim_swap", "carrier_name", "mobile_country_code", "mobile_network_code")
    )
    if asked.country not in SIM_SWAP_COUNTRIES:
        return nothing | {"error_code": UNSUPPORTED_COUNTRY}
    if asked.kind != "mobile":
        return nothing | {"error_code": NOT_MOBILE}
    days = carriers.draw(f"sim {asked.e164}", SIM_DAYS)
    text = asked.line["sim_swapped_at"]
    at = datetime.fromisoformat(text) if text else SIM_SINCE + timedelta(days=days)
    told: Doc = nothing | {
        "last_sim_swap": {
            "last_sim_swap_date": iso(at),
            "swapped_period": "PT24H",
            "swapped_in_period": asked.now - at < SWAPPED_PERIOD,
        },
        "error_code": None,
    }
    if asked.country != "CA":
        network = asked.network
        told["carrier_name"] = network.name
        told["mobile_country_code"], told["mobile_network_code"] = network.mcc, network.mnc
    return told


def call_forwarding(asked: Asked) -> Doc:
    """Tell whether calls are passed on; carriers of the United Kingdom only."""
    if asked.country != "GB":
        return {"call_forwarding_enabled": None, "error_code": UNSUPPORTED_COUNTRY}
    return {
        "call_forwarding_enabled": asked.line["call_forwarding_enabled"],
        "error_code": None,
    }


def line_status(asked: Asked) -> Doc:
    """Tell whether the line is in use."""
    if asked.kind != "mobile":
        return {"status": None, "error_code": NOT_MOBILE}
    return {"status": asked.line["status"], "error_code": None}


def identity_match(asked: Asked) -> Doc:
    """Compare what was given with the owner: with the owner that a story told of, if one did.

    Source: https://www.twilio.com/docs/lookup/v2-api/identity-match
    """
    told: Doc = dict.fromkeys(PERSONAL.values())
    given = {name: value for name, value in asked.given.items() if name in PERSONAL and value}
    if not given:
        return told | {
            "summary_score": None,
            "error_code": NOT_ENOUGH,
            "error_message": "Not Enough Request Parameters",
        }
    owner: Doc = asked.line["owner"]
    for name, value in given.items():
        told[PERSONAL[name]] = _match(value, owner.get(name) if owner else value)
    points = [POINTS[told[PERSONAL[name]]] for name in given]
    score = round(sum(points) / len(points) / 20) * 20
    return told | {"summary_score": score, "error_code": None, "error_message": None}


POINTS = {"exact_match": 100, "partial_match": 50, "no_match": 0, "no_data_available": 0}


def _match(given: str, known: str | None) -> str:
    if not known:
        return "no_data_available"
    mine, theirs = given.strip().casefold(), known.strip().casefold()
    if mine == theirs:
        return "exact_match"
    return "partial_match" if mine and (mine in theirs or theirs in mine) else "no_match"


def reassigned_number(asked: Asked) -> Doc:
    """Tell whether the number has a new owner since a day: numbers of the United States only.

    Source: https://www.twilio.com/docs/lookup/v2-api/reassigned-number
    """
    told: Doc = {"last_verified_date": None, "is_number_reassigned": None, "error_code": None}
    day = asked.given.get("last_verified_date", "")
    try:
        since = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return told | {"error_code": str(NOT_ENOUGH)}
    if asked.country != "US":
        return told | {"error_code": str(UNSUPPORTED_COUNTRY)}
    at = asked.line["reassigned_at"]
    is_new = bool(at) and datetime.fromisoformat(at) >= since
    told["last_verified_date"] = since.strftime("%Y-%m-%d")
    return told | {"is_number_reassigned": "yes" if is_new else "no"}


def sms_pumping_risk(asked: Asked) -> Doc:
    """Tell how likely somebody earns from texts to the number.

    Source: https://www.twilio.com/docs/lookup/v2-api/sms-pumping-risk
    """
    at, score = asked.line["blocked_at"], asked.line["sms_pumping_risk_score"]
    is_recent = bool(at) and asked.now - datetime.fromisoformat(at) < timedelta(days=90)
    if score is None:
        score = 100 if is_recent else carriers.draw(f"risk {asked.e164}", 15)
    category = "high" if score >= 75 else "moderate" if score >= 60 else "low"
    return {
        "carrier_risk_category": category,
        "number_blocked": is_recent,
        "number_blocked_date": at,
        "number_blocked_last_3_months": is_recent,
        "sms_pumping_risk_score": score,
        "error_code": None,
    }


def not_enabled(asked: Asked) -> Doc:
    """Tell that the account may not ask for this: it takes an approval of Twilio's."""
    return {"error_code": NOT_ENABLED}


PACKAGES: dict[str, Callable[[Asked], Doc]] = {
    "caller_name": caller_name,
    "sim_swap": sim_swap,
    "call_forwarding": call_forwarding,
    "line_status": line_status,
    "line_type_intelligence": line_type_intelligence,
    "identity_match": identity_match,
    "reassigned_number": reassigned_number,
    "sms_pumping_risk": sms_pumping_risk,
    "phone_number_quality_score": not_enabled,
    "pre_fill": not_enabled,
}
"""In the order in which a lookup shows them."""
