"""How an account looks when nothing is known of it yet.

Source: https://docs.stripe.com/api/accounts/object
"""

from mirra_mcp.wire.model import Doc

SETTINGS: Doc = {
    "bacs_debit_payments": {"display_name": None, "service_user_number": None},
    "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
    "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
    "card_payments": {
        "decline_on": {"avs_failure": False, "cvc_failure": False},
        "statement_descriptor_prefix": None,
    },
    "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
    "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "never"},
    "payments": {"statement_descriptor": None},
    "payouts": {
        "debit_negative_balances": True,
        "schedule": {"delay_days": 2, "interval": "daily"},
        "statement_descriptor": None,
    },
    "sepa_debit_payments": {},
}
OWN: Doc = {
    "charges_enabled": True,
    "capabilities": {"card_payments": "active", "transfers": "active"},
    "controller": {"type": "account"},
    "details_submitted": True,
    "email": "owner@example.com",
    "payouts_enabled": True,
    "_own": True,
}
"""What distinguishes the session's own account from a fresh one."""


def controller(payer: str, losses: str, collection: str, dashboard: str) -> Doc:
    """Lay out who is responsible for what."""
    return {
        "fees": {"payer": payer},
        "is_controller": True,
        "losses": {"payments": losses},
        "requirement_collection": collection,
        "stripe_dashboard": {"type": dashboard},
        "type": "application",
    }


CONTROLLERS = {
    "custom": controller("application_custom", "application", "application", "none"),
    "express": controller("application_express", "application", "stripe", "express"),
    "standard": controller("account", "stripe", "stripe", "full"),
}
"""Source: https://docs.stripe.com/connect/migrate-to-controller-properties"""
CURRENCIES = {
    "AU": "aud", "BR": "brl", "CA": "cad", "CH": "chf", "CZ": "czk", "DK": "dkk", "GB": "gbp",
    "HK": "hkd", "HU": "huf", "IN": "inr", "JP": "jpy", "LI": "chf", "MX": "mxn", "MY": "myr",
    "NO": "nok", "NZ": "nzd", "PL": "pln", "RO": "ron", "SE": "sek", "SG": "sgd", "TH": "thb",
    "US": "usd",
}  # fmt: skip
"""The default currency by country; elsewhere it is the euro.

Source: https://docs.stripe.com/connect/account-debits and https://stripe.com/global
"""
COMPANY: Doc = {
    "address": None,
    "directors_provided": False,
    "executives_provided": False,
    "name": None,
    "owners_provided": False,
    "phone": None,
    "tax_id_provided": False,
    "vat_id_provided": False,
    "verification": {
        "document": {"back": None, "details": None, "details_code": None, "front": None}
    },
}
ADDRESS: Doc = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}
