"""Which types of payment methods fit a payment: its currency, and whether it is saved.

Source: https://docs.stripe.com/payments/payment-methods/payment-method-support
"""

from collections.abc import Iterable
from typing import Final

from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import REDIRECTING

LISTED: Final = """
acss_debit cad usd
affirm cad usd
afterpay_clearpay aud cad gbp nzd usd
alipay aud cad cny eur gbp hkd jpy myr nzd sgd usd
alma eur
au_becs_debit aud
bacs_debit gbp
bancontact eur
billie eur gbp sek
bizum eur
blik pln
boleto brl
cashapp usd
crypto usd
customer_balance eur gbp jpy mxn usd
eps eur
fpx myr
giropay eur
grabpay myr sgd
ideal eur
kakao_pay krw
klarna aud cad chf czk dkk eur gbp nok nzd pln ron sek usd
konbini jpy
kr_card krw
mb_way eur
mobilepay dkk eur nok sek
multibanco eur
naver_pay krw
nz_bank_account nzd
oxxo mxn
p24 eur pln
pay_by_bank eur gbp
payco krw
paynow sgd
paypal aud cad chf czk dkk eur gbp hkd nok nzd pln sek sgd usd
paypay jpy
payto aud
pix brl
promptpay thb
revolut_pay chf czk dkk eur gbp huf nok pln ron sek usd
samsung_pay krw
satispay eur
scalapay eur
sepa_debit eur
sequra eur
sofort eur
sunbit usd
swish sek
twint chf
upi inr
us_bank_account usd
wechat_pay aud cad chf cny dkk eur gbp hkd jpy nok sek sgd usd
zip aud usd
"""
CURRENCIES: Final = {type: tuple(rest) for type, *rest in map(str.split, LISTED.split("\n")[1:-1])}
"""In which currencies a type is paid; those that aren't listed in any."""
SAVED: Final = (
    "acss_debit", "amazon_pay", "au_becs_debit", "bacs_debit", "bancontact", "boleto", "card",
    "cashapp", "ideal", "kakao_pay", "klarna", "kr_card", "link", "naver_pay", "nz_bank_account",
    "paypal", "payto", "pix", "revolut_pay", "satispay", "sepa_debit", "sofort", "twint", "upi",
    "us_bank_account",
)  # fmt: skip
"""Types that can be paid with again."""
IN_CARDS: Final = ("apple_pay", "cartes_bancaires", "google_pay", "jcb")
"""Settings that are about cards: no types of their own."""
CAPABILITIES: Final = {
    "apple_pay": ("card_payments",),
    "customer_balance": (
        "gb_bank_transfer_payments",
        "jp_bank_transfer_payments",
        "mx_bank_transfer_payments",
        "sepa_bank_transfer_payments",
        "us_bank_transfer_payments",
    ),
    "google_pay": ("card_payments",),
    "link": ("card_payments", "link_payments"),
    "us_bank_account": ("us_bank_account_ach_payments",),
}


def capabilities(type: str) -> tuple[str, ...]:
    """Return the capabilities of which a connected account needs one, to take a type."""
    return CAPABILITIES.get(type, (f"{type}_payments",))


def fitting(
    types: Iterable[str], *, currency: str | None, once: bool, redirects: bool, customer: bool
) -> list[str]:
    """Return the types that fit a payment, cards first."""
    found = [
        type
        for type in types
        if type not in IN_CARDS
        and (currency is None or currency in CURRENCIES.get(type, (currency,)))
        and (once or type in SAVED)
        and (redirects or type == "link" or type not in REDIRECTING)
        and (customer or type != "customer_balance")
    ]
    return sorted(found, key=lambda type: type != "card")
