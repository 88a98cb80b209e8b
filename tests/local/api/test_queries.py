"""SQL over the state of all mirrors of a session: our own extension."""

import json
from typing import Any

import anyio
import httpx
import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from mirra_mcp.local.kit.wildcards import glob, like
from tests.local.api.trio import Trio


@pytest.fixture(scope="module")
def trio(control: httpx.Client) -> Trio:
    seeds = {"stripe": "subscription-lifecycle", "resend": "transactional-busy"}
    return Trio(control, seeds=seeds)


def query(trio: Trio, sql: str, **more: Any) -> dict[str, Any]:
    return trio.ask("query", sql=sql, **more)


def rows(trio: Trio, sql: str, **more: Any) -> list[list[Any]]:
    return list(query(trio, sql, **more)["rows"])


def test_a_query_joins_what_no_single_call_shows(control: httpx.Client) -> None:
    """Customers with an open invoice to whom no mail went."""
    trio = Trio(control)
    unmailed = """
        SELECT c.email, i.status FROM stripe.customers c
        JOIN stripe.invoices i ON i.customer = c.id AND i.status = 'open'
        WHERE NOT EXISTS (SELECT 1 FROM resend.emails e, json_each(e."to") t
                          WHERE t.value = c.email)
        GROUP BY c.id"""
    assert rows(trio, unmailed) == [["alice@example.com", "open"]]
    trio.act("resend", "state/reset", seed="transactional-busy")
    domain = rows(trio, "SELECT name FROM resend.domains WHERE status = 'verified'")[0][0]
    sent = httpx.post(
        f"{trio.urls['resend']}/emails",
        json={"from": f"a@{domain}", "to": "alice@example.com", "subject": "Paid", "text": "!"},
        headers={"authorization": "Bearer re_mirra_full_access", "user-agent": "test"},
    )
    assert sent.status_code == 200, sent.text
    assert rows(trio, unmailed) == []


def test_documents_are_rows_with_their_fields_as_columns_and_themselves_as_json(trio: Trio) -> None:
    state = httpx.get(f"{trio.urls['stripe']}/_mirra/state?entity=charges").json()["state"]
    oldest = state["charges"][-1]
    found = query(trio, "SELECT * FROM stripe.charges ORDER BY rowid LIMIT 1")
    row = dict(zip(found["columns"], found["rows"][0], strict=True))
    assert (row["id"], row["amount"]) == (oldest["id"], oldest["amount"])
    assert (row["paid"], row["failure_code"], row["_account"]) == (1, None, None)
    whole, outcome = rows(trio, "SELECT doc, doc ->> '$.outcome.type' FROM stripe.charges")[0]
    assert json.loads(whole) == oldest
    assert outcome == oldest["outcome"]["type"]
    paid = [each for each in state["charges"] if each["paid"]]
    assert rows(trio, "SELECT count(*) FROM charges WHERE paid = true") == [[len(paid)]]


def test_documents_of_connected_accounts_are_rows_that_say_whose_they_are(
    control: httpx.Client,
) -> None:
    trio = Trio(control)
    client = stripe.StripeClient("sk_test_mirra_full", base_addresses={"api": trio.urls["stripe"]})
    account = client.v1.accounts.create({"type": "standard"}).id
    client.v1.customers.create({"email": "b@example.com"}, {"stripe_account": account})
    found = rows(trio, "SELECT email, _account FROM stripe.customers ORDER BY 2")
    assert found == [["alice@example.com", None], ["b@example.com", account]]
    changes = control.get(f"/v1/sessions/{trio.id}/changes", params={"entity": "customers"}).json()
    assert [each["account"] for each in changes["changes"]] == [account]


def test_a_query_looks_at_an_earlier_moment(control: httpx.Client) -> None:
    trio = Trio(control)
    kept = trio.ask("snapshot")["snapshotId"]
    trio.ask("clock", advance="70d")
    count = "SELECT count(*) FROM stripe.invoices"
    then, now = rows(trio, count, at=kept), rows(trio, count)
    assert then < now
    assert rows(trio, count, at=0) == then
    assert query(trio, count, at=0)["asOf"]["event"] == 0


