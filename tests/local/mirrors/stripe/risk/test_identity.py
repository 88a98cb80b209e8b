"""Identity's verification sessions and reports."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account, plain

VERIFIED = "identity.verification_session.verified"
AGAIN = "identity.verification_session.requires_input"


def asked(account: Account, **more: Any) -> Any:
    """Ask somebody for a document."""
    form: Any = {"type": "document", "metadata": {"user": "7"}, **more}
    return account.client.v1.identity.verification_sessions.create(form)


def test_somebody_fails_tries_again_and_is_verified(account: Account) -> None:
    """Source: https://docs.stripe.com/identity/how-sessions-work"""
    identity = account.client.v1.identity
    details = {"email": "jenny@example.com"}
    session = asked(account, client_reference_id="user_7", provided_details=details)
    assert (session.status, str(session.client_secret)[:3]) == ("requires_input", "vs_")
    assert str(session.url).startswith(f"{account.url}/identity/")
    account.simulate(AGAIN, session=session.id, code="document_expired", reason="It is too old.")
    failed = identity.verification_sessions.retrieve(session.id)
    assert plain(failed.last_error) == {"code": "document_expired", "reason": "It is too old."}
    assert failed.status == "requires_input"
    account.simulate(VERIFIED, session=session.id, firstName="Ada")
    done = identity.verification_sessions.retrieve(session.id, {"expand": ["verified_outputs"]})
    assert (done.status, done.url, done.last_error) == ("verified", None, None)
    outputs = plain(done)["verified_outputs"]
    assert (outputs["first_name"], outputs["email"]) == ("Ada", "jenny@example.com")
    report = identity.verification_reports.retrieve(str(done.last_verification_report))
    assert report.document
    assert (report.document.status, report.document.first_name) == ("verified", "Ada")
    found = identity.verification_reports.list({"verification_session": session.id}).data
    assert [plain(each)["document"]["status"] for each in found] == ["verified", "unverified"]
    types = [type.rpartition(".")[2] for type in account.types() if type.startswith("identity.")]
    assert types == ["created", "processing", "requires_input", "processing", "verified"]
    with pytest.raises(stripe.InvalidRequestError) as told:
        identity.verification_sessions.cancel(session.id)
    assert told.value.code == "verification_session_unexpected_state"


def test_a_session_is_canceled_before_it_is_done(account: Account) -> None:
    """Source: https://docs.stripe.com/api/identity/verification_sessions/cancel"""
    sessions = account.client.v1.identity.verification_sessions
    session = asked(account)
    changed = sessions.update(session.id, {"metadata": {"user": "8"}, "type": "id_number"})
    assert (plain(changed.metadata), changed.type) == ({"user": "8"}, "id_number")
    ended = sessions.cancel(session.id)
    assert (ended.status, ended.url, ended.client_secret) == ("canceled", None, None)
    assert [each.id for each in sessions.list({"status": "canceled"}).data] == [session.id]
    assert sessions.list({"status": "verified"}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="cannot update"):
        sessions.update(session.id, {"metadata": {"user": "9"}})


def test_a_redacted_session_forgets_the_person(account: Account) -> None:
    """Source: https://docs.stripe.com/identity/verification-sessions#redact

    Divergence: It is done two seconds later on the session's clock; Stripe takes up to four days.
    """
    identity = account.client.v1.identity
    session = asked(account)
    account.simulate(VERIFIED, session=session.id)
    begun = identity.verification_sessions.redact(session.id)
    assert begun.redaction
    assert begun.redaction.status == "processing"
    account.advance("3s")
    kept = identity.verification_sessions.retrieve(session.id, {"expand": ["verified_outputs"]})
    assert kept.redaction
    assert (kept.redaction.status, plain(kept.metadata)) == ("redacted", {})
    assert plain(kept)["verified_outputs"]["last_name"] == "[redacted]"
    report = identity.verification_reports.retrieve(str(kept.last_verification_report))
    assert report.document
    assert (report.document.number, report.document.status) == ("[redacted]", "verified")
    assert account.types()[-1] == "identity.verification_session.redacted"
