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
