"""What Programmable Messaging refuses, and why messages fail, in Twilio's words.

Source: https://www.twilio.com/docs/api/errors, with a page for each code
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.twilio import errors

CODES: dict[int, tuple[int, str]] = {
    20009: (409, "Cannot delete this resource before it is complete"),
    21211: (400, "Invalid 'To' Phone Number: {to}"),
    21266: (400, "'To' and 'From' number cannot be the same: {to}"),
    21609: (400, "The 'StatusCallback' URL {url} is not a valid URL."),
    21614: (400, "'To' number: {to}, is not a valid mobile number"),
    21620: (400, "Invalid media URL(s)"),
    21621: (400, "The 'From' number {sender} has not been enabled for MMS."),
    21623: (400, "Number of media files exceeds allowed limit"),
    21624: (400, "The ValidityPeriod {value} is invalid."),
    21655: (400, "The ContentSid {sid} is invalid."),
    21701: (404, "The Messaging Service {sid} does not exist."),
    21704: (400, "The Messaging Service contains no phone numbers."),
    21708: (400, "AlphaSender is missing from the request."),
    21709: (400, "Alpha Sender ID is Invalid or Not Authorized for this Messaging Service."),
    21710: (409, "Phone Number or Short Code is already in the Messaging Service."),
    21711: (400, "The 'From' number {sender} is not in the Messaging Service."),
    21712: (409, "Phone Number or Short Code is associated with another Messaging Service."),
    21713: (400, "Messaging Service Use Case is Invalid."),
    21715: (400, "Phone Number does not have the capabilities of a Messaging Service."),
    21910: (400, "Invalid From and To pair. From and To should be of the same channel"),
    30409: (409, "This message cannot be canceled"),
    35111: (400, "SendAt timestamp is missing"),
    35114: (
        400,
        "SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the future,"
        " inclusive",
    ),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
    35126: (400, "The ScheduleType value provided is not supported for this channel"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
}
"""By code the HTTP status, and the words with what is filled in; `errors.CODES` has the rest."""

OUTCOMES: dict[int, str] = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30009: "Missing inbound segment",
    30010: "Message price exceeds max price",
    30011: "MMS not supported by the receiving phone number in this region",
    30012: "TTL is too small",
    30013: "TTL is too big",
    30017: "Carrier network congestion",
    30018: "Destination carrier requires sender ID pre-registration",
    30019: "Content size exceeds carrier limit",
    30022: "US A2P 10DLC - Rate Limits Exceeded",
    30023: "US A2P 10DLC - Daily Message Cap Reached",
    30024: "Numeric Sender ID Not Provisioned on Carrier",
    30027: "US A2P 10DLC - T-Mobile Daily Message Limit Reached",
    30032: "Toll-Free Number Has Not Been Verified",
    30033: "US A2P 10DLC - Campaign Suspended",
    30034: "US A2P 10DLC - Message from an Unregistered Number",
    30035: "US A2P 10DLC - Message from a number still being configured",
    30036: "Validity Period Expired",
    11200: "HTTP retrieval failure",
    14107: "SMS send rate limit exceeded",
    21610: "Attempt to send to unsubscribed recipient",
    63016: "Failed to send freeform message because you are outside the allowed window",
    63024: "Invalid message recipient",
}
"""The `error_message` of a message that failed or was not delivered, by its `error_code`."""

FAULTS: dict[int, str] = {
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11750: "TwiML response body too large",
    12100: "Document parse failure",
    12300: "Invalid Content-Type",
    14101: 'Invalid "To" attribute',
    14102: 'Invalid "From" attribute',
    14103: "Invalid Body",
    14104: "Invalid Method attribute",
    14105: "Invalid statusCallback attribute",
    14106: "Document retrieval limit reached",
    14107: "SMS send rate limit exceeded",
    14109: "TwiML Reply message limit exceeded",
    14110: "Invalid Verb for SMS Reply",
}
"""What the debugger says about an application's answers."""


def refuse(code: int, **fills: str) -> VendorError:
    """Return a refusal with one of messaging's codes."""
    if code not in CODES:
        return errors.refusal(code, None, **fills)
    status, words = CODES[code]
    return errors.told(code, status, words.format(**fills))


def wrong(message: str) -> VendorError:
    """Refuse a parameter for which there is no code of its own."""
    return errors.refusal(20001, message=message)
