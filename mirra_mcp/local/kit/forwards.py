"""Webhooks that go to an address from a session's start, as if it had been registered there."""

from collections.abc import Mapping

from mirra_mcp.local.kit.errors import Refusal, VendorError, sentence_of
from mirra_mcp.local.kit.guard import name_of
from mirra_mcp.local.kit.session import Session


def forward(session: Session, urls: Mapping[str, str]) -> None:
    """Send all webhooks of these vendors to their URLs from now on, after resets, too.

    Raises:
        Refusal: a URL can't be one, or the vendor has nothing that would send anything.
    """
    for vendor, url in urls.items():
        if not url.startswith(("http://", "https://")) or not name_of(url):
            raise _refused(vendor, url, "it is no http or https URL.")
        mirror = session.mirrors[vendor]
        try:
            with session.unit(mirror, session.clock.now()):
                is_heard = mirror.subscribe(url)
        except VendorError as error:
            raise _refused(vendor, url, sentence_of(error.body)) from None
        if not is_heard:
            raise Refusal(
                400,
                "mirra.session.webhook_refused",
                f"Nothing in the fixture '{mirror.fixture}' of {vendor} would send webhooks.",
                "Choose one that has what sends them: for Twilio, a number.",
            )
    session.forwards |= urls
    session.deliveries.silent -= set(urls.values())


def _refused(vendor: str, url: str, why: str) -> Refusal:
    return Refusal(
        400,
        "mirra.session.webhook_refused",
        f"'{url[:200]}' can't take the webhooks of {vendor}: {why}",
        "Name a URL such as http://127.0.0.1:3000/webhooks.",
    )
