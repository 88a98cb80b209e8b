"""What the operations of a mirror are called: as in the vendor's own OpenAPI document.

Sources: https://github.com/stripe/openapi, https://github.com/twilio/twilio-oai
"""

import re

from mirra_mcp.local.kit.routes import Route

STRIPES = {
    "accounts": "account", "active_entitlements": "id", "balance_transactions": "id",
    "configurations": "configuration", "confirmation_tokens": "confirmation_token",
    "credit_notes": "id", "early_fraud_warnings": "early_fraud_warning", "events": "id",
    "event_destinations": "id", "features": "id", "file_links": "link", "meters": "id",
    "payment_intents": "intent", "products": "id", "sessions": "session",
    "setup_intents": "intent", "shipping_rates": "shipping_rate_token",
    "subscription_items": "item", "subscription_schedules": "schedule",
    "subscriptions": "subscription_exposed_id", "tax_ids": "id",
}  # fmt: skip
"""What Stripe calls the placeholder after a segment, where it isn't the singular."""
INNER = {"balance_transactions": "transaction", "sources": "id"}
"""What it calls those inside a customer."""
BELOW = {"subscriptions": ("resume", "migrate"), "credit_notes": ("lines",)}
"""Where, before these segments, it takes the singular after all."""
TWILIOS = {"index": "List", "list": "List", "retrieve": "Fetch", "fetch": "Fetch"}
COMMON = {"index": "list", "retrieve": "get"}
PLURALS = re.compile(r"(?<=[a-z])(ies|sses|xes|ches|s)$")
UNCOUNTED = {"media", "usage", "sms", "feedback"}


def singular(plural: str) -> str:
    """Return a plural's singular, as these APIs form them."""
    if plural in UNCOUNTED or plural.endswith("ss") or plural.endswith("status"):
        return plural
    found = PLURALS.search(plural)
    if found is None:
        return plural
    ending = {"ies": "y", "sses": "ss", "xes": "x", "ches": "ch", "s": ""}[found[1]]
    return plural[: found.start()] + ending


def _camel(*words: str) -> str:
    parts = [part for word in words for part in re.split(r"[^A-Za-z0-9]+", word) if part]
    return "".join(part[:1].upper() + part[1:] for part in parts)


def stripe(route: Route) -> str:
    """Name an operation as Stripe does: `PostCustomersCustomer`."""
    version, *parts = route.path.strip("/").split("/")
    words = [route.method.capitalize()] + (["v2"] if version == "v2" else [])
    for number, part in enumerate(parts):
        if part != "{id}":
            words.append(part.strip("{}"))
            continue
        before = parts[number - 1]
        if number > 1 and parts[0] == "customers":
            words.append(INNER.get(before, STRIPES.get(before, singular(before))))
        elif parts[-1] in BELOW.get(before, ()):
            words.append(singular(before))
        else:
            words.append(STRIPES.get(before, singular(before)))
    return _camel(*words)


def twilio(route: Route) -> str:
    """Name an operation as Twilio does: `CreateMessage`, `ListMessage`, `FetchMessage`."""
    return _camel(TWILIOS.get(route.verb, route.verb), singular(route.noun))


def common(route: Route) -> str:
    """Name an operation of any other vendor: `createEmail`, `listEmails`, `getEmail`."""
    verb = COMMON.get(route.verb, route.verb)
    noun = route.noun if verb == "list" else singular(route.noun)
    name = _camel(verb, noun)
    return name[:1].lower() + name[1:]


RULES = {"stripe": stripe, "twilio": twilio}


def named(vendor: str, routes: list[Route]) -> dict[str, Route]:
    """Return a mirror's operations by name; of two alike, the later one gets its path's words."""
    rule = RULES.get(vendor, common)
    found: dict[str, Route] = {}
    for route in routes:
        name = rule(route)
        if name in found:
            words = [part for part in route.path.split("/") if part and "{" not in part]
            name = f"{name}_{_camel(*words)}"
        number = 1
        while name in found:
            number += 1
            name = f"{name.rstrip('0123456789')}{number}"
        found[name] = route
    return found
