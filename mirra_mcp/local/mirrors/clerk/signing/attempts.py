"""What sign-ins and sign-ups have in common: a browser's attempts, over when they are abandoned.

Source: https://clerk.com/docs/reference/frontend-api (Sign Ins, Sign Ups)
"""

from datetime import timedelta

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

LIFETIME = timedelta(days=1)


class Attempts(ClerkResource):
    """A noun of the Frontend API that belongs to a client."""

    def answer(self, call: Call, doc: Doc) -> Answer:
        """Return an attempt with the client that it is made at, as browsers get it."""
        client = self.mirror.clients.get(doc["_client_id"])
        return self.mirror.clients.wrapped(self.view(doc), client)

    def own(self, id: str, call: Call) -> Doc:
        """Return an attempt of the calling client.

        Raises:
            VendorError: there is none.
        """
        doc = self.get(id)
        client = self.mirror.clients.calling(call)
        if client is None or client["id"] != doc["_client_id"]:
            raise errors.not_found(f"No {self.title} was found with id {id}")
        return doc


def failed(clerk: Peers, user: Doc, refusal: VendorError) -> VendorError:
    """Count a failed attempt of a user, and return how it is refused: it may lock the user."""
    user = clerk.users.failed_attempt(user)
    if user["locked"]:
        return locked(clerk.users.view(user)["lockout_expires_in_seconds"])
    return refusal


def banned() -> VendorError:
    """Refuse a banned user.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `UserBanned`)
    """
    return errors.refusal(
        403,
        "user_banned",
        "User banned",
        "You have been banned. If you think this was by mistake, please contact support.",
    )


def locked(seconds: int) -> VendorError:
    """Refuse a locked user.

    Source: https://clerk.com/docs/guides/development/custom-flows/error-handling#user-locked
    """
    minutes = -(-seconds // 60)
    left = "1 hour" if minutes == 60 else f"{minutes} minute{'s' * (minutes != 1)}"
    return errors.refusal(
        403,
        "user_locked",
        "Account locked",
        f"Your account is locked. You will be able to try again in {left}. For more information, "
        "please contact support.",
        lockout_expires_in_seconds=seconds,
    )


def no_account(param: str = "identifier") -> VendorError:
    """Say that nobody is known by an identifier.

    Source: https://github.com/clerk/javascript (integration tests: "Couldn't find your account.")
    """
    return errors.refusal(
        422, "form_identifier_not_found", "Couldn't find your account.", param_name=param
    )


def wrong_password() -> VendorError:
    """Say that a password isn't the user's.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `FormPasswordIncorrect`)
    """
    return errors.refusal(
        422,
        "form_password_incorrect",
        "Password is incorrect. Try again, or use another method.",
        param_name="password",
    )


def wrong_strategy() -> VendorError:
    """Say that a strategy isn't one for this account.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `InvalidStrategyForUser`)
    """
    return errors.refusal(
        400,
        "strategy_for_user_invalid",
        "Invalid verification strategy",
        "The verification strategy is not valid for this account",
    )
