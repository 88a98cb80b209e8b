"""Imports of contacts from CSV.

Source: https://resend.com/docs/api-reference/contacts/create-contact-import
"""

import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal

CSV = (
    b"Email,First Name,Plan,Age\n"
    b"ada@example.com,Ada,pro,36\n"
    b"alan@example.com,Alan,,x\n"
    b"not an address,Nobody,pro,\n"
    b"grace@example.com,Grace,team,85\n"
)
COLUMNS = {
    "email": "Email",
    "first_name": "First Name",
    "properties": {"plan": {"column": "Plan"}, "age": {"column": "Age", "type": "number"}},
}


def test_a_file_becomes_contacts_in_the_background(account: Account) -> None:
    group = resend.Segments.create({"name": "Members"})["id"]
    topic = resend.Topics.create({"name": "News", "default_subscription": "opt_out"})["id"]
    resend.Contacts.create({"email": "grace@example.com", "first_name": "G."})
    before = len(account.told())
    made = resend.Contacts.Imports.create(
        {
            "file": CSV,
            "column_map": COLUMNS,
            "segments": [{"id": group}],
            "topics": [{"id": topic, "subscription": "opt_in"}],
        }
    )
    id = made["id"]
    assert plain(made) == {"object": "contact_import", "id": id}
    queued = {
        "object": "contact_import",
        "id": id,
        "status": "queued",
        "created_at": NOW,
        "completed_at": None,
    }
    assert plain(resend.Contacts.Imports.get(id)) == queued
    account.advance("1 second")
    assert resend.Contacts.Imports.get(id)["status"] == "in_progress"
    account.advance("1 second")
    done = queued | {
        "status": "completed",
        "completed_at": "2026-05-04 12:00:02+00",
        "counts": {"total": 4, "created": 1, "updated": 1, "skipped": 0, "failed": 2},
    }
    assert plain(resend.Contacts.Imports.get(id)) == done
    assert plain(resend.Contacts.Imports.list({"status": "completed"})) == {
        "object": "list",
        "has_more": False,
        "data": [done],
    }
    assert resend.Contacts.Imports.list({"status": "failed"})["data"] == []
    ada = resend.Contacts.get(email="ada@example.com")
    assert (ada["first_name"], ada["properties"]) == (
        "Ada",
        {"plan": {"value": "pro", "type": "string"}, "age": {"value": 36, "type": "number"}},
    )
    assert resend.Contacts.get(email="grace@example.com")["first_name"] == "Grace"
    assert len(resend.Contacts.list(segment_id=group)["data"]) == 2
    [choice] = resend.Contacts.Topics.list(email="ada@example.com")["data"]
    assert choice["subscription"] == "opt_in"
    assert len(account.told()) == before, "imports fire no webhooks"


def test_properties_of_an_import_are_defined_by_it(account: Account) -> None:
    """Source: https://resend.com/changelog/csv-contacts-import"""
    resend.Contacts.Imports.create({"file": CSV, "column_map": COLUMNS})
    account.advance("2 seconds")
    defined = {each["key"]: each["type"] for each in resend.ContactProperties.list()["data"]}
    assert defined == {"plan": "string", "age": "number"}


def test_existing_contacts_can_be_skipped(account: Account) -> None:
    resend.Contacts.create({"email": "ada@example.com", "first_name": "A."})
    id = resend.Contacts.Imports.create(
        {"file": b"email,first_name\nada@example.com,Ada\n", "on_conflict": "skip"}
    )["id"]
    account.advance("2 seconds")
    counts = resend.Contacts.Imports.get(id)["counts"]
    assert counts == {"total": 1, "created": 0, "updated": 0, "skipped": 1, "failed": 0}
    assert resend.Contacts.get(email="ada@example.com")["first_name"] == "A."


def test_columns_are_known_by_their_exact_names(account: Account) -> None:
    """Source: https://github.com/resend/resend-skills (contacts: CSV columns)"""
    files = {"file": ("contacts.csv", CSV, "text/csv")}
    answer = account.http.post("/contacts/imports", files=files)
    assert (answer.status_code, answer.json()) == (
        422,
        refusal(422, "validation_error", "CSV missing required email column"),
    )


def test_an_import_needs_a_file_and_readable_fields(account: Account) -> None:
    missing = refusal(422, "missing_required_field", "Missing `file` field.")
    assert account.call("POST", "/contacts/imports", {}) == (422, missing)
    for fields in ({"column_map": "{"}, {"segments": "5"}, {"on_conflict": "merge"}):
        files = {"file": ("contacts.csv", b"email\n", "text/csv")}
        answer = account.http.post("/contacts/imports", files=files, data=fields)
        assert (answer.status_code, answer.json()["name"]) == (422, "validation_error")
    assert account.state("contact_imports") == []


def test_an_unknown_import_is_not_found(account: Account) -> None:
    id = "00000000-0000-0000-0000-000000000000"
    assert account.call("GET", f"/contacts/imports/{id}")[0] == 404


def test_a_file_that_is_no_csv_fails(account: Account) -> None:
    """Source: https://github.com/resend/resend-openapi (ContactImport: `failed`)"""
    id = resend.Contacts.Imports.create({"file": b"email\n" + b"x" * 200_000 + b"@example.com\n"})[
        "id"
    ]
    account.advance("2 seconds")
    assert resend.Contacts.Imports.get(id)["status"] == "failed"
    garbage = {"file": ("contacts.csv", b"x" * 200_000, "text/csv")}
    assert account.http.post("/contacts/imports", files=garbage).status_code == 422
    assert account.state("contacts") == []
