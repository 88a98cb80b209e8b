"""What callers send to TrustHub, and how its values are read."""

from typing import Any, ClassVar

from mirra_mcp.local.mirrors.twilio.api.params import (
    MAPPING,
    URL,
    TwilioParams,
    Values,
    any_of,
    sid,
)

STATUSES = ("draft", "pending-review", "in-review", "twilio-rejected", "twilio-approved")
SETTABLE = any_of(*STATUSES)


class UpdateBundle(TwilioParams):
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles"""

    values: ClassVar[Values] = {"Status": SETTABLE, "StatusCallback": URL}

    friendly_name: str | None = None
    email: str | None = None
    status_callback: str | None = None
    status: str | None = None


class CreateBundle(TwilioParams):
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles"""

    values: ClassVar[Values] = {"PolicySid": sid("RN"), "StatusCallback": URL}

    friendly_name: str
    email: str
    policy_sid: str
    status_callback: str | None = None


class Assign(TwilioParams):
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles"""

    object_sid: str


class AssignEndpoint(TwilioParams):
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/trust-products"""

    channel_endpoint_type: str
    channel_endpoint_sid: str


class Evaluate(TwilioParams):
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles"""

    values: ClassVar[Values] = {"PolicySid": sid("RN")}

    policy_sid: str


class UpdateItem(TwilioParams):
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/end-users"""

    values: ClassVar[Values] = {"Attributes": MAPPING}

    friendly_name: str | None = None
    attributes: Any = None


class CreateItem(UpdateItem):
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/end-users"""

    friendly_name: str
    type: str
