"""Notifications: a device is told once more of a challenge that waits for it.

Source: https://www.twilio.com/docs/verify/api/notification
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import CreateNotification, whole
from mirra_mcp.wire.model import Doc

CHALLENGE = "/v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{ChallengeSid}"
LONGEST = 300
"""Seconds for which a notification is tried to be delivered."""


class VerifyNotifications(TwilioResource):
    """What devices were told: the state shows the message, too, that people read there."""

    entity, plural, prefix = "verify_notification", "verify_notifications", "NT"
    synonyms, names = ("push notification",), ("identity",)
    indexes = ("account_sid", "challenge_sid")
    blank = {
        "sid": None,
        "account_sid": None,
        "service_sid": None,
        "entity_sid": None,
        "identity": None,
        "challenge_sid": None,
        "priority": "high",
        "ttl": LONGEST,
        "date_created": None,
        "message": None,
    }

    @route(f"POST {CHALLENGE}/Notifications", status=201)
    def create(
        self, ServiceSid: str, Identity: str, ChallengeSid: str, params: CreateNotification
    ) -> Doc:
        """Tell a device once more."""
        challenge = self.mirror.verify_challenges.of(ServiceSid, Identity, ChallengeSid)
        if challenge["factor_type"] != "push":
            raise errors.refuse(60204)
        self.mirror.verify_challenges.check_open(challenge)
        ttl = whole("Ttl", params.ttl, 0, LONGEST) if params.ttl else LONGEST
        return self.view(self.send(challenge, ttl))

    def send(self, challenge: Doc, ttl: int = LONGEST) -> Doc:
        """Tell a device of a challenge."""
        shared = ("account_sid", "service_sid", "entity_sid", "identity")
        told = {name: challenge[name] for name in shared}
        message = challenge["details"]["message"]
        return self.save(self.new(challenge_sid=challenge["sid"], ttl=ttl, message=message, **told))

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells."""
        return {name: value for name, value in super().view(doc).items() if name != "message"}
