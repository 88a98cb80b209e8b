"""The fixture `verify-flow`: a service that sends codes by SMS, with limits.

Source: https://www.twilio.com/docs/verify/api/programmable-rate-limits
"""

from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.verify.params import CreateService

NAME, SID = "Acme", f"VA{'0' * 31}1"
ENV = {"TWILIO_VERIFY_SERVICE_SID": SID}
LIMIT, MOST, SECONDS = "end_user_ip_address", 10, 3600


def build(twilio: Peers) -> None:
    """Make the service, and a limit of ten verifications an hour for each address."""
    asked = {"FriendlyName": NAME, "CodeLength": "6", "LookupEnabled": "true"}
    service = twilio.verify_services.add(CreateService.model_validate(asked), SID)
    limits, buckets = twilio.verify_rate_limits, twilio.verify_buckets
    limit = limits.new(
        service_sid=service["sid"],
        unique_name=LIMIT,
        description="Verifications that one address of an end user may start.",
    )
    limits.save(limit)
    buckets.save(
        buckets.new(
            service_sid=service["sid"],
            rate_limit_sid=limit["sid"],
            max=MOST,
            interval=SECONDS,
        )
    )
