"""Emails that Resend doesn't take, each with its status, name and words.

Source: https://resend.com/docs/api-reference/errors
"""

from typing import Any

import pytest
import resend
from resend.exceptions import MissingRequiredFieldsError, ResendError

from tests.local.mirrors.resend.client import Account, refusal
from tests.local.mirrors.resend.sending.letters import letter

FORMAT = (
    "The email address needs to follow the `email@example.com` or "
    "`Name <email@example.com>` format."
)
TAGS = "Tags should only contain ASCII letters, numbers, underscores, or dashes."


@pytest.mark.parametrize("field", ["to", "subject", "from"])
def test_required_fields(account: Account, field: str) -> None:
    """Source: https://github.com/resend/resend-node (recorded answers)"""
    refused = refusal(422, "missing_required_field", f"Missing `{field}` field.")
    for absent in ({}, {field: None}):
        given = {name: value for name, value in letter().items() if name != field} | absent
        assert account.call("POST", "/emails", given) == (422, refused)


def test_an_email_says_something(account: Account) -> None:
    """Source: https://github.com/resend/resend-node (recorded answers)"""
    refused = refusal(422, "validation_error", "Missing `html` or `text` field.")
    assert account.call("POST", "/emails", letter(html=None)) == (422, refused)
    assert account.call("POST", "/emails", letter(html=None, text="Hello"))[0] == 200


@pytest.mark.parametrize("field", ["from", "to", "cc", "bcc", "reply_to"])
@pytest.mark.parametrize(
    "address",
    ["alice", "alice@", "@acme.com", "a b@acme.com", "Alice <alice>", "a@acme", "a@b@c.d"],
)
def test_addresses_have_a_format(account: Account, field: str, address: str) -> None:
    """Source: https://github.com/resend/resend-python/issues/65"""
    refused = refusal(422, "validation_error", f"Invalid `{field}` field. {FORMAT}")
    assert account.call("POST", "/emails", letter() | {field: address}) == (422, refused)


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("to", 7, "string"),
        ("cc", {"email": "a@b.co"}, "string"),
        ("subject", 7, "string"),
        ("html", ["<p>"], "string"),
        ("tags", "welcome", "array"),
        ("headers", "X-A: 1", "object"),
        ("attachments", "file", "array"),
    ],
)
def test_fields_have_types(account: Account, field: str, value: Any, kind: str) -> None:
    """Source: https://github.com/databasus/databasus/issues/91"""
    refused = refusal(422, "validation_error", f"The `{field}` field must be a `{kind}`.")
    assert account.call("POST", "/emails", letter() | {field: value}) == (422, refused)


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_an_email_has_at_most_50_recipients(account: Account, field: str) -> None:
    """Source: https://resend.com/docs/api-reference/emails/send-email (`to`)"""
    many = [f"delivered+{number}@resend.dev" for number in range(51)]
    assert account.call("POST", "/emails", letter() | {field: many[:50]})[0] == 200
    status, body = account.call("POST", "/emails", letter() | {field: many})
    assert (status, body["name"]) == (422, "validation_error")


@pytest.mark.parametrize(
    "tag",
    [
        {"name": "my tag", "value": "x"},
        {"name": "category", "value": "é"},
        {"name": "", "value": "x"},
        {"name": "n" * 257, "value": "x"},
        {"name": "category", "value": "v" * 257},
    ],
)
def test_tags_are_plain(account: Account, tag: dict[str, str]) -> None:
    """Source: https://resend.com/docs/dashboard/emails/tags"""
    refused = (422, refusal(422, "validation_error", TAGS))
    assert account.call("POST", "/emails", letter(tags=[tag])) == refused


def test_an_email_has_at_most_75_tags(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/tags"""
    tags = [{"name": f"tag{number}", "value": "x"} for number in range(76)]
    assert account.call("POST", "/emails", letter(tags=tags[:75]))[0] == 200
    assert account.call("POST", "/emails", letter(tags=tags))[0] == 422


def test_an_attachment_has_content_or_a_path(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    words = "Attachment must have either a `content` or `path`."
    given = letter(attachments=[{"filename": "a.txt"}])
    assert account.call("POST", "/emails", given) == (
        422,
        refusal(422, "invalid_attachment", words),
    )


def test_attachments_have_at_most_40_mb(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/attachments"""
    half = {"filename": "a.bin", "content": "QUFB" * (5 * 1024 * 1024 + 1)}
    status, body = account.call("POST", "/emails", letter(attachments=[half, half]))
    assert (status, body["name"]) == (422, "validation_error")
    assert account.call("POST", "/emails", letter(attachments=[half]))[0] == 200


def test_unknown_fields_are_ignored(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/introduction"""
    assert account.call("POST", "/emails", letter(colour="blue"))[0] == 200


def test_a_refused_email_leaves_nothing(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    assert account.call("POST", "/emails", letter("nobody"))[0] == 422
    assert resend.Emails.list()["data"] == []
    assert account.told() == []


def test_the_sdk_raises_its_own_errors(account: Account) -> None:
    """Source: https://github.com/resend/resend-python/blob/main/resend/exceptions.py"""
    with pytest.raises(MissingRequiredFieldsError, match="Missing `to` field") as missing:
        resend.Emails.send(letter(to=[]))
    assert (missing.value.code, missing.value.error_type) == (422, "missing_required_field")
    with pytest.raises(resend.exceptions.ValidationError, match="Invalid `from` field"):
        resend.Emails.send(letter() | {"from": "nobody"})
    with pytest.raises(ResendError) as unknown:
        resend.Emails.get("none")
    assert unknown.value.error_type == "invalid_parameter"


def test_a_body_that_is_no_json_is_refused(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors (the words are ours)"""
    answer = account.http.post("/emails", content=b"{", headers={"content-type": "text/json"})
    assert (answer.status_code, answer.json()["name"]) == (400, "validation_error")
    bodies: tuple[Any, ...] = ([], "hello", 7)
    for body in bodies:
        status, told = account.call("POST", "/emails", body)
        assert (status, told["name"]) == (422, "validation_error"), body
