"""Products. Source: https://docs.stripe.com/api/products"""

import pytest

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_product_has_every_documented_field(account: Account, version: str) -> None:
    """Source: https://docs.stripe.com/api/products/object"""
    form = "name=T-shirt&images[]=https://a.io/1.png&marketing_features[0][name]=Soft&metadata[a]=1"
    id = account.call("POST", "/v1/products", form).json()["id"]
    shown = account.fetch(f"/v1/products/{id}", version)
    assert shown == {
        "id": id,
        "object": "product",
        "active": True,
        "created": NOW,
        "default_price": None,
        "description": None,
        "images": ["https://a.io/1.png"],
        "livemode": False,
        "marketing_features": [{"name": "Soft"}],
        "metadata": {"a": "1"},
        "name": "T-shirt",
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        **({"tax_details": None} if version == NEW and "tax_details" in shown else {}),
        "type": "service",
        "unit_label": None,
        "updated": NOW,
        "url": None,
    }
    assert id.startswith("prod_")


def test_a_product_comes_with_its_default_price(account: Account) -> None:
    """Source: https://docs.stripe.com/api/products/create#create_product-default_price_data"""
    made = account.client.v1.products.create(
        {
            "name": "Pro",
            "default_price_data": {
                "currency": "usd",
                "unit_amount": 1500,
                "recurring": {"interval": "month"},
            },
            "expand": ["default_price"],
        }
    )
    price = plain(made.default_price)
    assert (price["product"], price["unit_amount"], price["type"]) == (made.id, 1500, "recurring")
    assert account.types() == ["product.created", "plan.created", "price.created"]
    told = account.refused(400, "POST", f"/v1/prices/{price['id']}", {"active": "false"})
    assert told["message"] == (
        "This price cannot be archived because it is the default price of its product."
    )


def test_a_product_is_changed_and_its_change_told(account: Account) -> None:
    """Source: https://docs.stripe.com/api/products/update"""
    products = account.client.v1.products
    id = products.create({"name": "A", "description": "x"}).id
    account.advance("1 hour")
    changed = products.update(id, {"name": "B", "description": "", "images": ""})
    assert (changed.name, changed.description, changed.updated) == ("B", None, NOW + 3600)
    told = account.events("product.updated")[0]["data"]["previous_attributes"]
    assert told == {"description": "x", "name": "A", "updated": NOW}


def test_a_default_price_must_be_the_products_own(account: Account) -> None:
    """Source: https://docs.stripe.com/api/products/update#update_product-default_price

    Divergence: Stripe's wording of this refusal isn't published.
    """
    client = account.client.v1
    one, two = (client.products.create({"name": name}).id for name in "AB")
    price = client.prices.create({"product": one, "currency": "usd", "unit_amount": 1}).id
    assert client.products.update(one, {"default_price": price}).default_price == price
    told = account.refused(400, "POST", f"/v1/products/{two}", {"default_price": price})
    assert told["param"] == "default_price"


def test_a_product_with_prices_cannot_be_deleted(account: Account) -> None:
    """Source: https://docs.stripe.com/api/products/delete"""
    client = account.client.v1
    id = client.products.create({"name": "A"}).id
    price = client.prices.create({"product": id, "currency": "usd", "unit_amount": 1}).id
    told = account.refused(400, "DELETE", f"/v1/products/{id}")
    assert told["message"] == (
        "This product cannot be deleted because it has one or more user-created prices."
    )
    assert client.prices.retrieve(price).product == id
    free = client.products.create({"name": "B"}).id
    gone = {"id": free, "object": "product", "deleted": True}
    assert plain(client.products.delete(free)) == gone
    assert account.types()[-1] == "product.deleted"
    assert account.refused(404, "GET", f"/v1/products/{free}")["message"] == (
        f"No such product: '{free}'"
    )


def test_an_id_of_ones_own_is_taken_once(account: Account) -> None:
    """Source: https://docs.stripe.com/api/products/create#create_product-id"""
    assert account.client.v1.products.create({"name": "A", "id": "tee"}).id == "tee"
    told = account.refused(400, "POST", "/v1/products", "name=A&id=tee")
    assert told["code"] == "resource_already_exists"
    assert told["message"] == "Product already exists."


def test_products_are_listed_by_what_they_are(account: Account) -> None:
    """Source: https://docs.stripe.com/api/products/list"""
    products = account.client.v1.products
    one = products.create({"name": "A", "shippable": True, "url": "https://a.io"}).id
    two = products.create({"name": "B", "active": False}).id
    assert [each.id for each in products.list().data] == [two, one]
    assert [each.id for each in products.list({"active": False}).data] == [two]
    assert [each.id for each in products.list({"ids": [one]}).data] == [one]
    assert [each.id for each in products.list({"shippable": True}).data] == [one]
    assert [each.id for each in products.list({"url": "https://a.io"}).data] == [one]
