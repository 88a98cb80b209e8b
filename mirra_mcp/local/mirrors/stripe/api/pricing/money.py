"""Money in the smallest unit of its currency: which units there are, and what may be charged.

Source: https://docs.stripe.com/currencies
"""

from mirra_mcp.local.mirrors.stripe.api import errors

WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
ZERO_DECIMAL = frozenset(WHOLE.split())
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})

LISTED = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd "
    "bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp "
    "gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf "
    "krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn "
    "nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr "
    "sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv "
    "wst xaf xcd xof xpf yer zar zmw usdc btn ghs eek lvl svc vef ltl sll mro usdb"
)
CURRENCIES: tuple[str, ...] = tuple(LISTED.split())
"""In the order in which Stripe's error lists them."""

MINIMUM = {
    "usd": 50,
    "aed": 200,
    "aud": 50,
    "bgn": 100,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
}
"""The least that can be charged. Source: https://docs.stripe.com/currencies (minimum amounts)"""
MAXIMUM = 99_999_999
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹", "brl": "R$"}
SYMBOLS |= {"aud": "A$", "cad": "CA$", "mxn": "MX$", "nzd": "NZ$", "hkd": "HK$"}

PERCENT, FIXED = 29, 30
"""The price of a domestic card payment in the US: 2.9% + 30¢, in thousandths and cents."""


def decimals(currency: str) -> int:
    """Return how many digits come after the point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def part_of(amount: int, part: int, whole: int) -> int:
    """Return as much of an amount as `part` is of `whole`, to the cent, halves up."""
    return (2 * amount * part + whole) // (2 * whole)


def show(amount: int, currency: str) -> str:
    """Write an amount as Stripe's errors do: `$10.99`, `¥500`, `10.99 chf`."""
    places = decimals(currency)
    number = f"{amount / 10**places:,.{places}f}"
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{number} {currency}"


def fee_of(amount: int, currency: str) -> int:
    """Return Stripe's fee on a card payment.

    Source: https://stripe.com/pricing (2.9% + 30¢ per successful card charge)
    """
    fixed = FIXED if decimals(currency) == 2 else FIXED * 10 ** (decimals(currency) - 2)
    return min(amount, (amount * PERCENT + 500) // 1000 + round(fixed))


def check_currency(currency: str, param: str = "currency") -> None:
    """Refuse what is no currency.

    Source: https://docs.stripe.com/currencies

    Raises:
        VendorError: Stripe doesn't know it.
    """
    if currency not in CURRENCIES:
        raise errors.invalid(
            f"Invalid currency: {currency}. Stripe currently supports these currencies:"
            f" {', '.join(CURRENCIES)}",
            param,
        )


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse what is too little or too much to charge.

    Source: https://docs.stripe.com/error-codes (amount_too_small, amount_too_large)

    Raises:
        VendorError: the amount is out of bounds for the currency.
    """
    check_currency(currency)
    least = MINIMUM.get(currency, 1)
    if amount < least:
        places = decimals(currency)
        symbol = SYMBOLS.get(currency, "")
        shown = f"{symbol}{least / 10**places:,.{places}f} {currency}"
        raise errors.invalid(f"Amount must be at least {shown}", param, "amount_too_small")
    if amount > MAXIMUM:
        raise errors.invalid(
            f"Amount must be no more than {show(MAXIMUM, currency)}", param, "amount_too_large"
        )
    if currency in THREE_DECIMAL and amount % 10:
        raise errors.invalid(
            f"Invalid amount: {currency.upper()} amounts must be evenly divisible by 10. Round the"
            " amount to the nearest ten.",
            param,
        )
