"""Every call of the SDK is answered with exactly the fields that Resend documents.

Source: https://github.com/resend/resend-python (its types) and
https://resend.com/docs/api-reference/introduction
"""

import inspect
from typing import get_args, get_type_hints

import pytest
import resend
from resend.webhooks._webhook_event import WebhookEventPayload

from tests.local.mirrors.resend.api import journeys
from tests.local.mirrors.resend.api.fields import Witness, methods
from tests.local.mirrors.resend.client import Account
from tests.local.receiver import Receiver

OBJECT = {"object"}
MORE: dict[str, set[str]] = {
    "ApiKeys.CreateApiKeyResponse": OBJECT,
    "Audience": OBJECT,
    "BaseEmailEventData": {"headers"},
    "Broadcasts.CreateResponse": OBJECT,
    "Broadcasts.UpdateResponse": OBJECT,
    "Contact": OBJECT,
    "ContactSegments.AddContactSegmentResponse": {"object", "contact_id", "segment_id"},
    "ContactSegments.RemoveContactSegmentResponse": {"object", "contact_id", "segment_id"},
    "Domain": {"object", "capabilities"},
    "Domains.CreateDomainResponse": {"capabilities"},
    "Email": {"object", "scheduled_at", "tags", "topic_id"},
    "EmailSuppressed": {"reason", "diagnosticCode"},
    "ReceivedEmail": {"html_format", "raw"},
    "Segment": OBJECT,
    "Template": {"current_version_id", "has_unpublished_versions"},
    "Topic": {"object", "visibility"},
    "Topics.CreateTopicResponse": OBJECT,
    "Topics.UpdateResponse": {"object", "contact_id", "topics"},
    "Topics.UpdateTopicResponse": OBJECT,
    "Usage.GetResponse": {"generated_at"},
    "Variable": {"id", "created_at", "updated_at"},
}
"""Fields that the API reference documents and the SDK's types lack."""

SHORT = {"created_at", "name", "records", "region", "status"}
LESS: dict[str, set[str]] = {
    "Broadcasts.list.data[]": {
        "from",
        "html",
        "object",
        "preview_text",
        "reply_to",
        "subject",
        "text",
    },
    "ContactProperties.list.data[]": OBJECT,
    "Domains.get": {"deleted"},
    "Domains.list.data[]": {"deleted", "records"},
    "Domains.remove": SHORT,
    "Domains.update": {*SHORT, "deleted"},
    "Domains.verify": {*SHORT, "deleted"},
    "Emails.list.data[]": {"html", "text"},
    "Webhooks.list.data[]": {"object", "signing_secret"},
}
"""Fields that the SDK's types have and the API reference doesn't show in these answers."""

UNCALLED = {resend.Webhooks.verify.__func__, resend.OAuthGrants.revoke.__func__}  # type: ignore[attr-defined]  # class methods
"""The first makes no call; for the second there is no grant."""


@pytest.mark.filterwarnings("ignore:Audiences is deprecated:DeprecationWarning")
def test_every_answer_has_exactly_the_documented_fields(
    account: Account, receiver: Receiver
) -> None:
    ask = Witness(MORE, LESS)
    journeys.through_emails(ask, account)
    journeys.through_the_account(ask, account, receiver.url)
    _, group = journeys.through_contacts(ask, account)
    journeys.through_campaigns(ask, account, group)
    assert ask.problems == []
    offered: dict[object, str] = {}
    for name, each in vars(resend).items():
        if inspect.isclass(each) and not name.startswith("Inbox"):
            offered |= methods(each)
    missed = {name for call, name in offered.items() if call not in ask.called | UNCALLED}
    assert missed == set()


@pytest.mark.filterwarnings("ignore:Audiences is deprecated:DeprecationWarning")
def test_every_webhook_has_exactly_the_documented_fields(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://github.com/resend/resend-python/blob/main/resend/webhooks/_webhook_event.py"""
    quiet = Witness({}, {})
    journeys.through_emails(quiet, account)
    journeys.through_the_account(quiet, account, receiver.url)
    journeys.through_contacts(quiet, account)
    types = {
        get_args(get_type_hints(each)["type"])[0]: each for each in get_args(WebhookEventPayload)
    }
    witness = Witness(MORE, {})
    seen = set()
    for type, data in account.told():
        seen.add(type)
        has_no_audience = data.get("segment_ids") == []
        witness.less = {type: {"audience_id"}} if has_no_audience else {}
        witness.hold(data, get_type_hints(types[type])["data"], type)
    assert witness.problems == []
    assert len(seen) > 12
