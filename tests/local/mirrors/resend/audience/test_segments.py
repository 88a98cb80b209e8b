"""Segments and, under their former name, audiences.

Source: https://resend.com/docs/api-reference/segments/create-segment and recorded answers in
https://github.com/resend/resend-node
"""

import pytest
import resend
from resend.exceptions import ResendError

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_segment_is_created_read_renamed_and_deleted(account: Account) -> None:
    made = resend.Segments.create({"name": "Registered users"})
    id = made["id"]
    assert plain(made) == {"object": "segment", "id": id, "name": "Registered users"}
    assert plain(resend.Segments.get(id)) == {
        "object": "segment",
        "id": id,
        "name": "Registered users",
        "created_at": NOW,
    }
    assert plain(resend.Segments.update(id, {"name": "Members"})) == {
        "object": "segment",
        "id": id,
    }
    listed = {"id": id, "name": "Members", "created_at": NOW}
    assert plain(resend.Segments.list()) == {"object": "list", "has_more": False, "data": [listed]}
    assert plain(resend.Segments.remove(id)) == {"object": "segment", "id": id, "deleted": True}
    assert account.call("GET", f"/segments/{id}") == (
        404,
        refusal(404, "not_found", "Audience not found"),
    )


def test_an_audience_is_a_segment_under_its_former_name(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/audiences/create-audience"""
    status, made = account.call("POST", "/audiences", {"name": "Readers"})
    id = made["id"]
    assert (status, made) == (201, {"object": "audience", "id": id, "name": "Readers"})
    full = {"object": "audience", "id": id, "name": "Readers", "created_at": NOW}
    assert account.call("GET", f"/audiences/{id}") == (200, full)
    assert [each["id"] for each in resend.Segments.list()["data"]] == [id]
    assert [each["id"] for each in account.call("GET", "/audiences")[1]["data"]] == [id]
    gone = {"object": "audience", "id": id, "deleted": True}
    assert account.call("DELETE", f"/audiences/{id}") == (200, gone)


@pytest.mark.filterwarnings("ignore:Audiences is deprecated:DeprecationWarning")
def test_the_sdks_audiences_still_work(account: Account) -> None:
    made = resend.Audiences.create({"name": "Readers"})
    assert resend.Audiences.get(made["id"])["name"] == "Readers"
    assert [each["id"] for each in resend.Audiences.list()["data"]] == [made["id"]]
    assert resend.Audiences.remove(made["id"])["deleted"] is True


def test_deleting_a_segment_that_never_was_succeeds(account: Account) -> None:
    assert plain(resend.Segments.remove(NOBODY)) == {
        "object": "segment",
        "id": NOBODY,
        "deleted": True,
    }


def test_a_segment_needs_a_name(account: Account) -> None:
    assert account.call("POST", "/segments", {}) == (
        422,
        refusal(422, "missing_required_field", "Missing `name` field."),
    )


def test_a_segment_with_a_filter_is_not_mirrored(account: Account) -> None:
    status, body = account.call("POST", "/segments", {"name": "Pro", "filter": {"plan": "pro"}})
    assert (status, body["name"]) == (501, "not_implemented")
    assert account.state("segments") == []


def test_segments_are_listed_newest_first_and_paged_by_id(account: Account) -> None:
    ids = [resend.Segments.create({"name": f"Group {n}"})["id"] for n in range(3)][::-1]
    first = resend.Segments.list({"limit": 2})
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (ids[:2], True)
    rest = resend.Segments.list({"limit": 2, "after": ids[1]})
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == (ids[2:], False)
    back = resend.Segments.list({"limit": 2, "before": ids[2]})
    assert ([each["id"] for each in back["data"]], back["has_more"]) == (ids[:2], False)


def test_a_contact_joins_and_leaves_a_segment(account: Account) -> None:
    group = resend.Segments.create({"name": "Members"})["id"]
    contact = resend.Contacts.create({"email": "ada@example.com"})["id"]
    account.advance("1 hour")
    added = resend.Contacts.Segments.add({"email": "ada@example.com", "segment_id": group})
    membership = {
        "object": "contact_segment",
        "id": group,
        "contact_id": contact,
        "segment_id": group,
    }
    assert plain(added) == membership
    listed = resend.Contacts.Segments.list({"contact_id": contact})
    assert plain(listed) == {
        "object": "list",
        "has_more": False,
        "data": [{"id": group, "name": "Members", "created_at": "2026-05-04 13:00:00+00"}],
    }
    removed = resend.Contacts.Segments.remove({"contact_id": contact, "segment_id": group})
    assert plain(removed) == membership | {"deleted": True}
    assert resend.Contacts.Segments.list({"contact_id": contact})["data"] == []


def test_joining_a_segment_leaves_an_unsubscribed_contact_unsubscribed(account: Account) -> None:
    """Source: https://github.com/akhileshrangani4/teachanything/pull/392"""
    group = resend.Segments.create({"name": "Members"})["id"]
    resend.Contacts.create({"email": "ada@example.com", "unsubscribed": True})
    resend.Contacts.Segments.add({"email": "ada@example.com", "segment_id": group})
    assert resend.Contacts.get(email="ada@example.com")["unsubscribed"] is True


def test_an_unknown_contact_can_not_join(account: Account) -> None:
    """Source: https://github.com/akhileshrangani4/teachanything/pull/392"""
    group = resend.Segments.create({"name": "Members"})["id"]
    with pytest.raises(ResendError, match="Contact not found") as caught:
        resend.Contacts.Segments.add({"email": "nobody@example.com", "segment_id": group})
    assert (caught.value.code, caught.value.error_type) == (404, "not_found")


def test_a_deleted_segment_leaves_its_contacts_and_lists_none(account: Account) -> None:
    """Source: https://github.com/resend/resend-rust/blob/main/src/contacts.rs"""
    group = resend.Segments.create({"name": "Members"})["id"]
    made = resend.Contacts.create({"email": "ada@example.com", "segments": [{"id": group}]})
    resend.Segments.remove(group)
    assert resend.Contacts.list(segment_id=group)["data"] == []
    assert resend.Contacts.Segments.list({"contact_id": made["id"]})["data"] == []
    assert resend.Contacts.get(id=made["id"])["email"] == "ada@example.com"
