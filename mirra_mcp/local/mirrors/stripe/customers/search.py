"""What customers can be searched by. Source: https://docs.stripe.com/search"""

from mirra_mcp.local.mirrors.stripe.api.lists.search import Field, Fields

CUSTOMERS: Fields = {
    "created": Field("number"),
    "email": Field("string"),
    "metadata": Field("metadata"),
    "name": Field("string"),
    "phone": Field("string"),
}
