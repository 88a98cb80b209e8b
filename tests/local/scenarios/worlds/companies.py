"""Worlds of companies at Clerk: each a function that plays real calls and returns its ids."""

from tests.local.scenarios.check.stage import Stage

Names = dict[str, str]


def quiet(stage: Stage) -> Names:
    stage.begin()
    return {}


def _connected(stage: Stage, *, active: bool) -> Names:
    stage.begin()
    saml = {"idp_entity_id": "https://idp.acme.com", "idp_sso_url": "https://idp.acme.com/sso",
            "idp_metadata_url": "https://idp.acme.com/metadata"}  # fmt: skip
    given = {"name": "Acme", "provider": "saml_custom", "domains": ["acme.com"],
             "active": active, "saml": saml}  # fmt: skip
    made = stage.call("POST", "/v1/enterprise_connections", given, vendor="clerk", status=201)
    return {"connection": made["id"]}


def connected(stage: Stage) -> Names:
    return _connected(stage, active=True)


def dormant(stage: Stage) -> Names:
    return _connected(stage, active=False)


def came_in(stage: Stage) -> Names:
    names = connected(stage)
    stage.simulate("clerk", "enterprise_sso.signed_in", email="ann@acme.com")
    return names


def _enrolling(stage: Stage, mode: str) -> Names:
    modes = ["automatic_invitation", "automatic_suggestion"]
    settings = {"domains_enabled": True, "domains_enrollment_modes": modes}
    stage.call("PATCH", "/v1/instance/organization_settings", settings, vendor="clerk")
    made = stage.call("POST", "/v1/organizations", {"name": "Acme"}, vendor="clerk")
    path = f"/v1/organizations/{made['id']}/domains"
    stage.call("POST", path, {"name": "acme.com", "enrollment_mode": mode}, vendor="clerk")
    stage.begin()
    stage.simulate("clerk", "user.created", email="ann@acme.com")
    return {}


def invited(stage: Stage) -> Names:
    return _enrolling(stage, "automatic_invitation")


def suggested(stage: Stage) -> Names:
    return _enrolling(stage, "automatic_suggestion")


def approved(stage: Stage) -> Names:
    names = suggested(stage)
    stage.simulate("clerk", "organizationSuggestion.accepted")
    return names


def selling(stage: Stage, **trial: int) -> Names:
    stage.simulate("clerk", "user.created", email="ann@acme.com")
    stage.begin()
    stage.simulate("clerk", "billing_plan.created", name="Pro", amount=2_000, **trial)
    return {}


def bought(stage: Stage) -> Names:
    names = selling(stage)
    stage.simulate("clerk", "subscriptionItem.active", plan="pro")
    return names


def refused(stage: Stage) -> Names:
    names = selling(stage)
    stage.simulate("clerk", "subscriptionItem.active", plan="pro", card="4000000000000002")
    return names


def left(stage: Stage) -> Names:
    names = bought(stage)
    stage.simulate("clerk", "subscriptionItem.canceled")
    return names


def late(stage: Stage) -> Names:
    names = selling(stage, free_trial_days=7)
    stage.simulate("clerk", "subscriptionItem.active", plan="pro", card="4000000000000341")
    stage.pass_time(8 * 86_400)
    return names
