"""What a browser must know of the instance before anybody signs in.

Source: https://github.com/clerk/openapi-specs (fapi, Client.Environment)
"""

from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.wire.model import Doc

KINDS = ("email_address", "phone_number", "username", "password")
FIRST_FACTORS = {
    "email_address": ["email_code", "email_link"],
    "phone_number": ["phone_code"],
    "password": ["password"],
}
SECOND_FACTORS = {
    "phone_number": ["phone_code"],
    "authenticator_app": ["totp"],
    "backup_code": ["backup_code"],
}
VERIFIED = ("email_address", "phone_number")
ENABLED = (*KINDS, "first_name", "last_name", "authenticator_app", "backup_code", "ticket")
DISABLED = ("web3_wallet", "passkey")
URLS = (
    "home", "sign_in", "sign_up", "user_profile", "waitlist", "after_sign_in", "after_sign_up",
    "after_sign_out_one", "after_sign_out_all", "after_switch_session", "after_join_waitlist",
    "organization_profile", "create_organization", "after_leave_organization",
    "after_create_organization", "logo_link", "oauth_consent",
)  # fmt: skip
"""Pages of the account portal: none is mirrored, an app names its own."""
SHORTEST_NAME, LONGEST_NAME = 4, 64
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 72
ATTEMPTS, LOCKOUT_MINUTES = 10, 60


def environment(clerk: Peers, settings: Doc) -> Doc:
    """Return the environment of an instance that is set to something."""
    return {
        "object": "environment",
        "id": clerk.identity.id,
        "auth_config": _auth_config(settings, clerk.identity.id),
        "display_config": _display_config(clerk, settings),
        "user_settings": _user_settings(settings),
        "organization_settings": _organization_settings(clerk.organizations.settings()),
        "fraud_settings": {
            "object": "fraud_settings",
            "native": {"device_attestation_mode": "off"},
        },
        "commerce_settings": {
            "billing": {
                "stripe_publishable_key": None,
                "free_trial_requires_payment_method": True,
                "user": _billing(clerk, "user"),
                "organization": _billing(clerk, "org"),
            }
        },
        "api_keys_settings": {
            "enabled": True,
            "user_api_keys_enabled": True,
            "orgs_api_keys_enabled": True,
        },
        "protect_config": {"loaders": []},
        "client_debug_mode": False,
        "partitioned_cookies": False,
        "maintenance_mode": False,
    }


def _billing(clerk: Peers, kind: str) -> Doc:
    plans = clerk.billing_plans.find(for_payer_type=kind)
    return {"enabled": bool(plans), "has_paid_plans": any(each["has_base_fee"] for each in plans)}


def _auth_config(settings: Doc, id: str) -> Doc:
    said = {kind: "required" if settings[f"requires_{kind}"] else "on" for kind in KINDS}
    return {
        "object": "auth_config",
        "id": f"aac_{id.removeprefix('ins_')}",
        "first_name": "on",
        "last_name": "on",
        **said,
        "identification_requirements": [
            [kind] for kind in KINDS[:3] if settings[f"requires_{kind}"]
        ],
        "identification_strategies": list(KINDS[:3]),
        "first_factors": [each for factors in FIRST_FACTORS.values() for each in factors],
        "second_factors": [each for factors in SECOND_FACTORS.values() for each in factors],
        "email_address_verification_strategies": FIRST_FACTORS["email_address"],
        "single_session_mode": True,
        "enhanced_email_deliverability": False,
        "test_mode": True,
        "cookieless_dev": True,
        "url_based_session_syncing": True,
        "claimed_at": None,
        "reverification": False,
    }


