"""What invoices and subscriptions can be searched by. Source: https://docs.stripe.com/search"""

from mirra_mcp.local.mirrors.stripe.api.lists.search import Field, Fields

INVOICES: Fields = {
    "created": Field("number"),
    "currency": Field("token"),
    "customer": Field("token", indexed=True),
    "metadata": Field("metadata"),
    "number": Field("string"),
    "receipt_number": Field("string"),
    "status": Field("string"),
    "subscription": Field("string"),
    "total": Field("number"),
}

SUBSCRIPTIONS: Fields = {
    "created": Field("number"),
    "metadata": Field("metadata"),
    "status": Field("token"),
}
