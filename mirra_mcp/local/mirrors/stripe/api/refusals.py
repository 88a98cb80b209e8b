"""How the mirror says no: to unknown URLs, broken bodies, wrong parameters and spent keys.

Source: https://docs.stripe.com/api/errors
"""

from pathlib import Path

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.kit.routes import Answer, Call, Route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import refusal

LONGEST_KEY = 255
FOLDER = Path(__file__).parent.parent
"""Where the templates of pages are, each beside its noun."""


class Refusals(Mirror):
    """What the kit asks a vendor to say."""

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        """Refuse the first problem; missing parameters come after unknown ones."""
        unknown = [each for each in problems if each.type == "extra_forbidden"]
        return refusal((unknown or problems)[0])

    def malformed(self, call: Call) -> VendorError:
        """Refuse a body that is no form."""
        kind = call.headers.get("content-type", "")
        if call.path.startswith("/v2/"):
            return errors.invalid("The request body is not valid JSON.")
        if kind.startswith("application/json"):
            return errors.invalid(
                "Invalid request (check that your POST content type is"
                " application/x-www-form-urlencoded). If you have any questions, we can help at"
                " https://support.stripe.com/."
            )
        return errors.invalid("Invalid request: the body could not be parsed.")

    def too_large(self, call: Call) -> VendorError:
        """Refuse a body that is too large."""
        return errors.error(413, "invalid_request_error", "Request entity too large.")

    def unknown_path(self, call: Call) -> VendorError:
        """Say that there is no such URL."""
        return errors.error(
            404,
            "invalid_request_error",
            f"Unrecognized request URL ({call.method}: {call.path}). If you are trying to list"
            " objects, remove the trailing slash. If you are trying to retrieve an object, make"
            " sure you passed a valid (non-empty) identifier in your code. Please see"
            " https://stripe.com/docs or we can help at https://support.stripe.com/.",
        )

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        """Stripe knows no 405: a wrong method is an unknown URL."""
        return self.unknown_path(call)

    def show_refusal(self, call: Call, answer: Answer) -> None:
        """Tell a person, in a page, why what they asked for can't be done.

        A form that was refused is shown again, where its page knows how.
        """
        if not isinstance(answer.body, dict):
            return
        told = answer.body["error"]
        found = self.find(call)
        page: Answer | None = None
        if isinstance(found, tuple) and isinstance(found[0], Route) and call.method == "POST":
            noun = self.nouns[found[0].noun]
            again = getattr(noun, "shown_again", None)
            page = again(call, told) if again and answer.status < 404 else None
        if page is None:
            page = pages.shown(
                FOLDER,
                "kit/notice.html",
                status=answer.status,
                title="There is no such page" if answer.status == 404 else "That didn't work",
                lines=[
                    "The address is incomplete, or it belonged to a session that is over."
                    if answer.status == 404
                    else told["message"]
                ],
                mark="bad",
                link=None,
            )
        answer.status, answer.body, answer.refusal = page.status, page.body, {"error": told}
        answer.headers |= page.headers

    def gap(self, call: Call, reason: str) -> VendorError:
        """Say that Stripe has this endpoint and the mirror doesn't."""
        return errors.not_modelled(call.method, call.path, reason)

    def crashed(self, call: Call) -> VendorError:
        """Say that the mirror itself failed."""
        return errors.error(500, "api_error", "An error occurred inside the Mirra mirror.")

    def idempotency_conflict(self, call: Call) -> VendorError:
        """Source: https://docs.stripe.com/api/idempotent_requests"""
        key = call.headers.get("idempotency-key", "")
        kept = self.idempotency.key_of(call) if self.idempotency else None
        first = self.replays.path_of(kept or key)
        bound = "with the same parameters they were first used with"
        if first not in (None, call.path):
            bound = f"for the same endpoint they were first used for ('{call.path}' vs '{first}')"
        return errors.error(
            400,
            "idempotency_error",
            f"Keys for idempotent requests can only be used {bound}. Try using a key other than"
            f" '{key}' if you meant to execute a different request.",
        )

    def idempotency_invalid(self, key: str) -> VendorError | None:
        """Refuse keys over 255 characters. Source: https://docs.stripe.com/api/idempotent_requests"""
        if key.startswith("acct_") and " " in key:
            key = key.partition(" ")[2]
        if len(key) > LONGEST_KEY:
            return errors.invalid(
                f"Idempotency keys can be at most {LONGEST_KEY} characters long.",
                code="idempotency_key_too_long",
            )
        return None
