"""What the seeded account sells: a product with prices by the month, the week and the year."""

from dataclasses import dataclass

from mirra_mcp.local.mirrors.stripe.seeds.history import History


@dataclass(frozen=True)
class Prices:
    """The ids of the prices."""

    monthly: str
    yearly: str
    weekly: str
    seats: str


def lay_out(history: History) -> Prices:
    """Make the products and their prices, each with a lookup key."""
    pro = history.post("products", name="Pro", description="Everything, for one person.")["id"]
    team = history.post("products", name="Team", description="Everything, by the seat.")["id"]

    def price(product: str, key: str, amount: int, interval: str) -> str:
        made = history.post(
            "prices",
            product=product,
            currency="usd",
            unit_amount=amount,
            recurring={"interval": interval},
            lookup_key=key,
        )
        return str(made["id"])

    return Prices(
        monthly=price(pro, "pro_monthly", 2000, "month"),
        yearly=price(pro, "pro_yearly", 20000, "year"),
        weekly=price(pro, "pro_weekly", 700, "week"),
        seats=price(team, "team_seat_monthly", 1200, "month"),
    )