def test_rows_and_bytes_of_an_answer_are_bounded(trio: Trio) -> None:
    found = query(trio, "SELECT id FROM resend.emails", limit=3)
    assert (len(found["rows"]), found["isCut"]) == (3, True)
    assert "isCut" in query(trio, "SELECT 1")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900) SELECT"
    wide = query(trio, f"{numbers} printf('%.*c', 50000, 'x') FROM n", limit=1000)
    assert (len(wide["rows"]), wide["isCut"]) == (21, True)


ENDLESS = [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "SELECT count(*) FROM resend.emails a, resend.emails b, resend.emails c, resend.emails d,"
    " resend.emails e, resend.emails f",
]


def test_an_endless_query_is_cut_and_holds_nobody_up(control: httpx.Client, trio: Trio) -> None:
    """It runs beside the loop: other calls of the same session are answered meanwhile."""

    async def both() -> tuple[list[httpx.Response], list[int]]:
        answers: list[httpx.Response] = []
        waited: list[int] = []
        headers = control.headers
        async with httpx.AsyncClient(verify=False, timeout=30) as client:

            async def ask(sql: str) -> None:
                url = f"{str(control.base_url).rstrip('/')}/v1/sessions/{trio.id}/query"
                answers.append(await client.post(url, json={"sql": sql}, headers=headers))

            async def others(scope: anyio.CancelScope) -> None:
                with scope:
                    while True:
                        await client.get(f"{trio.urls['stripe']}/_mirra/state?entity=charges")
                        waited.append(len(answers))

            scope = anyio.CancelScope()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(others, scope)
                async with anyio.create_task_group() as asking:
                    for sql in ENDLESS:
                        asking.start_soon(ask, sql)
                scope.cancel()
        return answers, waited

    answers, waited = anyio.run(both)
    for answer in answers:
        assert answer.status_code == 408
        assert answer.json()["error"]["message"] == "The query ran for 2 s and was cut."
    assert waited.count(0) > 5


REFUSED = [
    ("INSERT INTO stripe.customers VALUES (1)", "reads and changes nothing: INSERT"),
    ("  /* x */ -- y\n DELETE FROM stripe.customers", "changes nothing: DELETE"),
    ("UPDATE stripe.customers SET email = 'x' RETURNING *", "changes nothing: UPDATE"),
    ("WITH x AS (SELECT 1) INSERT INTO stripe.customers SELECT * FROM x", "nothing: INSERT"),
    ("WITH x AS (SELECT 1) DELETE FROM stripe.customers", "changes nothing: DELETE"),
    ("CREATE TABLE x (a)", "changes nothing: CREATE"),
    ("BEGIN", "changes nothing: BEGIN"),
    ("VACUUM INTO 'x.db'", "changes nothing: VACUUM"),
    ("ATTACH 'x.db' AS x", "sees the mirrors of its session and no other database"),
    ("PRAGMA table_info(customers)", "PRAGMA isn't run"),
    ("SELECT * FROM pragma_database_list", "reads the tables of mirrors"),
    ("SELECT * FROM dbstat", "reads the tables of mirrors"),
    ("EXPLAIN SELECT 1", "EXPLAIN isn't run"),
    ("SELECT 1; SELECT 2", "A query is one statement"),
    ("SELECT 1; DROP TABLE stripe.customers --", "A query is one statement"),
    ("SELECT ?", "has placeholders"),
    ("SELECT :id", "has placeholders"),
    ("SELECT load_extension('x')", "The function load_extension isn't there"),
    ("SELECT zeroblob(1000000000)", "The function zeroblob isn't there"),
    ("SELECT readfile('/etc/passwd')", "no such function: readfile"),
    ("SELECT replace(hex(printf('%.*c', 90000, 'a')), '6', '1234567')", "grows too large"),
    ("SELECT * FROM stripe.custmers", "no table stripe.custmers. Did you mean 'customers'?"),
    ("SELECT * FROM strype.customers", "no mirror 'strype'. Did you mean 'stripe'?"),
    ("SELECT * FROM custmers", "no table 'custmers'. Did you mean 'customers'?"),
    ("SELECT emial FROM stripe.customers", "no column 'emial'. Did you mean 'email'?"),
    ("SELECT c.emial FROM stripe.customers c", "no column 'c.emial'. Did you mean 'email'?"),
    ("SELECT from FROM resend.emails", "syntax error"),
    ("SELECT 'x", "unrecognized token"),
    ("SELECT * FROM", "incomplete input"),
    (f"SELECT {'(' * 900}1{')' * 900}", "parser stack overflow"),
    (f"SELECT 1{' UNION SELECT 1' * 500}", "too many terms"),
    (f"SELECT 1 FROM {', '.join(['stripe.customers'] * 70)}", "at most 64 tables"),
    ("show tables", "begins with SELECT or WITH, not with SHOW"),
    ("-- nothing", "There is no query"),
    ("SELECT '\0'", "holds a NUL character"),
]


