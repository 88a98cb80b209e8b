"""The waitlist. Source: https://clerk.com/docs/guides/secure/waitlist"""

from clerk_backend_api.models import CreateBulkWaitlistEntriesRequestBody as Entry
from clerk_backend_api.models import ListWaitlistEntriesQueryParamStatus as Status

from tests.local.mirrors.clerk.client import Account, error


def test_who_waits_is_invited_and_signs_up(account: Account) -> None:
    sdk = account.sdk.waitlist_entries
    account.simulate("waitlistEntry.created", email="Ann@example.com")
    (entry,) = sdk.list().data
    assert (entry.id[:4], entry.email_address, entry.status) == (
        "wle_",
        "ann@example.com",
        "pending",
    )
    again = sdk.create(request={"email_address": "ann@example.com"})
    assert again is not None
    assert again.id == entry.id
    invited = sdk.invite(waitlist_entry_id=entry.id)
    assert invited.status == "invited"
    assert invited.invitation is not None
    slugs = [data["slug"] for _, data in account.told("email.created")]
    assert slugs == ["waitlist_confirmation", "waitlist_invitation"]
    account.simulate("invitation.accepted")
    told = account.told("waitlistEntry.created", "waitlistEntry.updated")
    assert [(name, data["status"]) for name, data in told] == [
        ("waitlistEntry.created", "pending"),
        ("waitlistEntry.updated", "invited"),
        ("waitlistEntry.updated", "completed"),
    ]
    assert told[-1][1]["invitation"]["status"] == "accepted"


def test_who_is_rejected_can_be_invited_again(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/secure/waitlist"""
    sdk = account.sdk.waitlist_entries
    first, second = sdk.bulk_create(
        request=[Entry(email_address="a@example.com"), Entry(email_address="b@example.com")]
    )
    sdk.invite(waitlist_entry_id=first.id)
    rejected = sdk.reject(waitlist_entry_id=first.id)
    assert rejected.status == "rejected"
    assert account.state("invitations")[0]["status"] == "revoked"
    assert sdk.invite(waitlist_entry_id=first.id).status == "invited"
    assert [each.id for each in sdk.list(status=Status.PENDING).data] == [second.id]
    listed = sdk.list(order_by="-invited_at")
    assert [each.id for each in listed.data] == [first.id, second.id]
    assert sdk.list(query="B@").total_count == 1
    sdk.delete(waitlist_entry_id=second.id)
    assert sdk.list().total_count == 1


def test_what_was_decided_of_an_entry_is_told(account: Account) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    sdk = account.sdk.waitlist_entries
    entry = sdk.create(request={"email_address": "a@example.com"})
    assert entry is not None
    path = f"/v1/waitlist_entries/{entry.id}"

    def refused(method: str, verb: str) -> tuple[int, str]:
        status, body = account.call(method, path + verb, {} if verb else None)
        return status, error(body)[0]

    sdk.reject(waitlist_entry_id=entry.id)
    assert refused("POST", "/reject") == (409, "waitlist_entry_already_rejected")
    assert refused("DELETE", "") == (409, "waitlist_entry_already_rejected")
    sdk.invite(waitlist_entry_id=entry.id)
    assert refused("POST", "/invite") == (409, "waitlist_entry_already_invited")
    account.simulate("invitation.accepted")
    for verb in ("/invite", "/reject"):
        assert refused("POST", verb) == (409, "waitlist_entry_already_completed")
    status, body = account.call("POST", "/v1/waitlist_entries/wle_none/invite", {})
    assert (status, error(body)[0]) == (404, "resource_not_found")
    twice = [{"email_address": "b@example.com"}, {"email_address": "B@example.com"}]
    status, body = account.call("POST", "/v1/waitlist_entries/bulk", twice)
    assert (status, error(body)[0]) == (422, "form_param_duplicate")
    status, body = account.call("GET", "/v1/waitlist_entries?order_by=height")
    assert (status, error(body)[0]) == (422, "form_param_value_invalid")
    assert len(account.state("waitlist_entries")) == 1
