"""What the descriptions of Stripe's parameters rule out of each other: `conditions.txt`."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.local.mirrors.stripe.client import Account

FILE = Path(__file__).with_name("conditions.txt")
REPEATED = re.compile(r"(\d+)\*\((.*?)\)(?=&|$)")
LETTERS = re.compile(r"\{(\d+)x\}")
FORM = {"content_type": "application/x-www-form-urlencoded"}


def rows(known: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Each endpoint, a form that it refuses, and the parameter that the refusal names."""
    forms: dict[str, str] = {}
    path = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("/"):
            path = line
        elif line.startswith("  "):
            form, _, param = line.strip().partition(" -> ")
            yield path.format(**known), written(form, forms, known), param
        elif " = " in line and not line.startswith("#"):
            name, _, form = line.partition(" = ")
            forms[name] = form


def written(form: str, forms: dict[str, str], known: dict[str, str]) -> str:
    """A form in full."""
    form = re.sub(r"\{([A-Z_]+)\}", lambda found: forms[found[1]], form)
    form = LETTERS.sub(lambda found: "x" * int(found[1]), form)
    form = REPEATED.sub(
        lambda found: "&".join(found[2].replace("#", str(n)) for n in range(int(found[1]))), form
    )
    return form.format(**known)


def furnished(account: Account) -> dict[str, str]:
    """Make what the forms name."""

    def made(path: str, form: str) -> str:
        answer = account.call("POST", path, form)
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    known: dict[str, str] = {}
    for name, card in (("customer", "card"), ("other", "othercard")):
        known[name] = made("/v1/customers", "email=a@example.com")
        attach = f"customer={known[name]}"
        known[card] = made("/v1/payment_methods/pm_card_visa/attach", attach)
        default = f"invoice_settings[default_payment_method]={known[card]}"
        made(f"/v1/customers/{known[name]}", default)
    known["product"] = made("/v1/products", "name=P")
    priced = f"product={known['product']}&currency=usd&unit_amount=2000"
    meter = made(
        "/v1/billing/meters", "display_name=m&event_name=m&default_aggregation[formula]=sum"
    )
    for name, recurring in (
        ("price", "&recurring[interval]=month"),
        ("weekly", "&recurring[interval]=week"),
        ("once", ""),
        (
            "metered",
            f"&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]={meter}",
        ),
    ):
        known[name] = made("/v1/prices", priced + recurring)
    subscribing = f"customer={known['customer']}&items[0][price]={known['price']}"
    known["sub"] = made("/v1/subscriptions", subscribing)
    known["item"] = account.fetch(f"/v1/subscriptions/{known['sub']}")["items"]["data"][0]["id"]
    invoice = account.fetch("/v1/invoices")["data"][0]
    known |= {"paid": invoice["id"], "line": invoice["lines"]["data"][0]["id"]}
    known["draft"] = made("/v1/invoices", f"customer={known['customer']}")
    paying = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa"
    held = f"{paying}&capture_method=manual&payment_method_types[]=card"
    known["captured"] = made("/v1/payment_intents", held)
    charged = "amount=1000&currency=usd&source=tok_visa&transfer_group=a"
    known["charge"] = made("/v1/charges", charged)
    known["cardsrc"] = made(f"/v1/customers/{known['customer']}/sources", "source=tok_visa")
    known["coupon"] = made("/v1/coupons", "percent_off=5&duration=once")
    known["limited"] = made(
        "/v1/coupons", "percent_off=5&duration=once&max_redemptions=5&redeem_by=1790000000"
    )
    code = f"promotion[type]=coupon&promotion[coupon]={known['coupon']}&code=TAKEN"
    made("/v1/promotion_codes", code)
    rate = "display_name=A&type=fixed_amount&fixed_amount[amount]=5&fixed_amount[currency]=usd"
    known["rate"] = made("/v1/shipping_rates", rate)
    return known


def test_what_the_descriptions_of_parameters_rule_out_is_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/api"""
    known = furnished(account)
    before = account.fetch("/v1/events?limit=100")["data"][0]["id"]
    wrong = []
    for path, form, param in rows(known):
        answer = account.call("POST", path, form)
        error = answer.json().get("error", {})
        if answer.status_code not in (400, 402) or (param and error.get("param") != param):
            wrong.append((path, form[-160:], param, answer.status_code, error.get("param")))
    assert wrong == []
    assert account.fetch("/v1/events?limit=100")["data"][0]["id"] == before, "something was made"
