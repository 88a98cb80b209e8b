"""Sign-ups: what somebody gives to become a user, and the codes that show it is theirs.

Source: https://clerk.com/docs/reference/frontend-api (Sign Ups)
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.identity import claims_of
from mirra_mcp.local.mirrors.clerk.api.metadata import read
from mirra_mcp.local.mirrors.clerk.signing.attempts import LIFETIME, Attempts
from mirra_mcp.local.mirrors.clerk.signing.params import (
    AttemptSignUp,
    PrepareSignUp,
    SignUpFields,
    UpdateSignUp,
)
from mirra_mcp.local.mirrors.clerk.signing.sign_in_tokens import invalid_ticket
from mirra_mcp.wire.model import Doc

CODES = {
    "email_code": "email_address",
    "email_link": "email_address",
    "phone_code": "phone_number",
}
STRATEGIES = {"email_address": "email_code", "phone_number": "phone_code"}
INVITATIONS = {
    "invitation": "invitations",
    "organization_invitation": "organization_invitations",
}
"""By the `st` of a ticket the noun that invited."""
FIELDS = ("email_address", "phone_number", "username", "first_name", "last_name")


class SignUps(Attempts):
    """The attempts to sign up."""

    entity, plural = "sign_up", "sign_ups"
    object, prefix, title = "sign_up_attempt", "sua", "sign up"
    names = ("email_address", "phone_number", "username")
    indexes = ("email_address", "status")
    statuses = ("missing_requirements", "complete", "abandoned")
    blank = {
        "object": "sign_up_attempt",
        "id": "",
        "status": "missing_requirements",
        "required_fields": [],
        "optional_fields": [],
        "missing_fields": [],
        "unverified_fields": [],
        "verifications": {},
        "username": None,
        "email_address": None,
        "phone_number": None,
        "web3_wallet": None,
        "password_enabled": False,
        "first_name": None,
        "last_name": None,
        "unsafe_metadata": {},
        "public_metadata": {},
        "custom_action": False,
        "external_id": None,
        "created_session_id": None,
        "created_user_id": None,
        "abandon_at": None,
        "legal_accepted_at": None,
        "locale": None,
        "_client_id": None,
        "_password": None,
        "_verified": [],
        "_email_address_code": None,
        "_phone_number_code": None,
        "_invitation_id": None,
        "_invited_by": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such sign-up.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `SignUpNotFound`)
        """
        return errors.not_found(f"No sign up was found with id {id}", "Sign up not found")

    # what browsers do

    @route("POST /v1/client/sign_ups")
    def create(self, params: SignUpFields, call: Call) -> Answer:
        """Begin to sign up; what is asked of a user and isn't given can follow.

        Fires: user.created and session.created, if nothing more is needed
        Source: https://clerk.com/docs/reference/frontend-api (Create a new sign up)
        """
        if params.transfer:
            raise errors.refusal(
                400,
                "account_transfer_invalid",
                "Invalid account transfer",
                "There is no account to transfer",
            )
        if not is_by_ticket(params):
            self.mirror.instance.check_open()
        client = self.mirror.clients.calling(call) or self.mirror.clients.open()
        doc = self.new(_client_id=client["id"], abandon_at=stamp(self.now + LIFETIME))
        doc = self._with(doc, params)
        self.mirror.clients.save(self.mirror.clients.touch(client, sign_up_id=doc["id"]))
        return self.answer(call, self._settle(doc))

    @route("GET /v1/client/sign_ups/{sign_up_id}")
    def retrieve(self, sign_up_id: str, call: Call) -> Answer:
        """Return one attempt.

        Source: https://clerk.com/docs/reference/frontend-api (Retrieve a sign up)
        """
        return self.answer(call, self.own(sign_up_id, call))

    @route("PATCH /v1/client/sign_ups/{sign_up_id}")
    def change(self, sign_up_id: str, params: SignUpFields, call: Call) -> Answer:
        """Give more of what is asked.

        Source: https://clerk.com/docs/reference/frontend-api (Update a sign up)
        """
        doc = self._open(self.own(sign_up_id, call))
        return self.answer(call, self._settle(self._with(doc, params)))

    @route("POST /v1/client/sign_ups/{sign_up_id}/prepare_verification")
    def prepare_verification(self, sign_up_id: str, params: PrepareSignUp, call: Call) -> Answer:
        """Send a code to the address or number that was given.

        Fires: email.created or sms.created
        Source: https://clerk.com/docs/reference/frontend-api (Prepare verification)
        """
        doc = self._open(self.own(sign_up_id, call))
        kind = CODES[params.strategy]
        if doc[kind] is None:
            raise errors.missing(kind)
        if params.strategy == "email_link" and params.redirect_url is None:
            raise errors.missing("redirect_url")
        about = {"of": doc["id"], "redirect_url": params.redirect_url}
        sent = self.mirror.sent_codes.start(params.strategy, doc[kind], **about)
        return self.answer(call, self._settle(doc | {f"_{kind}_code": sent["id"]}))

    @route("POST /v1/client/sign_ups/{sign_up_id}/attempt_verification")
    def attempt_verification(self, sign_up_id: str, params: AttemptSignUp, call: Call) -> Answer:
        """Try a code.

        Fires: user.created and session.created, if nothing more is needed
        Source: https://clerk.com/docs/reference/frontend-api (Attempt verification)
        """
        doc = self._open(self.own(sign_up_id, call))
        kind = CODES[params.strategy]
        id = doc[f"_{kind}_code"]
        if id is None:
            raise errors.not_prepared()
        verifications = self.mirror.sent_codes
        tried = verifications.attempt(verifications.get(id), params.code)
        if refusal := verifications.refusal_of(tried):
            return self.mirror.counted(call, refusal)
        verified = [*doc["_verified"], kind]
        return self.answer(call, self._settle(doc | {"_verified": verified}))

    def link_followed(self, id: str, sent: Doc) -> str | None:
        """Go on with an attempt whose link was followed; return the session, if it is made.

        Fires: user.created and session.created, if nothing more is needed
        """
        doc = self.get(id)
        if doc["status"] != "missing_requirements" or doc["_email_address_code"] != sent["id"]:
            return None
        doc = self._settle(doc | {"_verified": [*doc["_verified"], "email_address"]})
        return None if doc["created_session_id"] is None else str(doc["created_session_id"])

    # what backends do

    @route("GET /v1/sign_ups/{id}")
    def retrieve_from_backend(self, id: str) -> Doc:
        """Return one attempt.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a sign-up by ID)
        """
        return self.view(self.get(id))

    @route("PATCH /v1/sign_ups/{id}")
    def update(self, id: str, params: UpdateSignUp) -> Doc:
        """Give the user that is to be an external id.

        Source: https://clerk.com/docs/reference/backend-api (Update a sign-up)
        """
        doc = self.get(id)
        if doc["status"] != "missing_requirements":
            raise errors.refusal(
                403,
                "sign_up_cannot_be_updated",
                "Sign up cannot be updated",
                "This sign up has reached a terminal state and cannot be updated",
            )
        fields = {"external_id": params.external_id, "custom_action": params.custom_action}
        given = {name: value for name, value in fields.items() if name in params.model_fields_set}
        if given.get("custom_action", False) is None:
            del given["custom_action"]
        return self.view(self.save(doc | given))

    # what stories tell

    def walk_through(self, given: Doc) -> Doc:
        """Sign somebody up at a new browser, who types in each code that is sent.

        Fires: email.created and sms.created for the codes, user.created, session.created
        Raises:
            VendorError: what is given can't be signed up with, or something is missing.
        """
        params = SignUpFields.model_validate(given)
        if not is_by_ticket(params):
            self.mirror.instance.check_open()
        client = self.mirror.clients.open()
        doc = self.new(_client_id=client["id"], abandon_at=stamp(self.now + LIFETIME))
        doc = self._settle(self._with(doc, params))
        for kind in doc["unverified_fields"]:
            sent = self.mirror.sent_codes.start(STRATEGIES[kind], doc[kind])
            self.mirror.sent_codes.attempt(sent, sent["code"])
            verified = [*doc["_verified"], kind]
            doc = self._settle(doc | {f"_{kind}_code": sent["id"], "_verified": verified})
        if doc["status"] != "complete":
            raise errors.missing(doc["missing_fields"][0])
        return doc

    # the steps

    def _open(self, doc: Doc) -> Doc:
        """Return an attempt that isn't over yet.

        Raises:
            VendorError: it is.
        """
        if doc["status"] != "missing_requirements":
            raise errors.refusal(
                400,
                "client_state_invalid",
                "Invalid action",
                "We were unable to complete the action for this Client. The sign up is already "
                f"{doc['status']}.",
            )
        return doc

    def _with(self, doc: Doc, params: SignUpFields) -> Doc:
        """Return an attempt with what is given, each checked."""
        given = params.model_dump(exclude_none=True)
        if is_by_ticket(params):
            given |= self._of_ticket(params.ticket)
        doc = doc | {
            name: given[name]
            for name in (*FIELDS, "_invitation_id", "_invited_by")
            if name in given
        }
        if params.email_address is not None:
            doc["email_address"] = self.mirror.email_addresses.checked(params.email_address)
        if params.phone_number is not None:
            doc["phone_number"] = self.mirror.phone_numbers.checked(params.phone_number)
        self.mirror.instance.check_listed(
            [doc[kind] for kind in STRATEGIES if kind in given and doc[kind]]
        )
        for kind in STRATEGIES:
            if getattr(params, kind) is not None:
                doc["_verified"] = [each for each in doc["_verified"] if each != kind]
                doc[f"_{kind}_code"] = None
        if "_invitation_id" in given:
            doc["_verified"] = [*doc["_verified"], "email_address"]
            doc["public_metadata"] = given["public_metadata"]
        if params.password is not None:
            self.mirror.users.check_password(params.password)
            doc |= {"_password": params.password, "password_enabled": True}
        if params.unsafe_metadata is not None:
            doc["unsafe_metadata"] = read(params.unsafe_metadata, "unsafe_metadata")
        if params.locale is not None:
            doc["locale"] = params.locale
        if params.legal_accepted:
            doc["legal_accepted_at"] = stamp(self.now)
        return doc

    def _of_ticket(self, ticket: str | None) -> Doc:
        """Return what an invitation says of who was invited."""
        claims = None if ticket is None else claims_of(self.mirror.identity, ticket)
        if claims is not None and claims.get("st") == "actor_token":
            raise errors.refusal(
                400,
                "actor_token_not_in_sign_in_code",
                "not in sign in",
                "Actor tokens can only be used during sign in.",
            )
        plural = None if claims is None else INVITATIONS.get(str(claims.get("st")))
        noun: Any = self.mirror.nouns.get(plural or "")
        if claims is None or noun is None:
            raise invalid_ticket()
        invitation = noun.invited(str(claims.get("sid")))
        return {
            "email_address": invitation["email_address"],
            "public_metadata": invitation["public_metadata"] or {},
            "_invitation_id": invitation["id"],
            "_invited_by": plural,
        }

    def _settle(self, doc: Doc) -> Doc:
        """Save an attempt, and make the user if nothing is missing any more."""
        settings = self.mirror.instance.settings()
        kinds = ("email_address", "phone_number", "username", "password")
        required = [kind for kind in kinds if settings[f"requires_{kind}"]]
        has = {kind: bool(doc[kind]) for kind in kinds[:3]} | {"password": doc["password_enabled"]}
        if doc["_invitation_id"] is not None:
            has["password"] = has["password"] or "password" not in required
        doc["required_fields"] = required
        doc["optional_fields"] = [kind for kind in kinds if kind not in required] + [
            "first_name",
            "last_name",
        ]
        doc["missing_fields"] = [kind for kind in required if not has[kind]]
        email = doc["email_address"]
        is_invited = doc["_invitation_id"] is not None
        if email and not is_invited and self.mirror.enterprise_connections.for_email(email):
            doc["missing_fields"].append("enterprise_sso")
        doc["unverified_fields"] = [
            kind for kind in STRATEGIES if doc[kind] and kind not in doc["_verified"]
        ]
        doc["verifications"] = {kind: self._verification(doc, kind) for kind in STRATEGIES} | {
            "web3_wallet": None,
            "external_account": None,
        }
        if doc["missing_fields"] or doc["unverified_fields"]:
            return self.save(doc)
        return self._complete(doc)

    def _verification(self, doc: Doc, kind: str) -> Doc | None:
        if not doc[kind]:
            return None
        id = doc[f"_{kind}_code"]
        told = {} if id is None else self.mirror.sent_codes.brief(self.mirror.sent_codes.get(id))
        if kind in doc["_verified"]:
            action = ""
            told = told or {
                "object": "verification_ticket",
                "status": "verified",
                "strategy": "ticket",
            }
        else:
            action = "needs_attempt" if told else "needs_prepare"
        supported = [each for each, of in CODES.items() if of == kind]
        return told | {"next_action": action, "supported_strategies": supported}

    def _complete(self, doc: Doc) -> Doc:
        """Make the user, and sign it in.

        Fires: user.created, session.created
        """
        user = self.mirror.users.signed_up(doc)
        if doc["_invitation_id"] is not None:
            noun: Any = self.mirror.nouns[doc["_invited_by"]]
            noun.accept(doc["_invitation_id"], user)
        strategy = (
            "ticket" if doc["_invitation_id"] else STRATEGIES.get(next(iter(doc["_verified"]), ""))
        )
        return self._finished(doc, user, strategy)

    def vouched_for(self, user: Doc, email: str) -> Doc | None:
        """Complete the sign-up that waits for an identity provider, if there is one.

        Fires: session.created
        """
        now = stamp(self.now)
        found = self.find(email_address=email, status="missing_requirements")
        waiting = (
            each
            for each in found
            if "enterprise_sso" in each["missing_fields"] and each["abandon_at"] > now
        )
        doc = next(waiting, None)
        if doc is None:
            return None
        shown = doc["verifications"] | {"email_address": None}
        doc |= {"missing_fields": [], "unverified_fields": [], "verifications": shown}
        return self._finished(doc, user, "saml")

    def _finished(self, doc: Doc, user: Doc, strategy: str | None) -> Doc:
        client = self.mirror.clients.get(doc["_client_id"])
        session = self.mirror.sessions.begin(user, client)
        self.mirror.clients.signed_in(doc["_client_id"], strategy)
        return self.save(
            doc
            | {
                "status": "complete",
                "created_user_id": user["id"],
                "created_session_id": session["id"],
                "_password": None,
            }
        )


def is_by_ticket(params: SignUpFields) -> bool:
    """Tell whether somebody signs up by an invitation."""
    return params.strategy == "ticket" or params.ticket is not None
