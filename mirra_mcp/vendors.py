"""Where each vendor's API lives, and the variables that apps keep its keys in.

Light, for whoever must know a vendor without loading its mirror.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor as a program that calls it knows it."""

    domains: tuple[str, ...]
    """Whose hosts are the vendor's: none of them is called from a program that is led here."""
    hosts: tuple[str, ...]
    """The hosts whose requests the mirror takes."""
    unmirrored: Mapping[str, str]
    """Its other APIs' hosts, and what is there: the mirror refuses these calls, so none is live."""
    aliases: Mapping[str, str]
    """Variables that apps read besides those of the mirror's `env`, and the one each stands for."""
    shapes: Mapping[str, str]
    """What a real value looks like, whatever its variable is called, and what stands in for it."""


VENDORS: Mapping[str, Vendor] = {
    "clerk": Vendor(
        ("clerk.com", "clerk.accounts.dev", "clerk-telemetry.com"),
        ("api.clerk.com", "mirra.clerk.accounts.dev"),
        {
            "clerk-telemetry.com": "Telemetry of the SDKs",
            "img.clerk.com": "Pictures",
            "dashboard.clerk.com": "The dashboard",
        },
        {
            "CLERK_API_KEY": "CLERK_SECRET_KEY",
            "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY": "CLERK_PUBLISHABLE_KEY",
            "VITE_CLERK_PUBLISHABLE_KEY": "CLERK_PUBLISHABLE_KEY",
            "CLERK_WEBHOOK_SECRET": "CLERK_WEBHOOK_SIGNING_SECRET",
        },
        {},
    ),
    "resend": Vendor(
        ("resend.com",),
        ("api.resend.com",),
        {},
        {
            "RESEND_KEY": "RESEND_API_KEY",
            "RESEND_TOKEN": "RESEND_API_KEY",
            "RESEND_SECRET_KEY": "RESEND_API_KEY",
            "RESEND_SIGNING_SECRET": "RESEND_WEBHOOK_SECRET",
            "RESEND_WEBHOOK_SIGNING_SECRET": "RESEND_WEBHOOK_SECRET",
        },
        {r"re_[A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}": "RESEND_API_KEY"},
    ),
    "stripe": Vendor(
        ("stripe.com",),
        (
            "api.stripe.com",
            "connect.stripe.com",
            "files.stripe.com",
            "meter-events.stripe.com",
        ),
        {},
        {
            "STRIPE_KEY": "STRIPE_SECRET_KEY",
            "STRIPE_SECRET": "STRIPE_SECRET_KEY",
            "STRIPE_PRIVATE_KEY": "STRIPE_SECRET_KEY",
            "STRIPE_TEST_SECRET_KEY": "STRIPE_SECRET_KEY",
            "STRIPE_LIVE_SECRET_KEY": "STRIPE_SECRET_KEY",
            "STRIPE_PUBLIC_KEY": "STRIPE_PUBLISHABLE_KEY",
            "STRIPE_TEST_PUBLIC_KEY": "STRIPE_PUBLISHABLE_KEY",
            "STRIPE_LIVE_PUBLIC_KEY": "STRIPE_PUBLISHABLE_KEY",
            "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY": "STRIPE_PUBLISHABLE_KEY",
            "VITE_STRIPE_PUBLISHABLE_KEY": "STRIPE_PUBLISHABLE_KEY",
            "STRIPE_CONNECT_CLIENT_ID": "STRIPE_CLIENT_ID",
            "STRIPE_ENDPOINT_SECRET": "STRIPE_WEBHOOK_SECRET",
            "STRIPE_SIGNING_SECRET": "STRIPE_WEBHOOK_SECRET",
            "STRIPE_WEBHOOK_SIGNING_SECRET": "STRIPE_WEBHOOK_SECRET",
            "STRIPE_WEBHOOK_KEY": "STRIPE_WEBHOOK_SECRET",
            "DJSTRIPE_WEBHOOK_SECRET": "STRIPE_WEBHOOK_SECRET",
        },
        {
            r"[sr]k_(live|test)_[A-Za-z0-9]{10,}": "STRIPE_SECRET_KEY",
            r"pk_(live|test)_[A-Za-z0-9]{10,}": "STRIPE_PUBLISHABLE_KEY",
            r"ca_[A-Za-z0-9]{32}": "STRIPE_CLIENT_ID",
        },
    ),
    "twilio": Vendor(
        ("twilio.com",),
        (
            "accounts.twilio.com",
            "api.twilio.com",
            "content.twilio.com",
            "conversations.twilio.com",
            "iam.twilio.com",
            "lookups.twilio.com",
            "mcs.us1.twilio.com",
            "messaging.twilio.com",
            "monitor.twilio.com",
            "oauth.twilio.com",
            "pricing.twilio.com",
            "trusthub.twilio.com",
            "verify.twilio.com",
            "voice.twilio.com",
        ),
        {
            "assistants.twilio.com": "AI Assistants",
            "autopilot.twilio.com": "Autopilot",
            "bulkexports.twilio.com": "Bulk Exports",
            "chat.twilio.com": "Programmable Chat",
            "events.twilio.com": "Event Streams",
            "fax.twilio.com": "Fax",
            "flex-api.twilio.com": "Flex",
            "frontline-api.twilio.com": "Frontline",
            "insights.twilio.com": "Voice Insights",
            "intelligence.twilio.com": "Conversational Intelligence",
            "ip-messaging.twilio.com": "Programmable Chat",
            "knowledge.twilio.com": "Knowledge",
            "marketplace.twilio.com": "The add-on marketplace",
            "media.twilio.com": "Media",
            "memory.twilio.com": "Memory",
            "microvisor.twilio.com": "Microvisor",
            "notify.twilio.com": "Notify",
            "numbers.twilio.com": "Regulatory compliance, porting and hosting of numbers",
            "preview.twilio.com": "The preview API",
            "preview-iam.twilio.com": "The preview API",
            "proxy.twilio.com": "Proxy",
            "routes.twilio.com": "Routes",
            "serverless.twilio.com": "Serverless",
            "studio.twilio.com": "Studio",
            "supersim.twilio.com": "Super SIM",
            "sync.twilio.com": "Sync",
            "taskrouter.twilio.com": "TaskRouter",
            "trunking.twilio.com": "Elastic SIP Trunking",
            "video.twilio.com": "Video",
            "webhooks.twilio.com": "Webhook rules",
            "wireless.twilio.com": "Programmable Wireless",
        },
        {
            "TWILIO_SID": "TWILIO_ACCOUNT_SID",
            "TWILIO_TOKEN": "TWILIO_AUTH_TOKEN",
            "TWILIO_NUMBER": "TWILIO_PHONE_NUMBER",
            "TWILIO_FROM": "TWILIO_PHONE_NUMBER",
            "TWILIO_FROM_NUMBER": "TWILIO_PHONE_NUMBER",
            "TWILIO_FROM_PHONE_NUMBER": "TWILIO_PHONE_NUMBER",
            "TWILIO_VERIFY_SID": "TWILIO_VERIFY_SERVICE_SID",
            "TWILIO_MESSAGE_SERVICE_SID": "TWILIO_MESSAGING_SERVICE_SID",
        },
        {r"AC[0-9a-f]{32}": "TWILIO_ACCOUNT_SID"},
    ),
}
"""By the name of the mirror.

Source: https://github.com/twilio/twilio-oai (the servers of each product), and what the official
    SDKs call
"""


def vendor_of(host: str) -> str | None:
    """Return whose host this is, if it is a vendor's: one of its domain."""
    for name, vendor in VENDORS.items():
        for domain in vendor.domains:
            if host == domain or host.endswith(f".{domain}"):
                return name
    return None
