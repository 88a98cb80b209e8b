"""An account in which there is at least one of everything."""

from tests.local.mirrors.stripe.account import Account


def crowd(account: Account) -> list[str]:
    """Make one of everything, and return the paths of what no list shows."""
    v1 = account.client.v1
    customer = v1.customers.create({"name": "Ada", "email": "ada@example.com"})
    return ["/v1/account", f"/v1/customers/{customer.id}"]
