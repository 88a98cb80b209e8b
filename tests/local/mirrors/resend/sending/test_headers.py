"""What becomes a header of an email: its subject, addresses and own headers.

Source: https://resend.com/docs/api-reference/emails/send-email
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import Account, refusal
from tests.local.mirrors.resend.sending.letters import letter, send

FORMAT = (
    "The email address needs to follow the `email@example.com` or "
    "`Name <email@example.com>` format."
)
LINE = refusal(422, "validation_error", r"The `\n` is not allowed in the `subject` field.")


def test_a_subject_is_one_line(account: Account) -> None:
    """Source: https://github.com/triggerdotdev/trigger.dev/issues/1745"""
    broken = letter(subject="a\nb")
    assert account.call("POST", "/emails", broken) == (422, LINE)
    assert account.call("POST", "/emails/batch", [letter(), broken]) == (422, LINE)
    status, told = account.call("POST", "/emails", letter(subject="a\rb"))
    assert (status, told["message"]) == (422, r"The `\r` is not allowed in the `subject` field.")
    group = resend.Segments.create({"name": "VIP"})["id"]
    broadcast: Any = {"from": "hi@acme.com", "segment_id": group, "subject": "a\nb", "html": "x"}
    assert account.call("POST", "/broadcasts", broadcast) == (422, LINE)
    template = {"name": "T", "html": "x", "subject": "a\nb"}
    assert account.call("POST", "/templates", template) == (422, LINE)
    assert account.state("emails") == account.state("broadcasts") == []


def test_a_variable_does_not_break_the_subject(account: Account) -> None:
    """Source: https://github.com/triggerdotdev/trigger.dev/issues/1745"""
    id = resend.Templates.create(
        {
            "name": "T",
            "html": "x",
            "subject": "Hello {{{WHO}}}",
            "variables": [{"key": "WHO", "type": "string", "fallback_value": "you"}],
        }
    )["id"]
    resend.Templates.publish(id)
    given = letter(html=None, subject=None, template={"id": id, "variables": {"WHO": "a\nb"}})
    assert account.call("POST", "/emails", given) == (422, LINE)
    assert account.call("POST", "/emails", given | {"template": {"id": id}})[0] == 200


@pytest.mark.parametrize("field", ["from", "to", "cc", "bcc", "reply_to"])
@pytest.mark.parametrize(
    "address",
    [
        "Ada\r\nBcc: x@y.com <delivered@resend.dev>",
        "Ada\n<delivered@resend.dev>",
        "delivered@resend.dev\n",
        "Ada, VP <delivered@resend.dev>",
        '"Ada <delivered@resend.dev>',
        'A"da <delivered@resend.dev>',
    ],
)
def test_an_address_is_one_line_and_one_person(account: Account, field: str, address: str) -> None:
    """Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.4

    Divergence: That Resend refuses an unquoted comma or a lone quote follows from the grammar.
    """
    refused = refusal(422, "validation_error", f"Invalid `{field}` field. {FORMAT}")
    assert account.call("POST", "/emails", letter() | {field: address}) == (422, refused)


@pytest.mark.parametrize(
    "name", ['"Ada, VP"', '"Ada \\"Countess\\" L."', "Ada L.", "Zoë (Acme)", "ada@acme.com", "测试"]
)
def test_a_name_may_be_quoted(account: Account, name: str) -> None:
    """Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.4"""
    sender = f"{name} <onboarding@resend.dev>"
    assert resend.Emails.get(send(**{"from": sender}))["from"] == sender


@pytest.mark.parametrize(
    "headers",
    [{"X-A": "1\r\nBcc: x@y.com"}, {"X-A\nBcc": "1"}, {"X A": "1"}, {"X:A": "1"}, {"": "1"}],
)
def test_a_header_of_its_own_stays_one_header(account: Account, headers: dict[str, str]) -> None:
    """Source: https://www.rfc-editor.org/rfc/rfc5322#section-2.2

    Divergence: The words of the refusal are ours.
    """
    status, told = account.call("POST", "/emails", letter(headers=headers))
    assert (status, told["name"]) == (422, "validation_error")
    assert "`headers`" in told["message"]
    assert account.state("emails") == []
