"""What Clerk offers and this mirror doesn't, and where it is deliberately not like Clerk.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml)
"""

from mirra_mcp.local.mirrors.clerk.api.gaps.frontend import FRONTEND

INSTANCE: dict[str, str] = {
    "/v1/public/interstitial": "GET",
    "/v1/beta_features/instance_settings": "PATCH",
    "/v1/beta_features/domain": "PUT",
    "/v1/domains": "GET POST",
    "/v1/domains/{domain_id}": "DELETE PATCH",
    "/v1/instance": "PATCH",
    "/v1/instance/protect": "GET PATCH",
    "/v1/instance/communication": "GET PATCH",
    "/v1/instance/change_domain": "POST",
    "/v1/webhooks/svix": "POST DELETE",
    "/v1/webhooks/svix_url": "POST",
    "/v1/proxy_checks": "POST",
}

USERS: dict[str, str] = {
    "/v1/users/{user_id}/trusted_devices": "GET",
    "/v1/users/{user_id}/trusted_devices/{trusted_device_id}": "DELETE",
    "/v1/users/{user_id}/web3_wallets/{web3_wallet_identification_id}": "DELETE",
}

BILLING: dict[str, str] = {
    "/v1/billing/prices": "POST",
    "/v1/billing/subscription_items/{subscription_item_id}/price_transition": "POST",
    "/v1/billing/subscription_items/{subscription_item_id}/discounts": "POST",
    "/v1/billing/subscription_items/{subscription_item_id}/discounts/{discount_id}": "DELETE",
}

AGENTS: dict[str, str] = {
    "/v1/agents/tasks": "POST",
    "/v1/agents/tasks/{agent_task_id}/revoke": "POST",
}

ENTERPRISE: dict[str, str] = {
    "/v1/scim_directories": "GET POST",
    "/v1/scim_directories/{scim_directory_id}": "GET PATCH DELETE",
    "/v1/scim_directories/{scim_directory_id}/rotate_api_key": "POST",
    "/v1/scim_directories/{scim_directory_id}/group_role_mappings": "GET POST PUT",
    "/v1/scim_directories/{scim_directory_id}/group_role_mappings/{mapping_id}": "DELETE",
    "/v1/directories": "GET POST",
    "/v1/directories/{directory_id}": "GET PATCH DELETE",
    "/v1/directories/{directory_id}/rotate_api_key": "POST",
    "/v1/directories/{directory_id}/group_role_mappings": "GET POST PUT",
    "/v1/directories/{directory_id}/group_role_mappings/{mapping_id}": "DELETE",
    "/v1/admin_portal_link_tokens": "POST",
    "/v1/admin_portal_link_tokens/{adminPortalLinkTokenID}/revoke": "POST",
}

AREAS: tuple[tuple[dict[str, str], str], ...] = (
    (FRONTEND, "This part of the Frontend API is not mirrored."),
    (INSTANCE, "Settings of the instance and its domains are not mirrored."),
    (USERS, "This part of users is not mirrored."),
    (BILLING, "Custom prices and discounts of Clerk Billing are not mirrored."),
    (AGENTS, "Agents' tasks are not mirrored."),
    (ENTERPRISE, "Directories, that provision users by SCIM, are not mirrored."),
)
ENDPOINTS: dict[str, str] = {
    f"{method} {path}": reason
    for paths, reason in AREAS
    for path, methods in paths.items()
    for method in methods.split()
}

LIMITS: tuple[str, ...] = (
    "Version 2026-08-20, which the newest SDKs ask for and nothing published describes, is "
    "answered as 2026-05-12.",
    "Each user must have an email address and a password, unless the calls say that it needn't.",
    "Passwords known from breaches are those of a short list, not of haveibeenpwned.com.",
    "Digests of passwords are kept whatever their hasher is; only those of md5, sha256 and "
    "pbkdf2_sha256_django can be checked, others answer 501.",
    "The rate limits are enforced only after simulating `instance.rate_limited`.",
    "Organizations are enabled and have slugs, as in applications made before October 2025.",
    "By the domain of an address people are invited to an organization, or it is suggested, when "
    "they sign up or verify the address; who was there before the domain's mode was set isn't. "
    "Requests to join are made and approved by simulating `organizationSuggestion.accepted`.",
    "An instance has up to ten role sets; who must get another role gets it at once.",
    "Lists of identifiers hold for sign-ups alone, as in new applications; subaddresses and "
    "disposable addresses are not blocked: to ask for that answers 501.",
    "Whether sign-ups are open, invite-only or by waitlist is set by Setup text, or by "
    "simulating `instance.access_mode_changed`.",
    "Nobody is invited by text.",
    "Addresses are verified by code and by link alike; Clerk's own endpoints ask for no "
    "reverification: an app does.",
    "Handshakes lead back to pages on this machine alone.",
    "Nobody signs in by OAuth, passkey or wallet in a browser: only by password, code, link and "
    "ticket.",
    "Redirect URLs are kept, but nobody is redirected; testing tokens are given out, but nobody is "
    "taken for a bot.",
    "Clerk publishes no words for refusals of API keys and M2M tokens: the statuses are Clerk's, "
    "what follows the parameter's name is the mirror's. A key or token that is unknown, revoked or "
    "expired isn't found.",
    "`POST /v1/m2m_tokens/verify` knows opaque tokens; a JWT is verified by the instance's key, as "
    "the Node SDK does.",
    "The subject and the creator of an API key need not exist.",
    "Of a machine's former secret keys only the last is good for a while: a second rotation ends "
    "the first key's time. Tokens and keys live 10,000,000,000 seconds at most.",
    "Nobody is asked at an identity provider: simulating `enterprise_sso.signed_in` tells what it "
    "says. Its metadata URL is kept and not fetched, and its signatures are not checked.",
    "`disable_additional_identifications` of enterprise connections is kept and shown.",
    "More than 25 enterprise connections are let be, where Clerk has a limit in development.",
    "The pages on which people sign in and consent to OAuth applications are not drawn: simulating "
    "`oauth_application.authorized` does what they do there. Clients don't register themselves.",
    "Clerk publishes no words for most refusals of its OAuth server: the codes are OAuth's."
    " Refresh tokens stay the same when they are used. The times of JWTs, like those of session"
    " tokens, are told on the machine's clock in a session whose clock flows.",
    "Templates are those of the messages that the mirror sends; variables are filled in, but "
    "conditions and the editor's markup aren't. What Clerk doesn't deliver is in the state all the "
    "same.",
    "Plans are made by Setup text, or by simulating `billing_plan.created`; the first of users, or "
    "of organizations, enables Billing for them, with the free plan.",
    "Who changes from one paid plan to a dearer one pays it whole: what is left of the period "
    "before isn't credited. Taxes are nothing, and seats aren't counted.",
    "A renewal that was declined isn't tried again by itself: the item stays `past_due`, with its "
    "plan, until it is paid or canceled; paying it begins a new period.",
    "A statement of Billing is of a payer and a calendar month.",
    "Images of users are not drawn: `image_url` leads to img.clerk.com.",
)
