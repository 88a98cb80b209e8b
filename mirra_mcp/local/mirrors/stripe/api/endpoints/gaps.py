"""What Stripe has and this mirror doesn't: endpoints that answer 501, and other differences."""

from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.routes import routes_of
from mirra_mcp.local.mirrors.stripe.api.endpoints.parameters import PLACEHOLDER, endpoints

AREAS: tuple[tuple[str, str], ...] = (
    ("/v1/tax/", "Of Stripe Tax, locations of performances are not mirrored."),
    ("/v1/terminal/", "Terminal is not mirrored."),
    ("/v1/test_helpers/terminal/", "Terminal is not mirrored."),
    ("/v1/financial_connections/", "Financial Connections is not mirrored."),
    ("/v1/issuing/", "Issuing is not mirrored."),
    ("/v1/test_helpers/issuing/", "Issuing is not mirrored."),
    ("/v1/treasury/", "Treasury is not mirrored."),
    ("/v1/test_helpers/treasury/", "Treasury is not mirrored."),
    ("/v1/climate/", "Climate is not mirrored."),
    (
        "/v1/radar/payment_evaluations",
        "Radar's scores of payments that happen elsewhere are not mirrored.",
    ),
    ("/v1/radar/", "Radar's rules are not mirrored: simulate its blocks, reviews and warnings."),
    ("/v1/three_d_secure/", "3D Secure apart from a payment is not mirrored."),
    (
        "/v1/product_catalog/",
        "Offers of trials are not mirrored; trial periods are.",
    ),
    ("/v1/billing/feedback_options", "Reasons that the portal asks for are Stripe's own here."),
    ("/v1/invoice_rendering_templates", "Templates of invoices are made in the Dashboard alone."),
    ("/v1/payment_intents/", "Line items of a payment's `amount_details` are kept, not listed."),
    ("/v1/reporting/", "Reporting is not mirrored."),
    ("/v1/sigma/", "Sigma is not mirrored."),
    ("/v1/forwarding/", "Forwarding is not mirrored: the mirror calls no address but webhooks'."),
    ("/v1/apps/", "Stripe Apps are not mirrored."),
    ("/v1/linked_accounts", "Financial Connections is not mirrored."),
    ("/v1/link_account_sessions", "Financial Connections is not mirrored."),
    ("/v2/", "Of the v2 API, accounts, persons, events, destinations and meters are mirrored."),
)
"""By how a path begins: why it is not there. The first that fits counts."""
OTHER = "This endpoint is not mirrored yet."

LIMITS: tuple[str, ...] = (
    "Any well-formed test key (sk_test_..., rk_test_...) reaches the session's one account;"
    " a restricted key is held to its permissions only if it was made by the simulated event"
    " restricted_key.created.",
    "No two requests run at once, so 409 `idempotency_key_in_use` never comes.",
    "Rate limits are not enforced until the simulated event rate_limit.reached asks for it.",
    "Versions before 2024-06-20 are answered as 2024-06-20; within a family of"
    " versions (acacia, basil, clover ...), fields that were merely added are shown from its first"
    " release on.",
    "Webhook endpoints take wildcards of a group, such as `charge.*`, besides `*` and full names.",
    "Retries of webhooks come 1, 2 and 4 hours after the first failure: Stripe says no more than"
    " three times over a few hours.",
    "What is wanted of a connected account is what Stripe wants in the United States, wherever it"
    " is.",
    "What a connected account owes is reckoned with what is pending, and debited from the bank two"
    " seconds later where debit_negative_balances says so, in any country. The fees of disputes of"
    " direct charges are the account's, whoever pays fees otherwise.",
    "OAuth's page takes any `redirect_uri`, and nobody logs in on it: the owner picks an account"
    " that let the platform go, or a new one. Express accounts are made by the API alone.",
    "Accounts of the v2 API are merchants and recipients, no customers;"
    " v2.core.account_link.returned is missing. Thin events of accounts go to destinations that"
    " take events from @accounts.",
    "Every payment costs 2.9% + 30 cents and settles in its own currency after two business days;"
    " the platform's own automatic payouts happen when payout.created is simulated, connected"
    " accounts' by their schedules.",
    "What Stripe does some time later (bank debits, slow refunds, decisions on evidence) happens"
    " two seconds later on the session's clock.",
    "Bank accounts that are typed into pages, and test names such as pm_usBankAccount_success, need"
    " no microdeposits; Radar's rules on failed checks are off.",
    "Parameters that Stripe has and the mirror doesn't model answer 501 and name the parameter.",
    "The pages that customers see are the mirror's own, without wallets, Link or translations;"
    " embedded Checkout and Elements need Stripe.js. A portal session doesn't expire.",
    "Stripe Tax knows the rates of the mirror's own table (docs/stripe.md), a few tax codes (others"
    " are taxed as their family is), and of IP addresses those kept for examples.",
    "The portal's default configuration is there from the first use, with Stripe's defaults.",
    "The words of refusals, which Stripe doesn't publish, are what integrators report, and ours"
    " where none was found; so is the order of events, which Stripe doesn't promise: the ledger"
    " says which.",
    "`expand` is checked against what the answer holds: an empty list takes any path.",
    "Search finds what was written at once; Stripe needs up to a minute.",
    "Nested fields are never expanded on their own: `total_details.breakdown` of sessions and the"
    " `currency_options` of promotion codes' restrictions and shipping rates.",
    "Meter events with something wrong are reported one by one, each two seconds later.",
    "Failed invoices are tried again 1, 3, 5, 7, 9, 11, 13 and 14 days after the first failure, and"
    " the subscription is canceled after the last: the simulated event billing.retry_settings"
    " changes that, as the dashboard does.",
    "A subscription that ends within a period keeps the whole period as its current one, although"
    " what is billed ends with it.",
    "Billing credits are taken when an invoice is finalized: drafts and previews don't show them.",
    "A usage alert counts what is reported after it was made; a threshold is looked at with each"
    " report. Tiered prices begin anew after an invoice of a threshold.",
    "A revision of an invoice gets a number of its own.",
    "Of sources (`src_...`), cards and sepa_debit are mirrored, not what Stripe takes out of that"
    " API: local payment methods, redirects and credit transfers.",
    "A test clock has arrived when the answer to its advance is there, although it says"
    " `advancing`.",
)


def gaps_of(nouns: tuple[type[Resource], ...]) -> dict[str, str]:
    """List the endpoints of Stripe that no noun answers, each with the reason."""
    there = {
        PLACEHOLDER.sub("{}", each.spec) for noun in nouns for each in routes_of(noun, noun.plural)
    }
    return {
        spec.replace("{}", "{id}"): _reason(spec.partition(" ")[2])
        for spec in endpoints()
        if spec not in there
    }


def told(gaps: dict[str, str]) -> list[str]:
    """Tell the gaps a line for each reason: more than 400 endpoints are no reading matter."""
    lines = []
    for reason in dict.fromkeys(gaps.values()):
        paths = dict.fromkeys(
            "/".join(spec.partition(" ")[2].split("/")[:4])
            for spec, each in gaps.items()
            if each == reason
        )
        lines.append(f"{reason} 501: {', '.join(_shortest(list(paths)))}")
    return lines


def _shortest(paths: list[str]) -> list[str]:
    found: list[str] = []
    for path in sorted(paths):
        if not any(path.startswith(each) for each in found):
            found.append(path)
    return found


def _reason(path: str) -> str:
    return next((reason for start, reason in AREAS if path.startswith(start)), OTHER)
