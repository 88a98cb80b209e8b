"""What people's words mean of Resend's documents: who was truly reached.

Source: https://resend.com/docs/dashboard/emails/introduction#understand-email-events and
https://resend.com/docs/webhooks/event-types
"""

from mirra_mcp.local.kit.facts import Given, Names, is_
from mirra_mcp.local.kit.meanings import Means, Unclear, Words, means, spoken

LEFT = is_(
    "last_event", "sent", "delivery_delayed", "delivered", "opened", "clicked", "complained",
    "bounced",
)  # fmt: skip
ARRIVED = is_("last_event", "delivered", "opened", "clicked", "complained")


def _header(name: str) -> Means:
    return means(Names("headers", (name, f"List-{name}")))


def _tag(tag: tuple[str, str | None]) -> Means:
    name, value = tag
    return means(Names("tags", (name,), value))


MEANINGS: dict[str, Words] = {
    "email": Words(
        means=spoken(
            {
                "sent dispatched mailed": means(LEFT, is_("last_event", "queued")),
                "delivered": means(ARRIVED),
                "received": Unclear(
                    "it may be one that somebody got, or one that came in",
                    (
                        "The email was delivered",
                        "`bob@example.com` received one email",
                        "An inbound email was received",
                    ),
                ),
                "opened": means(
                    is_("last_event", "opened"), is_("last_event", "clicked"), stands=False
                ),
                "clicked": means(is_("last_event", "clicked"), stands=False),
                "complained": means(is_("last_event", "complained"), stands=False),
                "bounced": means(is_("last_event", "bounced"), stands=False),
                "scheduled": means(is_("last_event", "scheduled"), stands=False),
                "failed": means(is_("last_event", "failed"), is_("last_event", "suppressed")),
                "read seen viewed": Unclear(
                    "Resend knows only that an email's images were loaded",
                    ("The email was opened", "The email was delivered"),
                ),
            }
        ),
        states={
            "has/have/contains/includes a [non-empty] (plain text|plain-text|text)"
            " part/version/body/alternative": means(Given("text")),
            "has/have/contains/includes an [non-empty] html part/version/body/alternative": means(
                Given("html")
            ),
            "has/have/had/carries/carried [a/an/the] {name:one_word} header": _header,
            "(is|was|has been) tagged [with/as] {tag}"
            " | has/have/had/carries [the/a] tag {tag}": _tag,
        },
        texts=("subject", "html", "text"),
    ),
    "received_email": Words(
        means=spoken({"received delivered": means(Given("id"))}),
        texts=("subject", "html", "text"),
    ),
    "broadcast": Words(
        means=spoken({"sent": means(is_("status", "sent"), is_("status", "queued"))}),
        texts=("subject", "html", "text", "preview_text", "name"),
    ),
    "domain": Words(means=spoken({"verified": means(is_("status", "verified"))})),
    "contact": Words(
        means=spoken(
            {
                "unsubscribed": means(is_("unsubscribed", True)),
                "notified contacted": Unclear(
                    "an email may have been sent and not have arrived",
                    (
                        "An email was sent to `bob@example.com`",
                        "An email was delivered to `bob@example.com`",
                    ),
                ),
            }
        ),
        texts=("first_name", "last_name"),
    ),
}
