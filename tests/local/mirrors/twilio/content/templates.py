"""Content templates in tests, as twilio-python makes them."""

from typing import Any

from twilio.rest.content.v1.content import ContentList

from tests.local.mirrors.twilio.client import Account

TEXT = {"twilio/text": {"body": "Hi {{1}}, your order {{order}} has shipped."}}
VALUES = {"1": "there", "order": "0000"}


def template(account: Account, types: Any = None, **fields: Any) -> Any:
    """Make a template: by default a text with two variables."""
    given = {"friendly_name": "order_shipped", "language": "en", "types": types or TEXT}
    given |= {} if types else {"variables": VALUES}
    request = ContentList.ContentCreateRequest(given | fields)
    return account.client.content.v1.contents.create(request)


def submit(template: Any, name: str = "order_shipped", category: str = "UTILITY") -> Any:
    """Submit a template to WhatsApp."""
    asked = {"name": name, "category": category}
    request = template.approval_create.ContentApprovalRequest(asked)
    return template.approval_create.create(request)


def status_of(template: Any) -> str:
    """Return what WhatsApp says of a template."""
    found: str = template.approval_fetch().fetch().whatsapp["status"]
    return found
