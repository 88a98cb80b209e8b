"""What callers say of the domains on which links are shortened."""

from typing import ClassVar

from mirra_mcp.local.mirrors.twilio.api.params import FLAG, URL, TwilioParams, Values


class DomainConfig(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/features/link-shortening"""

    values: ClassVar[Values] = {
        "CallbackUrl": URL,
        "ContinueOnFailure": FLAG,
        "DisableHttps": FLAG,
        "FallbackUrl": URL,
    }

    fallback_url: str | None = None
    callback_url: str | None = None
    continue_on_failure: bool | None = None
    disable_https: bool | None = None


class UploadCertificate(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/features/link-shortening"""

    tls_cert: str
