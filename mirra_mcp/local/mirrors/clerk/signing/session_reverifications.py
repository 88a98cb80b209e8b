"""Reverifications: who is signed in shows once more that it is them, before something sensitive.

Source: https://clerk.com/docs/guides/secure/reverification
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.signing import attempts, factors
from mirra_mcp.local.mirrors.clerk.signing.params import (
    AttemptReverification,
    AttemptSecondFactor,
    PrepareFirstFactor,
    PrepareSecondFactor,
    StartReverification,
)
from mirra_mcp.wire.model import Doc

FACTORS = ("password", "email_code", "phone_code")


class SessionReverifications(ClerkResource):
    """The reverifications of sessions: one at a time of each."""

    entity, plural = "session_reverification", "session_reverifications"
    object, prefix, title = "session_reverification", "rev", "session reverification"
    names = ()
    indexes = ("_session_id",)
    statuses = ("needs_first_factor", "needs_second_factor", "complete")
    blank = {
        "object": "session_reverification",
        "id": "",
        "status": "needs_first_factor",
        "level": "first_factor",
        "supported_first_factors": None,
        "supported_second_factors": None,
        "first_factor_verification": None,
        "second_factor_verification": None,
        "created_at": None,
        "_session_id": "",
        "_user_id": "",
        "_sent": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what a browser learns of a reverification, with the session that it is of."""
        shown = super().view(doc)
        del shown["created_at"], shown["id"]
        sessions = self.mirror.sessions
        return shown | {"session": sessions.frontend(sessions.get(doc["_session_id"]))}

    @route("POST /v1/client/sessions/{session_id}/verify")
    def start(self, session_id: str, params: StartReverification, call: Call) -> Answer:
        """Begin anew, at a level; who has no second factor shows the first.

        Source: https://clerk.com/docs/reference/frontend-api (Start session reverification)
        """
        session = self._session(session_id, call)
        user = self.mirror.users.get(session["user_id"])
        first = [each for each in factors.first(self.mirror, user) if each["strategy"] in FACTORS]
        second = factors.second(self.mirror, user)
        level = params.level if second else "first_factor"
        for old in self.find(_session_id=session_id):
            self.drop(old)
        doc = self.new(
            level=level,
            status="needs_second_factor" if level == "second_factor" else "needs_first_factor",
            supported_first_factors=first,
            supported_second_factors=second or None,
            _session_id=session_id,
            _user_id=user["id"],
        )
        return self._told(call, self.save(doc))

    @route("POST /v1/client/sessions/{session_id}/verify/prepare_first_factor")
    def prepare_first(self, session_id: str, params: PrepareFirstFactor, call: Call) -> Answer:
        """Send a code.

        Fires: email.created or sms.created
        Source: https://clerk.com/docs/reference/frontend-api (Prepare first factor verification)
        """
        doc = self._at(session_id, call, "needs_first_factor")
        wanted = params.email_address_id or params.phone_number_id
        return self._told(call, self._send(doc, "first", params.strategy, wanted))

    @route("POST /v1/client/sessions/{session_id}/verify/attempt_first_factor")
    def attempt_first(self, session_id: str, params: AttemptReverification, call: Call) -> Answer:
        """Try the password or a code.

        Source: https://clerk.com/docs/reference/frontend-api (Attempt first factor verification)
        """
        doc = self._at(session_id, call, "needs_first_factor")
        user = self.mirror.users.get(doc["_user_id"])
        if params.strategy == "password":
            if params.password is None:
                raise errors.missing("password")
            if user["_password"] is None:
                raise attempts.wrong_strategy()
            known = self.mirror.users.has_password(user, params.password)
            refusal = None if known else attempts.wrong_password()
        else:
            refusal = self._tried(doc, "first", params.strategy, params.code)
        if refusal is not None:
            return self._failed(call, user, refusal)
        doc["first_factor_verification"] = _verified(params.strategy)
        is_done = doc["level"] != "multi_factor"
        doc["status"] = "complete" if is_done else "needs_second_factor"
        self._count(doc, first=True)
        return self._told(call, self.save(doc))

    @route("POST /v1/client/sessions/{session_id}/verify/prepare_second_factor")
    def prepare_second(self, session_id: str, params: PrepareSecondFactor, call: Call) -> Answer:
        """Text a code.

        Fires: sms.created
        Source: https://clerk.com/docs/reference/frontend-api (Prepare second factor verification)
        """
        doc = self._at(session_id, call, "needs_second_factor")
        sent = self._send(doc, "second", params.strategy, params.phone_number_id)
        return self._told(call, sent)

    @route("POST /v1/client/sessions/{session_id}/verify/attempt_second_factor")
    def attempt_second(self, session_id: str, params: AttemptSecondFactor, call: Call) -> Answer:
        """Try a code of the authenticator app, a backup code, or one that was texted.

        Source: https://clerk.com/docs/reference/frontend-api (Attempt second factor verification)
        """
        doc = self._at(session_id, call, "needs_second_factor")
        user = self.mirror.users.get(doc["_user_id"])
        if params.strategy == "phone_code":
            refusal = self._tried(doc, "second", params.strategy, params.code)
        else:
            known = self.mirror.users.use_code(user, params.strategy, params.code)
            refusal = None if known else errors.incorrect_code()
        if refusal is not None:
            return self._failed(call, user, refusal)
        doc |= {"second_factor_verification": _verified(params.strategy), "status": "complete"}
        self._count(doc, first=False)
        return self._told(call, self.save(doc))

    # the steps

    def _session(self, id: str, call: Call) -> Doc:
        session = self.mirror.sessions.own(id, call)
        if session["status"] not in ("active", "pending"):
            raise self.mirror.sessions.missing(id)
        return session

    def _at(self, session_id: str, call: Call, status: str) -> Doc:
        """Return the reverification of a session, at a step.

        Raises:
            VendorError: none was begun, or it is at another step.
        """
        self._session(session_id, call)
        doc = self.first(_session_id=session_id)
        if doc is None:
            raise errors.refusal(
                400,
                "session_reverification_missing",
                "is missing",
                "You need to start a new session verification flow first",
            )
        if doc["status"] != status:
            verb = status.removeprefix("needs_").replace("_", " ")
            raise errors.refusal(
                400,
                "invalid_action_for_session_reverification",
                "Invalid action for session reverification",
                f"We were unable to verify the {verb} for this session, as it's not ready for "
                "verification.",
            )
        return dict(doc)

    def _send(self, doc: Doc, which: str, strategy: str, id: str | None) -> Doc:
        """Send a code by a factor that the user has."""
        options = [
            each
            for each in doc[f"supported_{which}_factors"] or ()
            if each["strategy"] == strategy
            and id in (None, each.get("email_address_id"), each.get("phone_number_id"))
        ]
        if strategy not in factors.CODES or not options:
            raise attempts.wrong_strategy()
        to, about = factors.address_of(self.mirror, options[0])
        sent = self.mirror.sent_codes.start(strategy, to, user_id=doc["_user_id"], **about)
        shown = self.mirror.sent_codes.brief(sent)
        return self.save(doc | {"_sent": sent["id"], f"{which}_factor_verification": shown})

    def _tried(self, doc: Doc, which: str, strategy: str, code: str | None) -> VendorError | None:
        shown = doc[f"{which}_factor_verification"]
        if shown is None or shown["strategy"] != strategy or doc["_sent"] is None:
            raise errors.not_prepared()
        if code is None:
            raise errors.missing("code")
        codes = self.mirror.sent_codes
        return codes.refusal_of(codes.attempt(codes.get(doc["_sent"]), code))

    def _failed(self, call: Call, user: Doc, refusal: VendorError) -> Answer:
        """Count a failed attempt, which may lock the user, and refuse."""
        return self.mirror.counted(call, attempts.failed(self.mirror, user, refusal))

    def _count(self, doc: Doc, *, first: bool) -> None:
        """Let the session's tokens tell that a factor was verified just now: `fva`."""
        name = "_verified_at" if first else "_second_verified_at"
        sessions = self.mirror.sessions
        sessions.save(sessions.get(doc["_session_id"]) | {name: stamp(self.now)})

    def _told(self, call: Call, doc: Doc) -> Answer:
        return self.mirror.sessions.wrapped(call, self.view(doc))


def _verified(strategy: str) -> Doc:
    return {"status": "verified", "strategy": strategy, "attempts": None, "expire_at": None}
