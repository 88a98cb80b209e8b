"""Enterprise connections through the SDK: companies' people come in at their identity providers.

Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/overview
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from clerk_backend_api.models import ClerkBaseError, ClerkErrors
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account, error, refusal, said

pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED")
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def certificate() -> str:
    """Make a certificate as identity providers have."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.acme.com")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


CERTIFICATE = certificate()
IDP: Doc = {
    "idp_entity_id": "https://idp.acme.com",
    "idp_sso_url": "https://idp.acme.com/sso",
    "idp_certificate": CERTIFICATE,
}


def any_of(account: Account) -> Any:
    """Return the SDK without its types: it takes plain objects for its models."""
    return account.sdk


def connection(account: Account, **fields: Any) -> Any:
    """Make an active SAML connection of acme.com."""
    given: Doc = {"name": "Acme", "provider": "saml_custom", "domains": ["Acme.com"],
                  "active": True, "saml": IDP} | fields  # fmt: skip
    return any_of(account).enterprise_connections.create(request=given)


def refused(account: Account, event: str, **given: Any) -> str:
    """Return why something can't be simulated."""
    answer = account.http.post("/_mirra/simulate", json={"event": event, **given})
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"]["message"])


def test_a_saml_connection_lives_from_its_making_to_its_deletion(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Enterprise Connections)"""
    sdk = any_of(account).enterprise_connections
    made = connection(account, active=False, saml=IDP | {"attribute_mapping": {"first_name": "fn"}})
    assert (made.id[:8], made.domains, made.active) == ("entconn_", ["acme.com"], False)
    saml = made.saml_connection
    assert (
        saml.sp_metadata_url == f"https://mirra.clerk.accounts.dev/v1/saml/metadata/{saml.id}.xml"
    )
    changed = sdk.update(
        enterprise_connection_id=made.id,
        active=True,
        name="Acme Inc",
        saml={"force_authn": True, "login_hint": {"mode": "email_address"}},
    )
    assert (changed.active, changed.name, changed.saml_connection.force_authn) == (
        True,
        "Acme Inc",
        True,
    )
    old = any_of(account).saml_connections.get(saml_connection_id=saml.id)
    assert (old.enterprise_connection_id, old.domain, old.user_count) == (made.id, "acme.com", 0)
    assert old.attribute_mapping.model_dump() == {
        "user_id": "",
        "email_address": "mail",
        "first_name": "fn",
        "last_name": "lastName",
    }
    assert (old.idp_certificate_issued_at, old.idp_certificate_expires_at) == (
        int(FROM.timestamp() * 1_000),
        int(UNTIL.timestamp() * 1_000),
    )
    listed = sdk.list(active=True)
    assert ([each.id for each in listed.data], listed.total_count) == ([made.id], 1)
    assert sdk.list(active=False).data == []
    url = urlsplit(sdk.create_test_run(enterprise_connection_id=made.id).url)
    assert url.path.endswith("/init_test_run")
    account.simulate("enterprise_connection.tested")
    (run,) = sdk.list_test_runs(enterprise_connection_id=made.id).data
    assert (run.status, run.parsed_user_info.email_address) == ("success", "test@acme.com")
    assert sdk.list_test_runs(enterprise_connection_id=made.id, status=["failed"]).data == []
    assert "no pending test run" in refused(account, "enterprise_connection.tested")
    assert sdk.delete(enterprise_connection_id=made.id).deleted
    with pytest.raises(ClerkErrors) as gone:
        any_of(account).saml_connections.get(saml_connection_id=saml.id)
    assert refusal(gone.value)[:2] == (404, "resource_not_found")


def test_saml_connections_are_made_the_old_way_and_listed(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (SAML Connections)"""
    sdk = any_of(account).saml_connections
    text = (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        'entityID="https://idp.acme.com"><md:IDPSSODescriptor>{key}<md:SingleSignOnService '
        'Location="https://idp.acme.com/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>'
    )
    body = "".join(CERTIFICATE.splitlines()[1:-1])
    key = (
        '<md:KeyDescriptor><ds:X509Certificate xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f"{body}</ds:X509Certificate></md:KeyDescriptor>"
    )
    made = sdk.create(
        request={
            "name": "Acme",
            "provider": "saml_okta",
            "domain": "acme.com",
            "idp_metadata": text.format(key=key),
        }
    )
    assert (made.idp_entity_id, made.idp_sso_url) == (IDP["idp_entity_id"], IDP["idp_sso_url"])
    assert sdk.update(saml_connection_id=made.id, active=True).active
    sdk.create(request={"name": "Zoo", "provider": "saml_custom", "domains": ["zoo.com"]})
    assert [each.name for each in sdk.list(query="o", order_by="+name").data] == ["Zoo"]
    assert [each.name for each in sdk.list(order_by="-name").data] == ["Zoo", "Acme"]
    for spoilt, code in (
        (text.format(key=""), "saml_metadata_missing_fields"),
        ("<not-closed>", "saml_failed_to_parse_idp_metadata"),
        (f'<!DOCTYPE x [<!ENTITY y "z">]>{text}', "saml_failed_to_parse_idp_metadata"),
    ):
        with pytest.raises(ClerkErrors) as why:
            sdk.update(saml_connection_id=made.id, idp_metadata=spoilt)
        assert refusal(why.value)[:2] == (422, code)
    assert sdk.delete(saml_connection_id=made.id).deleted
    assert [each.name for each in any_of(account).enterprise_connections.list().data] == ["Zoo"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"saml": {"idp_sso_url": "https://x"}}, 422, "saml_connection_cant_be_activated"),
        ({"domains": ["no domain"]}, 422, "form_param_value_invalid"),
        ({"saml": IDP | {"idp_certificate": "none"}}, 422, "form_param_value_invalid"),
        ({"provider": "saml_ping"}, 422, "form_param_value_invalid"),
        ({"oidc": {"client_id": "x"}}, 422, "form_param_unknown"),
        ({"organization_id": "org_nobody"}, 404, "resource_not_found"),
        ({"domains": []}, 422, "form_param_value_invalid"),
        ({"saml": {"login_hint": {"mode": "custom_attribute"}}}, 422,
         "form_conditional_param_missing"),
    ],
)  # fmt: skip
def test_a_connection_that_cannot_be_is_refused_and_nothing_is_kept(
    account: Account, fields: Doc, status: int, code: str
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    given = {"name": "Acme", "provider": "saml_custom", "domains": ["acme.com"], "active": True,
             "saml": IDP} | fields  # fmt: skip
    found, told = account.call("POST", "/v1/enterprise_connections", given)
    assert (found, error(told)[0]) == (status, code)
    assert account.call("GET", "/v1/enterprise_connections")[1]["total_count"] == 0
    assert account.call("GET", "/v1/saml_connections")[1]["total_count"] == 0


def test_people_of_a_company_are_made_linked_and_members(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/account-linking"""
    old = account.user("bob@acme.com", first_name="Robert")
    organization = any_of(account).organizations.create(request={"name": "Acme"})
    attribute = {"name": "Department", "key": "department", "sso_path": "dept"}
    made = connection(account, organization_id=organization.id, custom_attributes=[attribute])
    told = len(account.told())
    account.simulate(
        "enterprise_sso.signed_in",
        email="ann@acme.com",
        firstName="Ann",
        attributes={"dept": "R&D", "public_metadata_site": "Oslo"},
    )
    assert [name for name, _ in account.told()[told:]] == [
        "user.created",
        "organizationMembership.created",
        "session.created",
    ]
    ann = any_of(account).users.list(request={"email_address": ["ann@acme.com"]})[0]
    (linked,) = ann.enterprise_accounts
    assert (linked.protocol, linked.first_name, linked.enterprise_connection.id) == (
        "saml",
        "Ann",
        made.id,
    )
    assert (ann.saml_accounts[0].provider, ann.public_metadata, ann.password_enabled) == (
        "saml_custom",
        {"department": "R&D", "site": "Oslo"},
        False,
    )
    assert ann.email_addresses[0].matches_sso_connection
    account.simulate("enterprise_sso.signed_in", email="bob@acme.com", firstName="Bob")
    bob = any_of(account).users.get(user_id=old.id)
    assert (bob.first_name, len(bob.enterprise_accounts)) == ("Bob", 1)
    members = any_of(account).organization_memberships.list(organization_id=organization.id)
    assert members.total_count == 2
    any_of(account).enterprise_connections.update(
        enterprise_connection_id=made.id,
        sync_user_attributes=False,
        disable_additional_identifications=False,
    )
    account.simulate("enterprise_sso.signed_in", email="bob@acme.com", firstName="Bobby")
    assert any_of(account).users.get(user_id=old.id).first_name == "Bob"
    any_of(account).enterprise_connections.delete(enterprise_connection_id=made.id)
    left = any_of(account).users.get(user_id=ann.id)
    assert (left.enterprise_accounts, left.email_addresses[0].matches_sso_connection) == ([], False)


def test_who_the_connection_is_not_for_does_not_come_in(account: Account) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    made = connection(account)
    event, path = "enterprise_sso.signed_in", f"/v1/enterprise_connections/{made.id}"
    told = refused(account, event, email="eve@sub.acme.com")
    assert "does not match the domain" in told
    account.call("PATCH", path, {"saml": {"allow_subdomains": True}})
    account.simulate(event, email="eve@sub.acme.com")
    account.call("PATCH", path, {"disable_jit_provisioning": True})
    assert "Just-in-time provisioning is disabled" in refused(account, event, email="new@acme.com")
    account.simulate(event, email="eve@sub.acme.com")
    account.call("PATCH", path, {"saml": {"attribute_mapping": {"email_address": "login"}}})
    gone = refused(account, event, email="eve@sub.acme.com", attributes={"login": ""})
    assert "does not have an associated 'login' attribute" in gone
    account.call("PATCH", path, {"active": False})
    assert "No active SAML Connection" in refused(
        account, event, email="eve@sub.acme.com", connectionId=made.id
    )
    assert len(account.state("users")) == 1


def test_a_member_of_another_domain_is_linked_where_the_connection_lets_it(
    account: Account,
) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Enterprise Connections)"""
    organization = any_of(account).organizations.create(request={"name": "Acme"})
    made = connection(account, organization_id=organization.id)
    user = account.user("carol@freelance.dev")
    given = {"email": "carol@freelance.dev", "connectionId": made.id}
    account.call("PATCH", f"/v1/enterprise_connections/{made.id}",
                 {"allow_organization_account_linking": True})  # fmt: skip
    assert "does not match" in refused(account, "enterprise_sso.signed_in", **given)
    any_of(account).organization_memberships.create(
        organization_id=organization.id, user_id=user.id, role="org:member"
    )
    account.simulate("enterprise_sso.signed_in", **given)
    assert len(any_of(account).users.get(user_id=user.id).enterprise_accounts) == 1


def test_a_browser_is_sent_to_the_identity_provider_and_comes_back(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/authentication-flows"""
    account.user("ann@acme.com", username="annie")
    connection(account, saml=IDP | {"login_hint": {"mode": "email_address"}})
    browser = Browser(account)
    attempt = browser.post("/client/sign_ins", identifier="ann@acme.com")
    assert [each["strategy"] for each in attempt["supported_first_factors"]] == ["enterprise_sso"]
    path = f"/client/sign_ins/{attempt['id']}"
    given = {"strategy": "password", "password": "correct horse battery"}
    status, told = browser.call("POST", f"{path}/attempt_first_factor", **given)
    assert (status, error(told)[0]) == (400, "strategy_for_user_invalid")
    sent = browser.post(f"{path}/prepare_first_factor", strategy="enterprise_sso",
                        redirect_url="https://app.example/sso")  # fmt: skip
    way = urlsplit(sent["first_factor_verification"]["external_verification_redirect_url"])
    query = parse_qs(way.query)
    assert (way.netloc, query["login_hint"]) == ("idp.acme.com", ["ann@acme.com"])
    assert query["RelayState"] == ["https://app.example/sso"]
    account.simulate("enterprise_sso.signed_in", email="ann@acme.com")
    _, done = browser.call("GET", path)
    assert (
        done["response"]["status"],
        done["response"]["first_factor_verification"]["status"],
    ) == (
        "complete",
        "verified",
    )
    assert done["response"]["created_session_id"]
    status, told = Browser(account).call("POST", "/client/sign_ins", identifier="annie")
    assert error(told)[0] == "sign_in_must_use_enterprise_connection_identifier"
    other = {"identifier": "x@y.com", "strategy": "enterprise_sso"}
    status, told = Browser(account).call("POST", "/client/sign_ins", **other)
    assert (status, error(told)[0]) == (422, "enterprise_sso_sign_in_connection_missing")
    newcomer = Browser(account)
    begun = newcomer.post("/client/sign_ups", email_address="new@acme.com")
    assert "enterprise_sso" in begun["missing_fields"]
    account.simulate("enterprise_sso.signed_in", email="new@acme.com")
    _, over = newcomer.call("GET", f"/client/sign_ups/{begun['id']}")
    assert over["response"]["status"] == "complete"


def test_an_oidc_connection_keeps_its_secret_to_itself(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/oidc/custom-provider"""
    oidc = {"client_id": "mirra", "discovery_url": "https://idp.acme.com/.well-known"}
    with pytest.raises(ClerkBaseError) as why:
        connection(account, provider="oidc_custom", saml=None, oidc=oidc)
    assert said(why.value)[1] == "saml_connection_cant_be_activated"
    oidc |= {"client_secret": "very-secret-thing"}
    made = connection(account, provider="oidc_custom", saml=None, oidc=oidc)
    assert (made.oauth_config.client_id, made.saml_connection) == ("mirra", None)
    assert "very-secret-thing" not in str(account.state("enterprise_connections"))
    account.simulate("enterprise_sso.signed_in", email="ann@acme.com", lastName="Lee")
    (ann,) = any_of(account).users.list(request={})
    assert (ann.last_name, ann.saml_accounts, ann.enterprise_accounts[0].protocol) == (
        "Lee",
        [],
        "oauth",
    )


def test_a_domain_is_of_a_connection_or_enrolls_never_both(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/organizations/add-members/sso"""
    account.call("PATCH", "/v1/instance/organization_settings", {
        "domains_enabled": True, "domains_enrollment_modes": ["automatic_invitation"]})  # fmt: skip
    organization = any_of(account).organizations.create(request={"name": "Acme"})
    domain = {"name": "acme.com", "enrollment_mode": "automatic_invitation"}
    path = f"/v1/organizations/{organization.id}/domains"
    assert account.call("POST", path, domain)[0] == 200
    old = any_of(account).saml_connections.create(
        request={"name": "A", "provider": "saml_custom", "domain": "acme.com", **IDP}
    )
    with pytest.raises(ClerkErrors) as why:
        any_of(account).saml_connections.update(saml_connection_id=old.id, active=True)
    assert why.value.status_code == 409
    any_of(account).saml_connections.update(
        saml_connection_id=old.id, active=True, consent_verified_domains_deletion=True
    )
    assert account.told()[-1][0] == "organizationDomain.deleted"
    account.call("PATCH", f"/v1/saml_connections/{old.id}", {"organization_id": organization.id})
    status, told = account.call("POST", path, domain)
    assert (status, error(told)[0]) == (422, "organization_domain_exists_for_enterprise_connection")
