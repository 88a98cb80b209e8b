"""Verify's and Lookup's nouns by name, so that a misspelt one is found by the type checker."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


class VerifyNouns:
    """What the mirror has of Verify and Lookup."""

    if TYPE_CHECKING:
        carrier_lines: CarrierLines
        lookup_overrides: LookupOverrides
        lookups: Lookups
        safe_list_numbers: SafeListNumbers
        verification_attempts: VerificationAttempts
        verification_checks: VerificationChecks
        verifications: Verifications
        verify_buckets: VerifyBuckets
        verify_challenges: VerifyChallenges
        verify_entities: VerifyEntities
        verify_factors: VerifyFactors
        verify_messaging_configurations: VerifyMessagingConfigurations
        verify_rate_limits: VerifyRateLimits
        verify_services: VerifyServices
        verify_templates: VerifyTemplates
        verify_webhooks: VerifyWebhooks
