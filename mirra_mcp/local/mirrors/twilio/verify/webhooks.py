"""Verify's webhooks. They hear of push factors and their challenges.

Source: https://www.twilio.com/docs/verify/api/webhooks
"""

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import CreateWebhook, UpdateWebhook, choice
from mirra_mcp.wire.model import Doc

FIRED = (
    "factor.created", "factor.verified", "factor.deleted", "challenge.approved", "challenge.denied",
)  # fmt: skip
EVENTS = frozenset(("*", *FIRED))


class VerifyWebhooks(TwilioResource):
    """Where a service's events go."""

    entity, plural, prefix = "verify_webhook", "verify_webhooks", "YW"
    names = ("friendly_name",)
    statuses = ("enabled", "disabled")
    address_fields = ("webhook_url",)
    indexes = ("account_sid", "service_sid")
    blank = {
        "sid": None,
        "service_sid": None,
        "account_sid": None,
        "friendly_name": None,
        "event_types": [],
        "status": "enabled",
        "version": "v2",
        "webhook_url": None,
        "webhook_method": "POST",
        "date_created": None,
        "date_updated": None,
        "url": None,
    }

    @route("POST /v2/Services/{ServiceSid}/Webhooks", status=201)
    def create(self, ServiceSid: str, params: CreateWebhook) -> Doc:
        """Subscribe to some events."""
        self.mirror.verify_services.get(ServiceSid)
        fields = self._checked(params)
        return self.view(self.save(self.new(service_sid=ServiceSid, **fields)))

    @route("GET /v2/Services/{ServiceSid}/Webhooks")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List a service's webhooks, newest first."""
        self.mirror.verify_services.get(ServiceSid)
        return self.listed(call, "webhooks", service_sid=ServiceSid)

    @route("GET /v2/Services/{ServiceSid}/Webhooks/{Sid}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return one webhook."""
        return self.view(self._of(ServiceSid, Sid))

    @route("POST /v2/Services/{ServiceSid}/Webhooks/{Sid}")
    def update(self, ServiceSid: str, Sid: str, params: UpdateWebhook) -> Doc:
        """Change a webhook."""
        doc = self._of(ServiceSid, Sid)
        return self.view(self.change(doc, **self._checked(params)))

    @route("DELETE /v2/Services/{ServiceSid}/Webhooks/{Sid}", status=204)
    def delete(self, ServiceSid: str, Sid: str) -> None:
        """Remove a webhook."""
        self.drop(self._of(ServiceSid, Sid))

    def tell(self, event: str, factor: Doc, challenge: str | None = None) -> None:
        """Tell of a push factor, or of a challenge of it: nobody hears of others."""
        if factor["factor_type"] != "push":
            return
        told: Doc = {
            "uuid": self.mirror.ids.uuid(),
            "type": event,
            "account_sid": factor["account_sid"],
            "service_sid": factor["service_sid"],
            "entity_identity": factor["identity"],
            "factor_sid": factor["sid"],
            "factor_type": factor["factor_type"],
        }
        if challenge is not None:
            told["challenge_sid"] = challenge
        to = [
            self.mirror.accounts.target(
                hook["account_sid"], hook["webhook_url"], hook["webhook_method"]
            )
            for hook in self.find(service_sid=factor["service_sid"], newest_first=False)
            if hook["status"] == "enabled" and {"*", event} & {*hook["event_types"]}
        ]
        self.mirror.emit(event, told, to=to)

    def path_of(self, doc: Doc) -> str:
        """Return the path of a webhook."""
        return f"/v2/Services/{doc['service_sid']}/Webhooks/{doc['sid']}"

    def _checked(self, params: CreateWebhook | UpdateWebhook) -> Doc:
        fields: Doc = params.model_dump(exclude_none=True)
        for event in fields.get("event_types", ()):
            choice("EventTypes", event, EVENTS)
        if "status" in fields:
            choice("Status", fields["status"], {"enabled", "disabled"})
        if "version" in fields:
            choice("Version", fields["version"], {"v1", "v2"})
        if not fields.get("webhook_url", "https://").startswith(("http://", "https://")):
            raise errors.invalid("WebhookUrl")
        return fields

    def _of(self, service: str, sid: str) -> Doc:
        doc = self.get(sid)
        if doc["service_sid"] != service:
            raise self.missing(sid)
        return doc
