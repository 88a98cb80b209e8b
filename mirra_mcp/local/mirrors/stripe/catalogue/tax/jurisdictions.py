"""Who taxes what at which rate: the mirror's own small table, published in `docs/stripe.md`.

It is no tax advice and not Stripe's: one statewide rate for each state of the US, the standard rate
of each country, and few reduced rates. What Stripe Tax really finds depends on the street.

Source: https://docs.stripe.com/tax/supported-countries (who is there, and how each tax is called)
"""

from dataclasses import dataclass
from decimal import Decimal

SALES = (
    "AL 4 AZ 5.6 AR 6.5 CA 7.25 CO 2.9 CT 6.35 DC 6 FL 6 GA 4 HI 4 ID 6 IL 6.25 IN 7 IA 6 KS 6.5"
    " KY 6 LA 5 ME 5.5 MD 6 MA 6.25 MI 6 MN 6.875 MS 7 MO 4.225 NE 5.5 NV 6.85 NJ 6.625 NM 4.875"
    " NY 4 NC 4.75 ND 5 OH 5.75 OK 4.5 PA 6 RI 7 SC 6 SD 4.2 TN 7 TX 6.25 UT 4.85 VT 6 VA 5.3"
    " WA 6.5 WV 6 WI 5 WY 4"
)
VAT = (
    "AT 20 BE 21 BG 20 HR 25 CY 19 CZ 21 DK 25 EE 24 FI 25.5 FR 20 DE 19 GR 24 HU 27 IE 23 IT 22"
    " LV 21 LT 21 LU 17 MT 18 NL 21 PL 23 PT 23 RO 21 SK 23 SI 22 ES 21 SE 25"
)
ELSEWHERE = (
    "AE vat 5 AU gst 10 CH vat 8.1 CL vat 19 GB vat 20 IN gst 18 IS vat 24 JP jct 10 KR vat 10"
    " MX vat 16 MY service_tax 8 NO vat 25 NZ gst 15 SA vat 15 SG gst 9 TH vat 7 TR vat 20"
    " ZA vat 15"
)
CANADA = {
    "AB": "gst 5", "BC": "gst 5 pst 7", "MB": "gst 5 rst 7", "NB": "hst 15", "NL": "hst 15",
    "NS": "hst 14", "NT": "gst 5", "NU": "gst 5", "ON": "hst 13", "PE": "hst 15",
    "QC": "gst 5 qst 9.975", "SK": "gst 5 pst 6", "YT": "gst 5",
}  # fmt: skip


def _pairs(text: str) -> dict[str, Decimal]:
    words = text.split()
    return {name: Decimal(rate) for name, rate in zip(words[::2], words[1::2], strict=True)}


def _states(text: str) -> frozenset[str]:
    return frozenset(text.split())


STATES = _pairs(SALES)
EU = _pairs(VAT)
UNTAXED_STATES = ("AK", "DE", "MT", "NH", "OR")
"""States of the US without a sales tax."""
OTHERS = {
    country: (kind, Decimal(rate))
    for country, kind, rate in zip(*(iter(ELSEWHERE.split()),) * 3, strict=True)
}
NAMES = {
    "gst": "GST", "hst": "HST", "jct": "Consumption tax", "pst": "PST", "qst": "QST", "rst": "RST",
    "sales_tax": "Sales Tax", "service_tax": "Service tax", "vat": "VAT",
}  # fmt: skip

NONTAXABLE, GENERAL, GOODS = "txcd_00000000", "txcd_10000000", "txcd_99999999"
SERVICES, SHIPPING, SAAS = "txcd_20030000", "txcd_92010001", "txcd_10103001"
SAAS_PERSONAL, BOOKS = "txcd_10103000", "txcd_35010000"
CODES: dict[str, tuple[str, str]] = {
    NONTAXABLE: (
        "Nontaxable",
        "Any nontaxable good or service which can be used to ensure no tax is applied, even for"
        " jurisdictions that impose a tax.",
    ),
    GENERAL: (
        "General - Electronically Supplied Services",
        "Digital goods and services that are supplied over the internet with little or no human"
        " intervention.",
    ),
    SAAS_PERSONAL: (
        "Software as a service (SaaS) - personal use",
        "Software that runs on the seller's servers, for personal use.",
    ),
    SAAS: (
        "Software as a service (SaaS) - business use",
        "Software that runs on the seller's servers, for business use.",
    ),
    SERVICES: ("General - Services", "A service that no other code describes."),
    BOOKS: ("Books", "Printed books."),
    SHIPPING: ("Shipping", "Delivery of what is sold."),
    GOODS: ("General - Tangible Goods", "A thing that no other code describes."),
}
"""The codes of the mirror, a few of Stripe's hundreds.

Source: https://docs.stripe.com/tax/tax-codes
"""
FAMILIES = {"0": NONTAXABLE, "1": GENERAL, "2": SERVICES}
"""As what codes that the table lacks are taxed, by their first digit; the others as goods."""
IN_US: dict[str, frozenset[str]] = {
    SAAS: _states("CT DC HI NM NY OH PA RI SC SD TN TX UT WA WV"),
    SAAS_PERSONAL: _states("CT DC HI IA NM NY PA RI SC SD TN TX UT WA WV"),
    SERVICES: _states("HI NM SD WV"),
    SHIPPING: _states(
        "AR CT GA HI IN KS KY MI MN MS NC ND NE NJ NM NY OH PA RI SC SD TN TX VT WA WI WV"
    ),
}
"""Of codes that not every state of the US taxes: those that do."""
REDUCED: dict[tuple[str, str], Decimal] = {
    ("AT", BOOKS): Decimal(10),
    ("BE", BOOKS): Decimal(6),
    ("DE", BOOKS): Decimal(7),
    ("ES", BOOKS): Decimal(4),
    ("FR", BOOKS): Decimal("5.5"),
    ("GB", BOOKS): Decimal(0),
    ("IE", BOOKS): Decimal(0),
    ("IT", BOOKS): Decimal(4),
    ("NL", BOOKS): Decimal(9),
}


