"""What Conversations refuses, in its words.

Source: https://www.twilio.com/docs/api/errors, a page for each code; of the HTTP status they say
nothing: what is there already is a conflict, and all else a bad request.
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.twilio.api.errors import told

CODES: dict[int, tuple[int, str]] = {
    20403: (403, "Forbidden"),
    20501: (501, "{reason} See mirra_catalog for what is."),
    50003: (400, "Friendly name too long"),
    50004: (400, "Unique Name too long"),
    50054: (400, "Invalid webhook format"),
    50055: (400, "Invalid webhook method"),
    50100: (400, "Role not found"),
    50105: (400, "Invalid role type"),
    50109: (400, "Conversation role not found"),
    50201: (409, "User already exists"),
    50207: (400, "Identity too long"),
    50303: (400, "Attributes too long"),
    50304: (400, "Attributes not valid JSON"),
    50308: (400, "Invalid Date Created parameter"),
    50309: (400, "Invalid Date Updated parameter"),
    50341: (400, "Invalid messaging service SID"),
    50353: (409, "Conversation with provided unique name already exists"),
    50361: (400, "Too many conversation webhooks"),
    50362: (400, "Too many conversation webhook triggers"),
    50364: (400, "Invalid conversation webhook type"),
    50365: (400, "Invalid conversation webhook filter"),
    50366: (400, "Invalid conversation webhook trigger"),
    50369: (400, "Conversation webhook URL not provided"),
    50370: (400, "Conversation webhook filter not provided"),
    50372: (400, "Conversation webhook URL is too long"),
    50375: (400, "TimeToInactive should be greater or equal to 1 minute"),
    50376: (400, "TimeToClosed should be greater or equal to 10 minutes"),
    50377: (400, "Can't update conversation as it's in final closed state"),
    50378: (400, "'State' parameter value is invalid"),
    50379: (400, "TimeToInactive format is invalid"),
    50380: (400, "TimeToClosed format is invalid"),
    50382: (400, "Timer can't be set without state"),
    50384: (400, "Initial state can't be 'closed'"),
    50405: (400, "Invalid last consumption timestamp format"),
    50407: (400, "Invalid messaging binding address"),
    50408: (400, "Invalid participant proxy address"),
    50409: (400, "Participant address equals proxy address"),
    50412: (400, "Participant proxy address is empty"),
    50414: (400, "Participant address type does not match proxy address type"),
    50416: (
        409,
        "A binding for this participant and proxy address already exists in Conversation {sid}",
    ),
    50421: (400, "Invalid last read message index format"),
    50433: (409, "Participant already exists"),
    50507: (400, "Media not found"),
    50508: (400, "Media already sent with another message"),
    50510: (400, "Invalid message media SID"),
    50527: (400, "Invalid content variables format"),
    50528: (400, "Content SID is missing"),
    50541: (400, "Content variable value is too long"),
    50503: (400, "Message body not provided"),
    50504: (400, "Message body parameter is too long"),
}
"""By code the HTTP status, and the words with what is filled in."""


def refuse(code: int, **fills: object) -> VendorError:
    """Return a refusal with one of Conversations' codes."""
    status, words = CODES[code]
    return told(code, status, words.format(**fills))


def unmirrored(what: str) -> VendorError:
    """Say that this part of Conversations is not here."""
    return refuse(20501, reason=f"{what} not mirrored.")
