"""What Verify refuses, in its words.

Source: https://www.twilio.com/docs/verify/api/error-codes, and a page for each code at
https://www.twilio.com/docs/api/errors, which tells its HTTP status.
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.twilio.api.errors import told

CODES: dict[int, tuple[int, str]] = {
    21608: (
        403,
        "The phone number is unverified. Trial accounts cannot send messages to unverified numbers;"
        " verify it at twilio.com/user/account/phone-numbers/verified",
    ),
    60200: (400, "Invalid parameter"),
    60202: (429, "Max check attempts reached"),
    60203: (429, "Max send attempts reached"),
    60204: (403, "Service does not support this feature"),
    60205: (403, "SMS is not supported by landline phone number"),
    60206: (400, "'Amount' & 'Payee' params are required"),
    60207: (400, "Max rate limits per service reached"),
    60208: (400, "Rate limit with that UniqueName already exists"),
    60209: (400, "UniqueName format is invalid"),
    60210: (400, "Max Buckets per Rate limit reached"),
    60211: (400, "Bucket with the given Interval already exists"),
    60212: (429, "Too many concurrent requests for phone number"),
    60213: (400, "A Messaging Configuration already exists for the given country"),
    60214: (400, "Call channel is not supported when using PSD2"),
    60217: (400, "Invalid Service configuration"),
    60220: (400, "Messages to China require use case vetting"),
    60221: (400, "No target verification specified"),
    60223: (400, "Delivery channel disabled"),
    60227: (400, "The selected channel for template is not supported"),
    60228: (400, "Template was not found"),
    60238: (403, "Verification Creation Attempt blocked by Twilio"),
    60242: (400, "WhatsApp template not found"),
    60245: (429, "You have exceeded your messaging limits"),
    60301: (409, "Entity already exists"),
    60308: (429, "Challenge verification attempts limit reached"),
    60310: (429, "Factor verification attempts reached"),
    60315: (400, "Reached max limit of 100 Factors of FactorType totp per Entity"),
    60318: (403, "Factor is unverified"),
    60322: (403, "Challenge already responded"),
    60323: (403, "Challenge expired"),
    60367: (400, "Invalid entity identity"),
    60410: (403, "Verification delivery attempt blocked"),
    60411: (400, "Phone Number or Phone Number Prefix already exists in Safelist"),
    60602: (400, "App hash can only be used with SMS channel"),
    60605: (403, "Verification delivery attempt blocked"),
}
"""The HTTP status and the words of each code."""


def refuse(code: int, message: str | None = None) -> VendorError:
    """Return a refusal with one of Verify's codes."""
    status, words = CODES[code]
    return told(code, status, message or words)


def invalid(name: str) -> VendorError:
    """A parameter that isn't what it should be.

    Source: https://www.twilio.com/docs/api/errors/60200
    """
    return refuse(60200, f"Invalid parameter: {name}")


def refuse_value(name: str, problem: str) -> VendorError:
    """A value that isn't what it should be: Verify says of which parameter, and no more."""
    return invalid(name)


def invalid_to(value: str) -> VendorError:
    """Nobody can be reached there. The words with backticks are what integrators see."""
    return refuse(60200, f"Invalid parameter `To`: {value}")