@dataclass(frozen=True)
class Place:
    """Where a customer or a shop is, as exactly as a tax needs to know."""

    country: str
    state: str | None = None
    source: str = "billing_address"


@dataclass(frozen=True)
class Tax:
    """One tax that a place imposes, at its standard rate for a kind of goods."""

    country: str
    state: str | None
    kind: str
    percentage: Decimal
    reason: str = "standard_rated"

    @property
    def level(self) -> str:
        """Who imposes it: the country, or its state."""
        return "state" if self.state else "country"

    @property
    def place(self) -> str:
        """The code of who imposes it."""
        return self.state or self.country

    @property
    def name(self) -> str:
        """What a bill calls it."""
        return NAMES[self.kind]


def knows(country: str) -> bool:
    """Tell whether the table has a country."""
    return country in ("US", "CA") or country in EU or country in OTHERS


def taxes_at(place: Place, code: str) -> list[Tax]:
    """List the taxes of a place on a kind of goods; each reason is what a registered shop finds."""
    country, state = place.country, place.state
    if code not in CODES:
        code = FAMILIES.get(code.removeprefix("txcd_")[:1], GOODS)
    if country == "US":
        if state in UNTAXED_STATES:
            return [Tax("US", state, "sales_tax", Decimal(0), "not_subject_to_tax")]
        rate = STATES.get(state or "", Decimal(0))
        exempt = state not in IN_US.get(code, STATES)
        found = [Tax("US", state, "sales_tax", rate, _reason(code, exempt=exempt))]
    elif country == "CA":
        words = CANADA.get(state or "", "gst 5").split()
        found = [
            Tax("CA", None if kind == "gst" else state, kind, Decimal(rate), _reason(code))
            for kind, rate in zip(words[::2], words[1::2], strict=True)
        ]
    elif country in EU or country in OTHERS:
        kind, rate = OTHERS.get(country) or ("vat", EU[country])
        reduced = REDUCED.get((country, code))
        reason = _reason(code)
        if reduced is not None and reason == "standard_rated":
            rate, reason = reduced, "reduced_rated" if reduced else "zero_rated"
        found = [Tax(country, None, kind, rate, reason)]
    else:
        found = [Tax(country, None, "vat", Decimal(0), "not_supported")]
    return found


def _reason(code: str, *, exempt: bool = False) -> str:
    return "product_exempt" if exempt or code == NONTAXABLE else "standard_rated"


def told() -> list[str]:
    """Tell the table, a line for each part of it."""
    canada = [f"{state} {'+'.join(words.split()[1::2])}" for state, words in CANADA.items()]
    others = [f"{country} {rate}" for country, (_, rate) in OTHERS.items()]
    books = [f"{country} {rate}" for (country, _), rate in REDUCED.items()]
    return [
        f"US, statewide: {_told(STATES)}; none: {', '.join(UNTAXED_STATES)}.",
        f"Canada, by province: {', '.join(canada)}.",
        f"EU: {_told(EU)}.",
        f"Elsewhere: {', '.join(others)}.",
        f"Books (`{BOOKS}`): {', '.join(books)}.",
        *(
            f"Taxed in few states of the US: {CODES[code][0]} (`{code}`) in"
            f" {', '.join(sorted(states))}."
            for code, states in IN_US.items()
        ),
    ]


def _told(rates: dict[str, Decimal]) -> str:
    return ", ".join(f"{name} {rate}" for name, rate in rates.items())
