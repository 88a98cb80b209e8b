"""Why messages fail, and what is said of an application's answers, in Twilio's words.

Source: https://www.twilio.com/docs/api/errors, with a page for each code
"""

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
    21611: "This 'From' number has exceeded the maximum number of queued messages",
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
    12200: "Schema validation warning",
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
