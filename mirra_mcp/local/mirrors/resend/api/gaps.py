"""What Resend offers and this mirror doesn't, and where it is deliberately not like Resend."""

INBOXES = "Inboxes are in private beta at Resend and are not mirrored."
INBOX = "/inboxes/{inbox_id}"
THREAD = f"{INBOX}/threads/{{thread_id}}"

INBOX_ENDPOINTS: dict[str, tuple[str, ...]] = {
    "/inboxes": ("GET", "POST"),
    INBOX: ("GET", "PATCH", "DELETE"),
    f"{INBOX}/agent": ("GET", "PATCH"),
    f"{INBOX}/drafts": ("GET", "POST"),
    f"{INBOX}/drafts/{{draft_id}}": ("GET", "PATCH", "DELETE"),
    f"{INBOX}/drafts/{{draft_id}}/send": ("POST",),
    f"{INBOX}/labels": ("GET", "POST"),
    f"{INBOX}/labels/{{label_id}}": ("PATCH", "DELETE"),
    f"{INBOX}/threads": ("GET",),
    f"{INBOX}/threads/search": ("GET",),
    THREAD: ("GET", "PATCH", "DELETE"),
    f"{THREAD}/emails": ("GET",),
    f"{THREAD}/emails/{{email_id}}": ("GET",),
    f"{THREAD}/emails/{{email_id}}/forward": ("POST",),
    f"{THREAD}/emails/{{email_id}}/reply": ("POST",),
    f"{THREAD}/labels": ("POST", "PUT"),
    f"{THREAD}/labels/{{label_id}}": ("DELETE",),
}
"""Source: https://github.com/resend/resend-python (resend/inboxes)"""

ENDPOINTS: dict[str, str] = {
    f"{method} {path}": INBOXES for path, methods in INBOX_ENDPOINTS.items() for method in methods
}

LIMITS: tuple[str, ...] = (
    "Recipients at example.com and test.com are accepted; Resend refuses them with 422.",
    "The limit of 10 requests a second is told in the headers, and enforced after simulating "
    "`account.rate_limited`.",
    "Opens and clicks never happen by themselves: simulate them.",
    "DNS is not looked up: `verify` finds all records after 2 seconds, except under `.invalid`; "
    "simulate `domain.updated` for another outcome.",
    "Emails are delivered 2 seconds after they were sent, on the session's clock.",
    "Nothing reaches a real mailbox, and attachments given as `path` are not fetched.",
    "A domain claim finds its TXT record: there is no other account to take a domain from.",
    "There are no OAuth grants, and inbox webhooks never fire.",
    "Logs keep the answers of refused calls only.",
    "Segments that fill themselves by a `filter` are refused with 501; segments of members work.",
    "A queued broadcast reaches 100 contacts a second, its unsubscribe links lead to this mirror, "
    "and `preview_text` is kept but not written into the HTML.",
    "A contact import takes two seconds of the session's clock, and files of 50 MB at most.",
)