@pytest.mark.parametrize(("sql", "said"), REFUSED, ids=[sql[:40] for sql, _ in REFUSED])
def test_what_is_no_bounded_reading_is_refused_in_a_sentence(
    trio: Trio, sql: str, said: str
) -> None:
    before = rows(trio, "SELECT count(*) FROM stripe.customers")
    body = json.dumps({"sql": sql})
    answer = trio.control.post(
        f"/v1/sessions/{trio.id}/query",
        content=body,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code in (400, 413)
    assert said in answer.json()["error"]["message"]
    assert rows(trio, "SELECT count(*) FROM stripe.customers") == before


def test_tables_can_be_listed_and_whole_sentences_of_sql_run(trio: Trio) -> None:
    listed = rows(trio, "SELECT name FROM twilio.sqlite_schema ORDER BY name", limit=1000)
    assert ["messages"] in listed
    assert rows(trio, "SELECT 1;") == [[1]]
    assert rows(trio, "VALUES (1, 'a'), (2, NULL)") == [[1, "a"], [2, None]]
    assert rows(trio, "SELECT 9e999, x'ff', CAST(x'ff' AS TEXT)") == [[None, "x'ff'", "�"]]
    ranked = "SELECT row_number() OVER (ORDER BY created) FROM stripe.charges LIMIT 2"
    assert rows(trio, ranked) == [[1], [2]]


def test_a_bare_name_that_several_mirrors_have_is_asked_back(control: httpx.Client) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Orders", "version": "1"},
        "paths": {
            "/charges": {
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": ORDER}}},
                    "responses": {"201": ANSWER},
                },
                "get": {"responses": {"200": ANSWER}},
            },
            "/charges/{id}": {"get": {"responses": {"200": ANSWER}}},
        },
    }
    made = control.post("/v1/mirrors", json={"name": "till", "document": document})
    assert made.status_code in (200, 201), made.text
    trio = Trio(control, mirrors=["till", "stripe"], seeds={})
    url = trio.urls["till"]
    httpx.post(f"{url}/charges", json={"sum": 5, "doc": "a"})
    answer = trio.ask("query", 400, sql="SELECT sum FROM charges")
    assert answer["error"]["hint"] == "Write till.charges or stripe.charges."
    assert rows(trio, "SELECT sum, doc, _doc ->> '$.sum' FROM till.charges") == [[5, "a", 5]]


ORDER = {"type": "object", "properties": {"sum": {"type": "integer"}, "doc": {"type": "string"}}}
ANSWER = {"description": "", "content": {"application/json": {"schema": ORDER}}}


# LIKE and GLOB are our own, so that no pattern can hold a thread up.


def test_a_pattern_with_many_wildcards_takes_no_longer_than_the_text(trio: Trio) -> None:
    text, pattern = "printf('%.*c', 90000, 'a')", f"'{'%a' * 40}%b'"
    assert rows(
        trio, f"SELECT {text} LIKE {pattern}, 'Ab' LIKE 'a_', 'A%' LIKE 'a!%' ESCAPE '!'"
    ) == [[0, 1, 1]]


@given(st.text("ab%_\n", max_size=8), st.text("abA\n", max_size=8))
def test_like_means_what_sqlite_means(pattern: str, text: str) -> None:
    """Source: https://sqlite.org/lang_expr.html#like"""
    assert like(pattern, text) == plain("SELECT ? LIKE ?", text, pattern)


@given(st.text("ab*?[]^-", max_size=8), st.text("ab]^-", max_size=6))
def test_glob_means_what_sqlite_means(pattern: str, text: str) -> None:
    """Source: https://sqlite.org/lang_expr.html#glob"""
    assert glob(pattern, text) == plain("SELECT ? GLOB ?", text, pattern)


def plain(sql: str, *values: str) -> int:
    import sqlite3

    with sqlite3.connect(":memory:") as db:
        found: int = db.execute(sql, values).fetchone()[0]
        return found
