"""Stripe's search query language. Source: https://docs.stripe.com/search"""

import pytest
import stripe

from mirra_mcp.local.mirrors.stripe.api.lists.search import parsed
from tests.local.mirrors.stripe.client import Account

UNREADABLE = (
    'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to'
    ' query for metadata or key:"value" to query for other fields.'
)


@pytest.fixture
def people(account: Account) -> dict[str, str]:
    """Three customers: their names by id."""
    rows: tuple[stripe.params.CustomerCreateParams, ...] = (
        {"name": "Amy Adams", "email": "amy@rocketrides.io", "metadata": {"tier": "gold"}},
        {"name": "Ben Amyrault", "email": "ben@rocketrides.io", "phone": "+1999"},
        {"name": 'The "Sky"', "metadata": {"tier": "Silver"}},
    )
    return {account.client.v1.customers.create(row).id: row["name"] for row in rows}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('email:"amy@rocketrides.io"', ["Amy Adams"]),
        ('email:"AMY@rocketrides.io"', ["Amy Adams"]),
        ("email:'amy@rocketrides.io'", ["Amy Adams"]),
        ('name:"amy"', ["Amy Adams"]),
        ('name:"adams amy"', []),
        ('name~"amy"', ["Amy Adams", "Ben Amyrault"]),
        ('-email:"amy@rocketrides.io"', ['The "Sky"', "Ben Amyrault"]),
        ('name:"the \\"sky\\""', ['The "Sky"']),
        ("metadata['tier']:'gold'", ["Amy Adams"]),
        ('metadata["tier"]:"silver"', ['The "Sky"']),
        ('-metadata["tier"]:null', ['The "Sky"', "Amy Adams"]),
        ('metadata["tier"]:null', ["Ben Amyrault"]),
        ("phone:null", ['The "Sky"', "Amy Adams"]),
        ('name~"amy" AND email~"ben@"', ["Ben Amyrault"]),
        ('name~"amy" email~"ben@"', ["Ben Amyrault"]),
        ('name:"amy" or name:"ben"', ["Amy Adams", "Ben Amyrault"]),
        ("created>0", ['The "Sky"', "Ben Amyrault", "Amy Adams"]),
        ('created<"1" OR phone:"+1999"', ["Ben Amyrault"]),
        ("created>=1777896000 AND created<=1777896000 AND phone:null", ['The "Sky"', "Amy Adams"]),
    ],
)
def test_a_query_finds_what_it_says(
    account: Account, people: dict[str, str], query: str, found: list[str]
) -> None:
    """Source: https://docs.stripe.com/search#search-syntax"""
    page = account.client.v1.customers.search({"query": query})
    assert sorted(each.name or "" for each in page.data) == sorted(found)


@pytest.mark.parametrize(
    "query",
    [
        "asdf",
        "email:amy",
        'email:"amy" AND',
        'email:"a" AND name:"b" OR name:"c"',
        "",
        'email:"x"name:"y"',
        '(email:"x")',
        "created:abc",
        " ".join(['name:"x"'] * 11),
    ],
)
def test_what_is_no_query_is_refused(account: Account, query: str) -> None:
    """Source: https://docs.stripe.com/search#query-structure-and-terminology"""
    told = account.refused(400, "GET", f"/v1/customers/search?query={query}")
    if query:
        assert told["message"] == UNREADABLE
    assert told["type"] == "invalid_request_error"


def test_a_query_is_required(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/search"""
    told = account.refused(400, "GET", "/v1/customers/search")
    assert told["message"] == "Missing required param: query."
    assert (told["code"], told["param"]) == ("parameter_missing", "query")


def test_a_field_that_is_not_searched_is_named_with_the_list_of_those_that_are(
    account: Account,
) -> None:
    """Source: https://docs.stripe.com/search#supported-query-fields-for-each-resource"""
    told = account.refused(400, "GET", '/v1/products/search?query=foo:"bar"')
    assert told["message"] == (
        "Field `foo` is an unsupported search field for resource `products`. See"
        " http://stripe.com/docs/search#query-fields-for-products for a list of supported fields."
    )


@pytest.mark.parametrize("query", ['name>"a"', 'created~"123"', 'email~"ab"'])
def test_an_operator_that_a_field_does_not_take_is_refused(account: Account, query: str) -> None:
    """Source: https://docs.stripe.com/search#field-types-substring-matching-and-numeric-comparators

    Divergence: Stripe's wording of these two refusals isn't published; ours says what it means.
    """
    told = account.refused(400, "GET", f"/v1/customers/search?query={query}")
    assert told["param"] == "query"


def test_results_come_in_pages_newest_first(account: Account) -> None:
    """Source: https://docs.stripe.com/api/pagination/search"""
    ids = [account.client.v1.customers.create({"name": f"Amy {n}"}).id for n in range(5)]
    account.client.v1.customers.create({"name": "Ben"})
    first = account.fetch('/v1/customers/search?query=name:"amy"&limit=2&expand[]=total_count')
    assert [each["id"] for each in first["data"]] == ids[:2:-1]
    assert first["object"] == "search_result"
    assert (first["has_more"], first["total_count"]) == (True, 5)
    assert first["url"] == "/v1/customers/search"
    second = account.fetch(
        f'/v1/customers/search?query=name:"amy"&limit=2&page={first["next_page"]}'
    )
    assert [each["id"] for each in second["data"]] == [ids[2], ids[1]]
    every = account.client.v1.customers.search({"query": 'name:"amy"', "limit": 2})
    assert [each.id for each in every.auto_paging_iter()] == ids[::-1]
    last = account.fetch('/v1/customers/search?query=name:"amy"')
    assert (last["has_more"], last["next_page"]) == (False, None)


def test_what_was_changed_or_deleted_is_found_no_more(account: Account) -> None:
    """Source: https://docs.stripe.com/search (our choice: fresh at once, unlike Stripe's minute)"""
    customers = account.client.v1.customers
    one = customers.create({"email": "amy@acme.com"}).id
    two = customers.create({"email": "amy@acme.com"}).id
    customers.update(one, {"email": "bea@acme.com"})
    customers.delete(two)
    assert customers.search({"query": 'email:"amy@acme.com"'}).data == []
    assert [each.id for each in customers.search({"query": 'email:"bea@acme.com"'}).data] == [one]


def test_prices_and_products_are_searched_by_their_own_fields(account: Account) -> None:
    """Source: https://docs.stripe.com/search#query-fields-for-prices"""
    client = account.client.v1
    shirt = client.products.create({"name": "T-shirt", "shippable": True, "url": "https://a.io/t"})
    client.products.create({"name": "Book", "active": False})
    price = client.prices.create(
        {"product": shirt.id, "currency": "usd", "unit_amount": 5, "lookup_key": "tee"}
    )
    for query in ('active:"true"', 'shippable:"true"', 'url~"a.io"', 'description:null name~"shi"'):
        assert [each.id for each in client.products.search({"query": query}).data] == [shirt.id]
    queries = ('lookup_key:"tee"', f'product:"{shirt.id}"', 'type:"one_time"', 'currency:"USD"')
    for query in queries:
        assert [each.id for each in client.prices.search({"query": query}).data] == [price.id]


def test_a_query_is_read_clause_by_clause() -> None:
    """Source: https://docs.stripe.com/search#search-syntax"""
    clauses, every = parsed('-metadata["a\\"b"]:null AND amount>=10')
    assert every
    assert [(each.name, each.key, each.operator, each.value) for each in clauses] == [
        ("metadata", 'a"b', ":", None),
        ("amount", None, ">=", "10"),
    ]
