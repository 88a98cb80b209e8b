"""What people's words mean of Clerk's documents: who can sign in, and who did.

Source: https://clerk.com/docs/guides/development/webhooks/overview
"""

from mirra_mcp.local.kit.facts import Given, is_
from mirra_mcp.local.kit.meanings import Words, means, spoken

MEANINGS: dict[str, Words] = {
    "user": Words(
        means=spoken(
            {
                "banned": means(is_("banned", True)),
                "locked": means(is_("locked", True)),
                "registered": means(Given("id")),
            }
        ),
        texts=("first_name", "last_name", "username"),
    ),
    "session": Words(
        means=spoken(
            {
                "revoked": means(is_("status", "revoked")),
                "ended": means(is_("status", "ended")),
                "started opened": means(Given("id")),
            }
        ),
    ),
    "invitation": Words(
        means=spoken(
            {
                "accepted": means(is_("status", "accepted")),
                "revoked": means(is_("status", "revoked")),
                "expired": means(is_("status", "expired")),
                "sent": means(Given("id")),
            }
        ),
    ),
    "waitlist_entry": Words(
        means=spoken(
            {
                "invited": means(is_("status", "invited", "completed")),
                "rejected": means(is_("status", "rejected")),
                "completed": means(is_("status", "completed")),
            }
        ),
    ),
    "enterprise_connection": Words(
        means=spoken(
            {"active enabled": means(is_("active", True)), "configured": means(Given("id"))}
        ),
        texts=("name",),
    ),
    "organization_suggestion": Words(
        means=spoken(
            {"made": means(Given("id")), "accepted approved": means(is_("status", "completed"))}
        ),
    ),
    "enterprise_account": Words(means=spoken({"linked": means(Given("id"))})),
    "organization_membership": Words(
        means=spoken({"joined": means(Given("id")), "admin": means(is_("role", "org:admin"))}),
    ),
    "organization_invitation": Words(
        means=spoken(
            {
                "accepted": means(is_("status", "accepted")),
                "revoked": means(is_("status", "revoked")),
                "sent": means(Given("id")),
            }
        ),
    ),
    "api_key": Words(
        means=spoken(
            {
                "revoked": means(is_("revoked", True)),
                "expired": means(is_("expired", True)),
                "issued": means(Given("id")),
            }
        ),
        texts=("name",),
    ),
    "machine": Words(means=spoken({"registered": means(Given("id"))}), texts=("name",)),
    "m2m_token": Words(
        means=spoken(
            {
                "revoked": means(is_("revoked", True)),
                "expired": means(is_("expired", True)),
                "issued": means(Given("id")),
            }
        ),
    ),
    "billing_plan": Words(means=spoken({"made": means(Given("id"))}), texts=("name", "slug")),
    "billing_subscription_item": Words(
        means=spoken(
            {
                "canceled": means(Given("canceled_at")),
                "ended": means(is_("status", "ended")),
            }
        ),
    ),
    "billing_payment_attempt": Words(
        means=spoken(
            {
                "paid": means(is_("status", "paid")),
                "failed declined": means(is_("status", "failed")),
            }
        ),
    ),
}
