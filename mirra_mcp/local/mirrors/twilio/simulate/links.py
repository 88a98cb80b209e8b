"""What the world does with short links: domains are verified, and people click.

Source: https://www.twilio.com/docs/messaging/features/link-shortening/onboarding-guide
"""

import re
from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.twilio.api.access import ACCOUNT_SID
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.api.speech import CLICKED
from mirra_mcp.wire.model import Doc

NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"


@story("link_domain.verified", fires=())
def domain_verified(
    twilio: Peers,
    domain: Annotated[str, Field(description="Its name, as in links.acme.example.")],
    verified: bool = True,
) -> Doc:
    """Somebody registers a domain to shorten links on, and verifies it, as in the console."""
    name = domain.lower()
    if not NAME.fullmatch(name):
        raise SimulateError(f"'{domain}' is no domain.", "Write it as links.acme.example.")
    known = twilio.link_domains.first(domain_name=name)
    if known is not None:
        return twilio.link_domains.view(twilio.link_domains.change(known, is_valid=verified))
    made = twilio.link_domains.add(ACCOUNT_SID, name, is_valid=verified)
    return twilio.link_domains.view(made)


@story("link.clicked", fires=(CLICKED,))
def clicked(
    twilio: Peers,
    url: Annotated[
        str | None, Field(description="The short link; the only one there is, if left out.")
    ] = None,
    user_agent: Annotated[str, Field(alias="userAgent")] = PHONE,
) -> Doc:
    """Somebody clicks on a short link; the result says where it leads."""
    links = twilio.short_links
    if url is None:
        found = links.find(limit=2)
        if len(found) != 1:
            raise SimulateError("Which link is meant isn't clear.", "Give its 'url'.")
        return {"redirectedTo": links.click(found[0], user_agent)}
    whole = url if url.startswith("http") else f"https://{url}"
    if (doc := links.first(short_url=whole)) is not None:
        return {"redirectedTo": links.click(doc, user_agent)}
    host = whole.partition("://")[2].partition("/")[0]
    domain = twilio.link_domains.first(domain_name=host.lower())
    if domain is None:
        raise SimulateError(f"'{url}' is no short link.", "Look for one in `short_links`.")
    return {"redirectedTo": links.lost(domain["account_sid"], domain)}
