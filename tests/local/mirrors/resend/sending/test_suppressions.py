"""Addresses that Resend doesn't deliver to.

Source: https://resend.com/docs/api-reference/suppressions/add-suppression
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import NOBODY


def test_an_address_is_suppressed_found_and_released(account: Account) -> None:
    added = plain(resend.Suppressions.add({"email": "Alice@Example.com"}))
    id = added["id"]
    assert added == {"object": "suppression", "id": id}
    full = {
        "object": "suppression",
        "id": id,
        "email": "alice@example.com",
        "origin": "manual",
        "source_id": None,
        "created_at": NOW,
    }
    assert plain(resend.Suppressions.get(id)) == full
    assert plain(resend.Suppressions.get("alice@example.com")) == full
    del full["object"]
    assert plain(resend.Suppressions.list()) == {
        "object": "list",
        "has_more": False,
        "data": [full],
    }
    removed = plain(resend.Suppressions.remove("alice@example.com"))
    assert removed == {"object": "suppression", "id": id, "deleted": True}
    missing = refusal(404, "not_found", "Suppression not found")
    assert account.call("GET", f"/suppressions/{id}") == (404, missing)
    told = full | {"created_at": "2026-05-04T12:00:00.000Z"}
    assert account.told() == [("suppression.added", told), ("suppression.removed", told)]


def test_a_suppressed_address_stays_as_it_is(account: Account) -> None:
    first = resend.Suppressions.add({"email": "alice@example.com"})
    assert resend.Suppressions.add({"email": "ALICE@example.com"})["id"] == first["id"]
    assert len(account.told("suppression.added")) == 1


def test_a_list_is_narrowed_by_origin(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/suppressions/list-suppressions"""
    resend.Suppressions.add({"email": "alice@example.com"})
    account.simulate(event="suppression.added", email="bob@example.com", origin="bounce")
    [bounced] = resend.Suppressions.list({"origin": "bounce"})["data"]
    assert bounced["email"] == "bob@example.com"
    assert account.call("GET", "/suppressions?origin=dislike")[0] == 422


def test_many_addresses_are_suppressed_and_released_at_once(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/suppressions/add-suppressions"""
    emails = ["alice@example.com", "bob@example.com", "ALICE@example.com"]
    added = plain(resend.Suppressions.Batch.add({"emails": emails}))
    assert [each["object"] for each in added["data"]] == ["suppression", "suppression"]
    removed = plain(
        resend.Suppressions.Batch.remove({"emails": ["alice@example.com", "carol@example.com"]})
    )
    assert removed["data"] == [added["data"][0] | {"deleted": True}]
    ids = [added["data"][1]["id"], NOBODY]
    assert len(resend.Suppressions.Batch.remove({"ids": ids})["data"]) == 1
    assert resend.Suppressions.list()["data"] == []


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("", {}, "missing_required_field"),
        ("", {"email": "alice"}, "validation_error"),
        ("/batch/add", {"emails": []}, "validation_error"),
        ("/batch/add", {"emails": ["a@b.co"] * 101}, "validation_error"),
        ("/batch/remove", {}, "validation_error"),
        ("/batch/remove", {"emails": ["a@b.co"], "ids": [NOBODY]}, "validation_error"),
        ("/batch/remove", {"ids": ["alice"]}, "invalid_parameter"),
    ],
)
def test_what_is_no_address_is_refused(account: Account, path: str, body: Any, name: str) -> None:
    """Source: https://resend.com/docs/api-reference/suppressions/remove-suppressions"""
    status, told = account.call("POST", f"/suppressions{path}", body)
    assert (status, told["name"]) == (422, name)
