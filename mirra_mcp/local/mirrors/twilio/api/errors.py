"""Twilio's refusals: `{"code", "message", "more_info", "status"}`.

Source: https://www.twilio.com/docs/api/errors
"""

from collections.abc import Callable, Mapping
from functools import partial

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.wire.model import Doc

MORE = "https://www.twilio.com/docs/errors/"

CODES: dict[int, tuple[int, str]] = {
    # Requests and access.
    20001: (400, "{message}"),
    20002: (400, "Invalid FriendlyName"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20400: (400, "{message}"),
    20404: (404, "The requested resource {path} was not found"),
    20413: (413, "Request Entity Too Large"),
    20409: (409, "{message}"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20501: (501, "{message}"),
    # Phone numbers.
    # Calls.
    21201: (400, "No 'To' number is specified"),
    21205: (400, "{name} is not a valid URL: {url}"),
    21206: (400, "Invalid SendDigits"),
    21208: (400, "Invalid Timeout"),
    21209: (400, "Invalid Method"),
    21210: (400, "The source phone number provided, {sender}, is not yet verified for your account."
                 " You may only make calls from phone numbers that you've verified or purchased"
                 " from Twilio."),
    21213: (400, "A 'From' phone number is required."),
    21214: (400, "The phone number you are attempting to call, {to}, cannot be reached."),
    21215: (400, "Account not authorized to call {to}. Perhaps you need to enable some"
                 " international permissions."),
    21216: (400, "Account not allowed to call {to}"),
    21217: (400, "Phone number {to} does not appear to be valid"),
    21218: (400, "Invalid ApplicationSid"),
    21220: (400, "Invalid call state. Call is not in-progress. Cannot redirect."),
    16024: (400, "Participant label invalid: max 128 chars, not a CallSid, no '/'"),
    16026: (400, "Participant label is in use by another participant"),
    16028: (400, "Participant to be whispered is not present in the conference"),
    21401: (400, "{number} is not a valid phone number"),
    21402: (400, "{name} is not a valid URL: {url}"),
    21403: (400, "{name} must be GET or POST, not {method}"),
    21405: (400, "Cannot set VoiceFallbackUrl without setting Url"),
    21406: (400, "Cannot set SmsFallbackUrl without setting SmsUrl"),
    21421: (400, "The requested phone number is invalid: {number}"),
    21422: (400, "{number} is not available."),
    21450: (400, "Phone number is already verified."),
    21451: (400, "AreaCode {area} is invalid."),
    21452: (400, "No phone numbers found in area code {area}"),
    # Messages: what a sender asks for.
    20009: (409, "Cannot delete this resource before it is complete"),
    21211: (400, "Invalid 'To' Phone Number: {to}"),
    21212: (400, "The 'From' number {sender} is not a valid phone number, shortcode, or"
                 " alphanumeric sender ID."),
    21231: (400, "Domain Validation Error: {problem}"),
    21232: (400, "Invalid Domain. {name}: {problem}"),
    21234: (400, "Invalid Machine Detection configuration value"),
    21263: (400, "Invalid Answering Machine Detection Parameters"),
    21266: (400, "'To' and 'From' number cannot be the same: {to}"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the"
                 " 'To' number: {to}."),
    21454: (400, "Invalid CallDelay"),
    21456: (400, "Invalid CallbackUrl"),
    21470: (400, "Invalid AccountSid"),
    21475: (400, "Unable to update Status, invalid Status."),
    21502: (400, "Invalid callback url"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The From phone number {sender} is not a valid, SMS-capable inbound phone number"
                 " or short code for your account."),
    21608: (400, "The number {to} is unverified. Trial accounts cannot send messages to unverified"
                 " numbers; verify {to} at twilio.com/user/account/phone-numbers/verified, or"
                 " purchase a Twilio number to send messages to unverified numbers"),
    21609: (400, "The 'StatusCallback' URL {url} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number: {to}, is not currently reachable using the 'From' phone"
                 " number: {sender} via SMS."),
    21614: (400, "'To' number: {to}, is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    21620: (400, "Invalid media URL(s)"),
    21621: (400, "The 'From' number {sender} has not been enabled for MMS."),
    21623: (400, "Number of media files exceeds allowed limit"),
    21624: (400, "The ValidityPeriod {value} is invalid."),
    21626: (400, "Invalid 'StatusCallbackEvent'"),
    21627: (400, "Max Price must be a valid float"),
    21654: (400, "ContentSid Required"),
    21655: (400, "The ContentSid {sid} is invalid."),
    21656: (400, "The Content Variables parameter is invalid."),
    21658: (400, "Parameter exceeded character limit"),
    21701: (404, "The Messaging Service {sid} does not exist."),
    21703: (400, "The Messaging Service does not have a phone number available to send a message"),
    21704: (400, "The Messaging Service contains no phone numbers."),
    21708: (400, "AlphaSender is missing from the request."),
    21709: (400, "Alpha Sender ID is Invalid or Not Authorized for this Messaging Service."),
    21710: (409, "Phone Number or Short Code is already in the Messaging Service."),
    21711: (400, "The 'From' number {sender} is not in the Messaging Service."),
    21712: (409, "Phone Number or Short Code is associated with another Messaging Service."),
    21713: (400, "Messaging Service Use Case is Invalid."),
    21715: (400, "Phone Number does not have the capabilities of a Messaging Service."),
    21717: (400, "Brand Registration SID for US A2P Campaign Use Case is Not Registered or Not"
             " Valid"),
    21720: (400, "A2P Use Case is Invalid"),
    21728: (400, "Campaign registration failed due to length validation failures"),
    21910: (400, "Invalid From and To pair. From and To should be of the same channel"),
    30029: (400, "Invalid ContentRetention"),
    30030: (400, "Invalid AddressRetention"),
    30101: (400, "Domain is unverified"),
    30130: (400, "Messaging Service SID already belongs in another domain configuration."),
    30409: (409, "This message cannot be canceled"),
    35111: (400, "SendAt timestamp is missing"),
    35114: (400, "SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the"
                 " future, inclusive"),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
    35126: (400, "The ScheduleType value provided is not supported for this channel"),
    216602: (400, "Content Type is not supported on this channel"),
    63003: (400, "Channel could not find To address"),
    63031: (400, "Channels message cannot have same 'From' and 'To'"),
    63100: (400, "Validation Error: {what}"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
}  # fmt: skip
"""By code the HTTP status, and the words with what is filled in."""


def refusal(code: int, message: str | None = None, **fills: object) -> VendorError:
    """Return a refusal in Twilio's shape, in the words of `CODES` or in the given ones."""
    status, words = CODES[code]
    return told(code, status, message or words.format(**fills))


def told(code: int, status: int, message: str) -> VendorError:
    """Return a refusal in Twilio's shape."""
    body: Doc = {"code": code, "message": message, "more_info": f"{MORE}{code}", "status": status}
    headers = {"www-authenticate": 'Basic realm="Twilio API"'} if status == 401 else {}
    return VendorError(status, body, headers)


def not_found(path: str) -> VendorError:
    """Say that nothing is there: the 2010 API names the whole path, the others leave out `/v1`.

    Source: https://www.twilio.com/docs/api/errors/20404
    """
    version, _, rest = path[1:].partition("/")
    return refusal(20404, path=path if version == "2010-04-01" else f"/{rest}")


def wrong(message: str) -> VendorError:
    """Refuse a parameter for which there is no code of its own."""
    return refusal(20001, message=message)


FAULTS: Mapping[str, Callable[[], VendorError]] = {
    "rate_limit": partial(refusal, 20429),
    "api_error": partial(refusal, 20500),
}
"""What a fault rule can make the mirror answer.

Source: https://www.twilio.com/docs/api/errors/20429 and https://www.twilio.com/docs/api/errors/20500
"""
