"""Files and links to them. Source: https://docs.stripe.com/api/files"""

from io import BytesIO

import httpx
import pytest
import stripe

from tests.local.mirrors.stripe.client import NOW, Account, plain


def upload(account: Account, purpose: str = "dispute_evidence") -> stripe.File:
    """Upload a receipt."""
    content = BytesIO(b"%PDF-1.7 \x00\xff")
    content.name = "receipt.pdf"
    return account.client.v1.files.create({"purpose": purpose, "file": content})


def test_a_file_is_uploaded_read_and_listed(account: Account) -> None:
    """Source: https://docs.stripe.com/api/files/create"""
    made = upload(account)
    assert plain(made) == {
        "id": made.id,
        "object": "file",
        "created": NOW,
        "expires_at": None,
        "filename": "receipt.pdf",
        "links": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/file_links?file={made.id}",
        },
        "purpose": "dispute_evidence",
        "size": 11,
        "title": None,
        "type": "pdf",
        "url": f"{account.url}/v1/files/{made.id}/contents",
    }
    assert plain(account.client.v1.files.retrieve(made.id)) == plain(made)
    files = account.client.v1.files
    assert [each.id for each in files.list({"purpose": "dispute_evidence"}).data] == [made.id]
    assert files.list({"purpose": "business_icon"}).data == []
    assert account.types() == ["file.created"]


def test_a_file_needs_a_purpose_and_content(account: Account) -> None:
    """Source: https://docs.stripe.com/api/files/create"""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        upload(account, "fun")
    assert caught.value.param == "purpose"
    told = account.refused(400, "POST", "/v1/files", {"purpose": "business_icon", "file": "x"})
    assert told["param"] == "file"


def test_a_link_expires(account: Account) -> None:
    """Source: https://docs.stripe.com/api/file_links/update"""
    links = account.client.v1.file_links
    made = links.create({"file": upload(account).id, "expires_at": NOW + 3600})
    assert made.url.startswith(f"{account.url}/links/own/")  # type: ignore[union-attr]  # never null here
    assert links.retrieve(made.id).expired is False
    assert httpx.get(str(made.url)).content.startswith(b"%PDF")
    account.advance("1 hour")
    assert httpx.get(str(made.url)).status_code == 404
    assert links.retrieve(made.id).expired is True
    assert [each.id for each in links.list({"expired": True}).data] == [made.id]
    other = links.create({"file": upload(account).id})
    assert links.update(other.id, {"expires_at": "now"}).expired is True


def test_not_every_file_can_be_linked_to(account: Account) -> None:
    """Source: https://docs.stripe.com/api/file_links/create"""
    file = upload(account, "identity_document").id
    assert account.refused(400, "POST", "/v1/file_links", {"file": file})["param"] == "file"
    assert account.refused(400, "POST", "/v1/file_links", {"file": "file_none"})["param"] == "file"


def test_a_file_gives_back_what_it_holds(account: Account) -> None:
    """Source: https://docs.stripe.com/file-upload#download-file-contents

    Divergence: Of files larger than 1 MB nothing is kept; their contents answer 501.
    """
    made = upload(account)
    answer = account.call("GET", f"/v1/files/{made.id}/contents")
    assert (answer.status_code, len(answer.content)) == (200, made.size)
    link = account.client.v1.file_links.create({"file": made.id})
    assert httpx.get(str(link.url)).content == answer.content
    assert httpx.get(f"{link.url}x").status_code == 404
