"""Redirect URLs: where native apps may be sent back to.

Source: https://clerk.com/docs/reference/backend-api (Redirect URLs)
"""

import re
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams, MaybePaged
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

FULL_URL = re.compile(r"(?!http:)[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
"""`https://` or a scheme of the app's own, and something behind it."""


class CreateRedirectUrl(ClerkParams):
    """The body of `POST /v1/redirect_urls`."""

    url: str


class RedirectUrls(ClerkResource):
    """The addresses that an instance allows."""

    entity, plural = "redirect_url", "redirect_urls"
    object, prefix = "redirect_url", "ru"
    names = ("url",)
    blank = {
        "object": "redirect_url",
        "id": "",
        "url": "",
        "created_at": None,
        "updated_at": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such address.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `RedirectURLNotFound`)
        """
        return errors.not_found(f"No RedirectURL exists with id: {id}", "Redirect url not found")

    @route("GET /v1/redirect_urls")
    def list(self, params: MaybePaged) -> Any:
        """List the addresses, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List all redirect URLs)
        """
        return self.listed_as_asked(params)

    @route("POST /v1/redirect_urls")
    def create(self, params: CreateRedirectUrl) -> Doc:
        """Allow an address.

        Source: https://clerk.com/docs/reference/backend-api (Create a redirect URL)
        """
        if not FULL_URL.fullmatch(params.url):
            raise errors.invalid("url")
        return self.view(self.save(self.new(url=params.url)))

    @route("GET /v1/redirect_urls/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one address.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a redirect URL)
        """
        return self.view(self.get(id))

    @route("DELETE /v1/redirect_urls/{id}")
    def delete(self, id: str) -> Doc:
        """Allow an address no longer.

        Source: https://clerk.com/docs/reference/backend-api (Delete a redirect URL)
        """
        doc = self.get(id)
        self.drop(doc)
        return self.gone(doc)
