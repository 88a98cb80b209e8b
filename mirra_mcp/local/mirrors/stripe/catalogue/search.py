"""What products and prices can be searched by. Source: https://docs.stripe.com/search"""

from mirra_mcp.local.mirrors.stripe.api.lists.search import Field, Fields

PRICES: Fields = {
    "active": Field("token"),
    "currency": Field("token"),
    "lookup_key": Field("string"),
    "metadata": Field("metadata"),
    "product": Field("string"),
    "type": Field("token"),
}

PRODUCTS: Fields = {
    "active": Field("token"),
    "description": Field("string"),
    "metadata": Field("metadata"),
    "name": Field("string"),
    "shippable": Field("token"),
    "url": Field("string"),
}
