"""Emails that the tests send."""

from typing import Any

import resend

TESTER = "Acme <onboarding@resend.dev>"
"""May send from any account, to its owner and the test addresses."""
NOBODY = "00000000-0000-4000-8000-000000000000"


def letter(to: str | list[str] = "delivered@resend.dev", **fields: Any) -> Any:
    """Return the parameters of an email."""
    given = {"from": TESTER, "to": to, "subject": "Hello", "html": "<p>Hello!</p>"} | fields
    return {name: value for name, value in given.items() if value is not None}


def send(to: str | list[str] = "delivered@resend.dev", **fields: Any) -> str:
    """Send an email with the SDK and return its id."""
    return resend.Emails.send(letter(to, **fields))["id"]