def _display_config(clerk: Peers, settings: Doc) -> Doc:
    return {
        "object": "display_config",
        "id": f"display_config_{clerk.identity.id.removeprefix('ins_')}",
        "instance_environment_type": settings["environment_type"],
        "application_name": clerk.application,
        "theme": {},
        "preferred_sign_in_strategy": "password",
        "logo_image_url": None,
        "favicon_image_url": None,
        **{f"{name}_url": "" for name in URLS},
        "support_email": None,
        "branded": True,
        "experimental_force_oauth_first": False,
        "clerk_js_version": None,
        "show_devmode_warning": True,
        "google_one_tap_client_id": None,
        "help_url": None,
        "privacy_policy_url": None,
        "terms_url": None,
        "captcha_public_key": None,
        "captcha_widget_type": None,
        "captcha_public_key_invisible": None,
        "captcha_provider": None,
        "captcha_oauth_bypass": [],
    }


def _user_settings(settings: Doc) -> Doc:
    return {
        "attributes": {name: _attribute(name, settings) for name in (*ENABLED, *DISABLED)},
        "social": {},
        "saml": {"enabled": False},
        "enterprise_sso": {"enabled": False},
        "sign_in": {"second_factor": {"required": False}},
        "sign_up": {
            "captcha_enabled": False,
            "captcha_widget_type": "smart",
            "custom_action_required": False,
            "progressive": True,
            "mode": settings["sign_up_mode"],
            "legal_consent_enabled": False,
        },
        "restrictions": {
            "allowlist": {"enabled": settings["allowlist"]},
            "blocklist": {"enabled": settings["blocklist"]},
            "allowlist_blocklist_disabled_on_sign_in": {"enabled": True},
            "block_email_subaddresses": {"enabled": False},
            "block_disposable_email_domains": {"enabled": False},
        },
        "password_settings": {
            "disable_hibp": False,
            "disable_password_reverification": True,
            "min_length": SHORTEST_PASSWORD,
            "max_length": LONGEST_PASSWORD,
            "require_special_char": False,
            "require_numbers": False,
            "require_uppercase": False,
            "require_lowercase": False,
            "show_zxcvbn": False,
            "min_zxcvbn_strength": 0,
            "enforce_hibp_on_sign_in": False,
            "allowed_special_characters": "",
        },
        "username_settings": {
            "min_length": SHORTEST_NAME,
            "max_length": LONGEST_NAME,
            "allow_extended_special_characters": False,
            "allow_numeric_usernames": False,
        },
        "actions": {
            "delete_self": True,
            "create_organization": True,
            "create_organizations_limit": None,
        },
        "attack_protection": {
            "user_lockout": {
                "enabled": True,
                "max_attempts": ATTEMPTS,
                "duration_in_minutes": LOCKOUT_MINUTES,
            },
            "pii": {"enabled": False},
            "email_link": {"require_same_client": False},
            "enumeration_protection": {"enabled": False},
        },
        "passkey_settings": {
            "allow_autofill": False,
            "show_sign_in_button": False,
            "satisfies_second_factor": False,
        },
    }


def _attribute(name: str, settings: Doc) -> Doc:
    enabled = name in ENABLED
    verified = name in VERIFIED
    return {
        "enabled": enabled,
        "required": bool(settings.get(f"requires_{name}", False)),
        "used_for_first_factor": enabled and name in ("email_address", "phone_number", "username"),
        "first_factors": FIRST_FACTORS.get(name, []) if verified else [],
        "used_for_second_factor": name in SECOND_FACTORS,
        "second_factors": SECOND_FACTORS.get(name, []),
        "verifications": FIRST_FACTORS[name] if verified else [],
        "verify_at_sign_up": verified,
        "immutable": False,
    }


def _organization_settings(settings: Doc) -> Doc:
    return {
        "enabled": settings["enabled"],
        "max_allowed_memberships": settings["max_allowed_memberships"],
        "actions": {"admin_delete": settings["admin_delete_enabled"]},
        "domains": {
            "enabled": settings["domains_enabled"],
            "enrollment_modes": settings["domains_enrollment_modes"],
            "default_role": settings["domains_default_role"],
        },
        "slug": {"disabled": settings["slug_disabled"]},
        "creator_role": settings["creator_role"],
        "force_organization_selection": False,
    }
