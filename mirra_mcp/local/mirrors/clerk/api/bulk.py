"""Bodies that are arrays: many of what another endpoint makes one of, all or none.

Source: https://clerk.com/docs/reference/backend-api (Bulk create invitations)
"""

from typing import TypeVar

from pydantic import ValidationError

from mirra_mcp.local.kit.params import problems_of
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams
from mirra_mcp.local.mirrors.clerk.api.speech import Speech

Form = TypeVar("Form", bound=ClerkParams)


def each_of(clerk: Speech, call: Call, form: type[Form], *, most: int) -> list[Form]:
    """Read a body's items, each as the form of one.

    Raises:
        VendorError: the body isn't an array, has too many items, or one of them can't be read.
    """
    try:
        given = call.json
    except ValueError:
        raise errors.unreadable() from None
    if not isinstance(given, list):
        raise errors.unreadable()
    if len(given) > most:
        raise errors.too_many("body", most)
    try:
        return [form.model_validate(each) for each in given]
    except ValidationError as error:
        raise clerk.invalid(problems_of(error), call) from None
