"""Verify's and Lookup's nouns, in the order of their pages."""

from mirra_mcp.local.mirrors.twilio.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.resources.carrier_lines import CarrierLines
from mirra_mcp.local.mirrors.twilio.resources.lookups import LookupOverrides, Lookups
from mirra_mcp.local.mirrors.twilio.resources.safe_list_numbers import SafeListNumbers
from mirra_mcp.local.mirrors.twilio.resources.verification_attempts import VerificationAttempts
from mirra_mcp.local.mirrors.twilio.resources.verification_checks import VerificationChecks
from mirra_mcp.local.mirrors.twilio.resources.verifications import Verifications
from mirra_mcp.local.mirrors.twilio.resources.verify_challenges import VerifyChallenges
from mirra_mcp.local.mirrors.twilio.resources.verify_entities import VerifyEntities
from mirra_mcp.local.mirrors.twilio.resources.verify_factors import VerifyFactors
from mirra_mcp.local.mirrors.twilio.resources.verify_messaging_configurations import (
    VerifyMessagingConfigurations,
)
from mirra_mcp.local.mirrors.twilio.resources.verify_rate_limits import (
    VerifyBuckets,
    VerifyRateLimits,
)
from mirra_mcp.local.mirrors.twilio.resources.verify_services import VerifyServices
from mirra_mcp.local.mirrors.twilio.resources.verify_templates import VerifyTemplates
from mirra_mcp.local.mirrors.twilio.resources.verify_webhooks import VerifyWebhooks

VERIFY: tuple[type[TwilioResource], ...] = (
    VerifyServices,
    Verifications,
    VerificationChecks,
    VerificationAttempts,
    VerifyRateLimits,
    VerifyBuckets,
    VerifyMessagingConfigurations,
    VerifyTemplates,
    VerifyEntities,
    VerifyFactors,
    VerifyChallenges,
    VerifyWebhooks,
    SafeListNumbers,
    Lookups,
    LookupOverrides,
    CarrierLines,
)
