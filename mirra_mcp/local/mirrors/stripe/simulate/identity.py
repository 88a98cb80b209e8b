"""What people do when they are asked to prove who they are.

Source: https://docs.stripe.com/identity/verification-sessions
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.risk.identity.sessions import PERSON
from mirra_mcp.local.mirrors.stripe.simulate.payments import one_of
from mirra_mcp.wire.model import Doc

Session = Annotated[
    str | None, Field(description="The session (vs_...); the only open one, if left out.")
]
Code = Literal[
    "abandoned", "consent_declined", "country_not_supported", "device_not_supported",
    "document_expired", "document_type_not_supported", "document_unverified_other",
    "id_number_insufficient_document_data", "id_number_mismatch", "id_number_unverified_other",
    "selfie_document_missing_photo", "selfie_face_mismatch", "selfie_manipulated",
    "selfie_unverified_other", "under_supported_age",
]  # fmt: skip
OPEN = ("requires_input", "processing")
SUBMITTED = "identity.verification_session.processing"


@story("identity.verification_session.processing")
def processing(stripe: Peers, session: Session = None) -> Doc:
    """Somebody submits a document or a number; it is looked at."""
    doc = one_of(stripe.verification_sessions, session, "session", ("requires_input",))
    return stripe.verification_sessions.view(stripe.verification_sessions.submitted(doc))


@story(
    "identity.verification_session.verified",
    fires=(SUBMITTED, "identity.verification_session.verified"),
)
def verified(
    stripe: Peers, session: Session = None, first_name: str = "Jenny", last_name: str = "Rosen"
) -> Doc:
    """Somebody submits what is asked for, and it is theirs."""
    doc = _under_way(stripe, session)
    person = PERSON | {"first_name": first_name, "last_name": last_name}
    return stripe.verification_sessions.view(stripe.verification_sessions.passed(doc, person))


@story(
    "identity.verification_session.requires_input",
    fires=(SUBMITTED, "identity.verification_session.requires_input"),
)
def requires_input(
    stripe: Peers,
    session: Session = None,
    code: Code = "document_unverified_other",
    reason: str = "The document couldn't be verified.",
) -> Doc:
    """Somebody submits what is asked for, and it isn't verified: they may try again."""
    doc = _under_way(stripe, session)
    return stripe.verification_sessions.view(stripe.verification_sessions.failed(doc, code, reason))


def _under_way(stripe: Peers, session: str | None) -> Doc:
    doc = one_of(stripe.verification_sessions, session, "session", OPEN)
    return doc if doc["status"] == "processing" else stripe.verification_sessions.submitted(doc)
