"""Sign-ins: who somebody is, shown by a password, a code or a ticket, and by a second factor.

Source: https://clerk.com/docs/reference/frontend-api (Sign Ins)
"""

from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.identity import claims_of
from mirra_mcp.local.mirrors.clerk.signing import attempts, factors
from mirra_mcp.local.mirrors.clerk.signing.attempts import LIFETIME
from mirra_mcp.local.mirrors.clerk.signing.enterprise.sign_ins import STRATEGY, EnterpriseSignIns
from mirra_mcp.local.mirrors.clerk.signing.params import (
    AttemptFirstFactor,
    AttemptSecondFactor,
    CreateSignIn,
    PrepareFirstFactor,
    PrepareSecondFactor,
    ResetPassword,
)
from mirra_mcp.local.mirrors.clerk.signing.sign_in_tokens import invalid_ticket
from mirra_mcp.wire.model import Doc


class SignIns(EnterpriseSignIns):
    """The attempts to sign in."""

    entity, plural = "sign_in", "sign_ins"
    object, prefix, title = "sign_in_attempt", "sia", "sign in"
    names = ("identifier",)
    indexes = ("_user_id", "identifier", "status")
    statuses = ("needs_identifier", "needs_first_factor", "needs_second_factor",
                "needs_new_password", "complete")  # fmt: skip
    blank = {
        "object": "sign_in_attempt",
        "id": "",
        "status": "needs_identifier",
        "supported_identifiers": ["email_address", "phone_number", "username"],
        "supported_first_factors": None,
        "supported_second_factors": None,
        "first_factor_verification": None,
        "second_factor_verification": None,
        "identifier": None,
        "user_data": None,
        "created_session_id": None,
        "abandon_at": None,
        "_client_id": None,
        "_user_id": None,
        "_first_verification": None,
        "_second_verification": None,
        "_organization_id": None,
        "_actor": None,
        "_session_seconds": None,
    }

    @route("POST /v1/client/sign_ins")
    def create(self, params: CreateSignIn, call: Call) -> Answer:
        """Begin to sign in, and go on as far as what is given allows.

        Source: https://clerk.com/docs/reference/frontend-api (Create a new sign in)
        """
        if params.transfer:
            raise errors.refusal(
                400,
                "account_transfer_invalid",
                "Invalid account transfer",
                "There is no account to transfer",
            )
        client = self.mirror.clients.calling(call) or self.mirror.clients.open()
        doc = self.new(_client_id=client["id"], abandon_at=stamp(self.now + LIFETIME))
        if params.strategy == "ticket" or params.ticket is not None:
            return self.answer(call, self._by_ticket(self._begun(doc), params.ticket))
        if params.identifier is None:
            return self.answer(call, self._begun(doc))
        connection = self.claimed(params.identifier, params.strategy)
        if connection is not None:
            if params.password is not None:
                raise attempts.wrong_strategy()
            doc = self._begun(self.led(doc, params.identifier, connection))
            if params.strategy == STRATEGY:
                doc = self.sent_away(doc, params.redirect_url)
            return self.answer(call, doc)
        user = self._found(params.identifier)
        doc |= {
            "identifier": params.identifier,
            "status": "needs_first_factor",
            "_user_id": user["id"],
            "user_data": factors.user_data(user),
            "supported_first_factors": factors.first(self.mirror, user),
            "supported_second_factors": factors.second(self.mirror, user) or None,
        }
        doc = self._begun(doc)
        if params.password is not None:
            return self._by_password(call, doc, params.password)
        if params.strategy in factors.CODES:
            doc = self._send(doc, str(params.strategy), None, params.redirect_url)
        return self.answer(call, doc)

    @route("GET /v1/client/sign_ins/{sign_in_id}")
    def retrieve(self, sign_in_id: str, call: Call) -> Answer:
        """Return one attempt.

        Source: https://clerk.com/docs/reference/frontend-api (Retrieve a sign in)
        """
        return self.answer(call, self.own(sign_in_id, call))

    @route("POST /v1/client/sign_ins/{sign_in_id}/prepare_first_factor")
    def prepare_first_factor(
        self, sign_in_id: str, params: PrepareFirstFactor, call: Call
    ) -> Answer:
        """Send a code.

        Fires: email.created or sms.created
        Source: https://clerk.com/docs/reference/frontend-api (Prepare the first factor)
        """
        doc = self._at(self.own(sign_in_id, call), "needs_first_factor")
        if params.strategy == STRATEGY:
            return self.answer(call, self.sent_away(doc, params.redirect_url))
        wanted = params.email_address_id or params.phone_number_id
        sent = self._send(doc, params.strategy, wanted, params.redirect_url)
        return self.answer(call, sent)

    @route("POST /v1/client/sign_ins/{sign_in_id}/attempt_first_factor")
    def attempt_first_factor(
        self, sign_in_id: str, params: AttemptFirstFactor, call: Call
    ) -> Answer:
        """Try a password, a code or a ticket.

        Fires: session.created, if nothing more is needed
        Source: https://clerk.com/docs/reference/frontend-api (Attempt the first factor)
        """
        doc = self.own(sign_in_id, call)
        if params.strategy == "ticket":
            return self.answer(call, self._by_ticket(doc, params.ticket))
        doc = self._at(doc, "needs_first_factor")
        if all(each["strategy"] != params.strategy for each in doc["supported_first_factors"]):
            raise attempts.wrong_strategy()
        if params.strategy == "password":
            if params.password is None:
                raise errors.missing("password")
            return self._by_password(call, doc, params.password)
        return self._by_code(call, doc, params)

    @route("POST /v1/client/sign_ins/{sign_in_id}/prepare_second_factor")
    def prepare_second_factor(
        self, sign_in_id: str, params: PrepareSecondFactor, call: Call
    ) -> Answer:
        """Text a code.

        Fires: sms.created
        Source: https://clerk.com/docs/reference/frontend-api (Prepare the second factor)
        """
        doc = self._at(self.own(sign_in_id, call), "needs_second_factor")
        numbers = [
            each
            for each in doc["supported_second_factors"] or ()
            if each["strategy"] == params.strategy
        ]
        if params.phone_number_id is not None:
            numbers = [
                each for each in numbers if each["phone_number_id"] == params.phone_number_id
            ]
        if not numbers:
            raise attempts.wrong_strategy()
        phone = self.mirror.phone_numbers.get(numbers[0]["phone_number_id"])
        sent = self.mirror.sent_codes.start(
            "phone_code",
            phone["phone_number"],
            user_id=doc["_user_id"],
            phone_number_id=phone["id"],
        )
        shown = self.mirror.sent_codes.brief(sent)
        fields = {"_second_verification": sent["id"], "second_factor_verification": shown}
        return self.answer(call, self.save(doc | fields))

    @route("POST /v1/client/sign_ins/{sign_in_id}/attempt_second_factor")
    def attempt_second_factor(
        self, sign_in_id: str, params: AttemptSecondFactor, call: Call
    ) -> Answer:
        """Try a code of the authenticator app, a backup code, or one that was texted.

        Fires: session.created
        Source: https://clerk.com/docs/reference/frontend-api (Attempt the second factor)
        """
        doc = self._at(self.own(sign_in_id, call), "needs_second_factor")
        user = self._may_enter(self.mirror.users.get(doc["_user_id"]))
        if params.strategy == "phone_code":
            refusal = self._tried(doc["_second_verification"], params.code)
        else:
            refusal = None
            if not self.mirror.users.use_code(user, params.strategy, params.code):
                refusal = errors.incorrect_code()
        if refusal is not None:
            return self._failed(call, user, refusal)
        shown = {"status": "verified", "strategy": params.strategy}
        return self.answer(
            call, self._complete(doc | {"second_factor_verification": shown}, second=True)
        )

    @route("POST /v1/client/sign_ins/{sign_in_id}/reset_password")
    def reset_password(self, sign_in_id: str, params: ResetPassword, call: Call) -> Answer:
        """Set a new password after a code to reset it was right.

        Fires: user.updated, session.created
        Source: https://clerk.com/docs/reference/frontend-api (Reset password)
        """
        doc = self._at(self.own(sign_in_id, call), "needs_new_password")
        if params.sign_out_of_other_sessions:
            self.mirror.sessions.revoke_all(doc["_user_id"])
        self.mirror.users.set_password(self.mirror.users.get(doc["_user_id"]), params.password)
        return self.answer(call, self._onward(doc))

    # the steps

    def _begun(self, doc: Doc) -> Doc:
        client = self.mirror.clients.get(doc["_client_id"])
        self.mirror.clients.save(self.mirror.clients.touch(client, sign_in_id=doc["id"]))
        return self.save(doc)

    def _found(self, identifier: str) -> Doc:
        """Return the user whom an identifier means, if it may sign in.

        Raises:
            VendorError: there is none, or it may not.
        """
        user = self.mirror.users.known_by(identifier)
        if user is None:
            raise attempts.no_account()
        return self._may_enter(user)

    def _may_enter(self, user: Doc) -> Doc:
        if user["banned"]:
            raise attempts.banned()
        if user["locked"]:
            left = self.mirror.users.view(user)["lockout_expires_in_seconds"]
            raise attempts.locked(left)
        return user

    def _at(self, doc: Doc, status: str) -> Doc:
        """Return an attempt that is at a step.

        Raises:
            VendorError: it is at another.
        """
        if doc["status"] != status:
            raise errors.refusal(
                400,
                "client_state_invalid",
                "Invalid action",
                "We were unable to complete the action for this Client. The sign in is at the "
                f"step {doc['status']}.",
            )
        return doc

    def _send(self, doc: Doc, strategy: str, id: str | None, redirect_url: str | None) -> Doc:
        """Send a code, or a link, by a strategy that the account has."""
        if strategy == "email_link" and redirect_url is None:
            raise errors.missing("redirect_url")
        options = [each for each in doc["supported_first_factors"] if each["strategy"] == strategy]
        if id is not None:
            options = [
                each
                for each in options
                if id in (each.get("email_address_id"), each.get("phone_number_id"))
            ]
        if strategy not in factors.CODES or not options:
            raise attempts.wrong_strategy()
        to, about = factors.address_of(self.mirror, options[0])
        about |= {"user_id": doc["_user_id"], "redirect_url": redirect_url}
        sent = self.mirror.sent_codes.start(strategy, to, of=doc["id"], **about)
        shown = self.mirror.sent_codes.brief(sent)
        return self.save(
            doc | {"_first_verification": sent["id"], "first_factor_verification": shown}
        )

    def link_followed(self, id: str, sent: Doc) -> str | None:
        """Go on with an attempt whose link was followed; return the session, if it is made."""
        doc = self.get(id)
        if doc["status"] != "needs_first_factor" or doc["_first_verification"] != sent["id"]:
            return None
        self._may_enter(self.mirror.users.get(doc["_user_id"]))
        shown = self.mirror.sent_codes.brief(sent)
        session_id = self._onward(doc | {"first_factor_verification": shown})["created_session_id"]
        return None if session_id is None else str(session_id)

    def _tried(self, verification_id: str | None, code: str | None) -> VendorError | None:
        if verification_id is None:
            raise errors.not_prepared()
        if code is None:
            raise errors.missing("code")
        verifications = self.mirror.sent_codes
        return verifications.refusal_of(
            verifications.attempt(verifications.get(verification_id), code)
        )

    def _by_code(self, call: Call, doc: Doc, params: AttemptFirstFactor) -> Answer:
        known = doc["first_factor_verification"]
        if known is None or known["strategy"] != params.strategy:
            raise errors.not_prepared()
        user = self._may_enter(self.mirror.users.get(doc["_user_id"]))
        refusal = self._tried(doc["_first_verification"], params.code)
        if refusal is not None:
            return self._failed(call, user, refusal)
        doc |= {"first_factor_verification": known | {"status": "verified"}}
        if params.strategy.startswith("reset_password"):
            return self.answer(call, self.save(doc | {"status": "needs_new_password"}))
        return self.answer(call, self._onward(doc))

    def _by_password(self, call: Call, doc: Doc, password: str) -> Answer:
        user = self._may_enter(self.mirror.users.get(doc["_user_id"]))
        if user["_password"] is None:
            raise attempts.wrong_strategy()
        if not self.mirror.users.has_password(user, password):
            return self._failed(call, user, attempts.wrong_password())
        if user["_is_compromised"]:
            raise factors.compromised()
        shown = {"object": "verification_password", "status": "verified", "strategy": "password",
                 "attempts": None, "expire_at": None}  # fmt: skip
        return self.answer(call, self._onward(doc | {"first_factor_verification": shown}))

    def _by_ticket(self, doc: Doc, ticket: str | None) -> Doc:
        """Sign in by a ticket of the backend's."""
        if ticket is None:
            raise errors.missing("ticket")
        claims = claims_of(self.mirror.identity, ticket)
        noun: Any = claims and self.mirror.nouns.get(factors.TICKETS.get(str(claims.get("st")), ""))
        if claims is None or noun is None:
            raise invalid_ticket()
        accepted = noun.accept(str(claims.get("sid")))
        user = self._may_enter(self.mirror.users.get(accepted["user_id"]))
        doc |= {
            "_user_id": user["id"],
            "user_data": factors.user_data(user),
            "supported_second_factors": factors.second(self.mirror, user) or None,
            "first_factor_verification": {"object": "verification_ticket", "status": "verified",
                                          "strategy": "ticket"},
            "_organization_id": accepted.get("_organization_id"),
            "_actor": accepted.get("actor"),
            "_session_seconds": accepted.get("_session_seconds"),
        }  # fmt: skip
        return self._complete(doc)

    def _onward(self, doc: Doc) -> Doc:
        """Go on after the first factor: to the second, if the user has one."""
        if doc["supported_second_factors"]:
            return self.save(doc | {"status": "needs_second_factor"})
        return self._complete(doc)

    def _failed(self, call: Call, user: Doc, refusal: VendorError) -> Answer:
        """Count a failed attempt, which may lock the user, and refuse."""
        return self.mirror.counted(call, attempts.failed(self.mirror, user, refusal))

    def _complete(self, doc: Doc, *, second: bool = False) -> Doc:
        users = self.mirror.users
        user = users.get(doc["_user_id"])
        attempts_left = users.blank["verification_attempts_remaining"]
        if user["verification_attempts_remaining"] != attempts_left:
            user = users.save(user | {"verification_attempts_remaining": attempts_left})
        client = self.mirror.clients.get(doc["_client_id"])
        seconds = doc["_session_seconds"]
        session = self.mirror.sessions.begin(
            user,
            client,
            organization_id=doc["_organization_id"],
            actor=doc["_actor"],
            second_factor=second,
            lifetime=None if seconds is None else timedelta(seconds=seconds),
        )
        strategy = (doc["first_factor_verification"] or {}).get("strategy")
        self.mirror.clients.signed_in(doc["_client_id"], strategy)
        return self.save(doc | {"status": "complete", "created_session_id": session["id"]})
