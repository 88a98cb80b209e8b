"""Redirect URLs. Source: https://clerk.com/docs/reference/backend-api (Redirect URLs)"""

import pytest
from clerk_backend_api.models import ClerkErrors

from tests.local.mirrors.clerk.client import NOON, Account, refusal


def test_redirect_urls_are_made_listed_and_deleted(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Redirect URLs)"""
    urls = account.sdk.redirect_urls
    first = urls.create(request={"url": "https://my-app.com/oauth-callback"})
    other = urls.create(request={"url": "my-app://oauth-callback"})
    assert first is not None
    assert other is not None
    assert (first.object, first.created_at) == ("redirect_url", NOON)
    assert urls.get(id=first.id) == first
    assert urls.list() == [other, first]
    assert urls.list(limit=1, offset=1) == [first]
    gone = urls.delete(id=first.id)
    assert (gone.object, gone.id, gone.deleted) == ("redirect_url", first.id, True)
    with pytest.raises(ClerkErrors) as refused:
        urls.get(id=first.id)
    long = f"No RedirectURL exists with id: {first.id}"
    assert refusal(refused.value) == (404, "resource_not_found", long, {})


@pytest.mark.parametrize("url", ["", "my-app.com", "http://my-app.com", "https://", "my app://x y"])
def test_a_redirect_url_is_a_full_one_by_https_or_a_scheme_of_its_own(
    account: Account, url: str
) -> None:
    """Source: https://github.com/clerk/openapi-specs (CreateRedirectURL)"""
    with pytest.raises(ClerkErrors) as refused:
        account.sdk.redirect_urls.create(request={"url": url})
    assert refusal(refused.value)[:2] == (422, "form_param_value_invalid")
    assert account.sdk.redirect_urls.list() == []
