"""What Resend offers and this mirror doesn't, and where it is deliberately not like Resend."""

INBOXES = "Inboxes are in private beta at Resend and are not mirrored."

ENDPOINTS: dict[str, str] = {
    f"{method} {path}": INBOXES
    for path, methods in {
        "/inboxes": ("GET", "POST"),
        "/inboxes/{inbox_id}": ("GET", "PATCH", "DELETE"),
    }.items()
    for method in methods
}

LIMITS: tuple[str, ...] = (
    "Recipients at example.com and test.com are accepted; Resend refuses them with 422.",
    "The limit of 5 requests a second is told in the headers and enforced only on request.",
    "Opens and clicks never happen by themselves: simulate them.",
    "DNS is not looked up: `verify` succeeds after a minute, unless the domain's name begins with "
    "`fail.` or a simulated event decides.",
    "Nothing is delivered to a real mailbox, and attachments given as `path` are not fetched.",
)
