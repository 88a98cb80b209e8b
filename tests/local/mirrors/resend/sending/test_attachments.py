"""Files of sent emails.

Source: https://resend.com/docs/dashboard/emails/attachments
"""

from base64 import b64encode
from typing import Any

import httpx
import pytest
import resend

from tests.local.mirrors.resend.client import Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import NOBODY, letter, send

INVOICE = b64encode(b"%PDF-1.7").decode()


def test_an_attachment_is_listed_described_and_downloaded(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/attachments/list-sent-email-attachments"""
    id = send(attachments=[{"filename": "invoice.pdf", "content": INVOICE}])
    listed = plain(resend.Emails.Attachments.list(id))
    [file] = listed["data"]
    assert (listed["object"], listed["has_more"]) == ("list", False)
    assert file == {
        "id": file["id"],
        "filename": "invoice.pdf",
        "size": 8,
        "content_type": "application/pdf",
        "content_disposition": "attachment",
        "content_id": None,
        "download_url": file["download_url"],
        "expires_at": "2026-05-04T13:00:00.000Z",
    }
    one = plain(resend.Emails.Attachments.get(id, file["id"]))
    assert one == {"object": "attachment"} | file
    found = httpx.get(file["download_url"])
    assert (found.content, found.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")


def test_an_inline_image_has_a_content_id(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/embed-inline-images"""
    given = {"filename": "logo.png", "content": INVOICE, "content_id": "logo"}
    id = send(attachments=[given | {"content_type": "image/webp"}])
    [file] = resend.Emails.Attachments.list(id)["data"]
    assert (file["content_id"], file["content_disposition"]) == ("logo", "inline")
    assert file["content_type"] == "image/webp"


def test_a_type_that_no_header_can_hold_breaks_no_download(account: Account) -> None:
    """Our choice: Resend doesn't say. What can't stand in a header is left out of it."""
    odd = "text/x\r\nset-cookie: a=\x00ö—"
    id = send(attachments=[{"filename": "a", "content": "QQ==", "content_type": odd}])
    [file] = resend.Emails.Attachments.list(id)["data"]
    found = httpx.get(file["download_url"])
    assert (found.status_code, found.content, file["content_type"]) == (200, b"A", odd)
    assert found.headers["content-type"] == "text/x  set-cookie: a= ö?"
    assert "set-cookie" not in found.headers


@pytest.mark.parametrize(
    "content", [INVOICE, list(b"%PDF-1.7"), {"type": "Buffer", "data": list(b"%PDF-1.7")}]
)
def test_content_is_base64_or_bytes(account: Account, content: object) -> None:
    """Source: https://github.com/resend/resend-python/blob/main/examples/with_attachments.py"""
    id = send(attachments=[{"filename": "invoice.pdf", "content": content}])
    [file] = resend.Emails.Attachments.list(id)["data"]
    assert file["size"] == 8


def test_a_file_given_by_its_address_is_not_fetched(account: Account) -> None:
    """Resend fetches it; a mirror that called the internet would be no mirror.

    Source: https://resend.com/docs/dashboard/emails/attachments
    """
    path = "https://resend.com/static/sample/invoice.pdf"
    id = send(attachments=[{"path": path}])
    [file] = resend.Emails.Attachments.list(id)["data"]
    assert (file["filename"], file["size"], file["download_url"]) == ("invoice.pdf", 0, path)


def test_pages_of_attachments(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/attachments/list-sent-email-attachments"""
    files = [{"filename": f"{number}.txt", "content": "QQ=="} for number in range(3)]
    id = send(attachments=files)
    first = resend.Emails.Attachments.list(id, {"limit": 2})
    assert ([each["filename"] for each in first["data"]], first["has_more"]) == (
        ["0.txt", "1.txt"],
        True,
    )
    after = first["data"][1]["id"]
    rest = resend.Emails.Attachments.list(id, {"after": after})
    assert [each["filename"] for each in rest["data"]] == ["2.txt"]


def test_what_is_not_attached_is_not_found(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    id = send()
    assert resend.Emails.Attachments.list(id)["data"] == []
    missing = refusal(404, "not_found", "Attachment not found")
    assert account.call("GET", f"/emails/{id}/attachments/{NOBODY}") == (404, missing)
    assert account.call("GET", f"/emails/{NOBODY}/attachments")[0] == 404
    assert account.call("GET", f"/files/attachments/{id}/{NOBODY}")[0] == 404


@pytest.mark.parametrize(
    "content",
    ["-_8=", "-_8", "+/8=", "+/\n8", [251, 255], {"type": "Buffer", "data": [251, 255]}],
)
def test_content_is_the_bytes_that_were_meant(account: Account, content: Any) -> None:
    """Source: https://nodejs.org/api/buffer.html#buffers-and-character-encodings"""
    id = send(attachments=[{"filename": "a.bin", "content": content}])
    [file] = resend.Emails.Attachments.list(id)["data"]
    assert httpx.get(file["download_url"]).content == b"\xfb\xff"


@pytest.mark.parametrize(
    "file",
    [
        {"content": "a*b="},
        {"content": "é"},
        {"content": 7},
        {"content": [256]},
        {"content": "abcde"},
        {"path": "nope"},
        {"content": INVOICE, "path": "https://acme.com/a.pdf"},
    ],
)
def test_content_that_cannot_be_read_is_refused(account: Account, file: Any) -> None:
    """Source: https://resend.com/docs/api-reference/errors

    Divergence: The words for unreadable Base64 and paths are ours.
    """
    status, told = account.call("POST", "/emails", letter(attachments=[file]))
    assert (status, told["name"]) == (422, "invalid_attachment")
    assert account.state("emails") == []
