"""Answers stay under 10,000 tokens, and say what was cut."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mirra_mcp.server.answers import LIMIT, fit, narrowed, size


def test_what_is_small_enough_stays_as_it_is() -> None:
    fitted = fit([{"a": "b" * 1_000}, [1, None, True]])

    assert fitted.items == [{"a": "b" * 1_000}, [1, None, True]]
    assert fitted.note("Narrow it.") is None


def test_long_texts_are_cut_first_and_the_note_says_so() -> None:
    fitted = fit([{"id": f"em_{n}", "html": "x" * 5_000} for n in range(8)])

    assert len(fitted.items) == 8
    assert fitted.items[0] == {"id": "em_0", "html": "x" * 2_000 + "… (+3000)"}
    assert fitted.note("Narrow it.") == (
        "Kept short: what ends in … (+n) is cut by so much. Narrow it."
    )


def test_then_items_are_left_out_from_the_end() -> None:
    fitted = fit([{"id": n, "text": "x" * 30} for n in range(1_000)])

    assert [item["id"] for item in fitted.items] == list(range(len(fitted.items)))
    assert fitted.missing == 1_000 - len(fitted.items)
    assert f"the last {fitted.missing} left out" in (fitted.note("") or "")


def test_long_lists_are_cut_as_texts_are() -> None:
    assert narrowed({"to": list(range(50))}, 40) == {"to": [*range(40), "… (+10)"]}
    assert narrowed({"to": ["x"] * 50}, 40) == {"to": [*["x"] * 40, "… (+10)"]}


def test_one_large_document_is_cut_where_it_is_large_and_says_so_there() -> None:
    page = {"data": [{"id": n, "text": "x" * 500} for n in range(60)], "has_more": False}
    fitted = fit([page])

    (shown,) = fitted.items
    assert size(shown) <= LIMIT
    assert shown["data"][0]["id"] == 0
    assert shown["data"][-1] == f"… (+{60 - len(shown['data']) + 1})"


def test_a_document_without_end_is_cut_all_the_same() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"inner": deep, "list": ["x" * 400] * 3}
    (shown,) = fit([deep]).items
    assert size(shown) <= LIMIT
    (shown,) = fit([{f"field {n}": {"a": "x" * 40} for n in range(5_000)}]).items
    assert size(shown) <= LIMIT
    assert shown["…"] == f"(+{5_000 - 40})"


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=200),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=20), inner),
)


@settings(deadline=None)
@given(st.lists(documents, max_size=50))
def test_whatever_fits_is_small_and_in_order(items: list[Any]) -> None:
    fitted = fit(items, limit=1_000)

    assert len(fitted.items) + fitted.missing == len(items)
    assert size(fitted.items) <= 1_000 or len(fitted.items) == 1
    assert size(fit(items).items) <= LIMIT
