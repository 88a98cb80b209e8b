"""Idempotency keys as Stripe takes them. Source: https://docs.stripe.com/api/idempotent_requests"""

import orjson

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.idempotency import Idempotency
from mirra_mcp.local.kit.routes import Call


class PerAccount(Idempotency):
    """Each account has its own keys; what is asked is the same in whatever order it is said."""

    __slots__ = ()

    def key_of(self, call: Call) -> str | None:
        """Return the key with the account that it was used for."""
        key = Idempotency.key_of(self, call)
        account = call.headers.get("stripe-account")
        return f"{account} {key}" if key and account else key

    def asked(self, call: Call) -> bytes:
        """Return the parameters, in one order: "compares incoming parameters"."""
        form = call.__dict__["form"]
        try:
            return orjson.dumps(form, default=_content, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # a number of v2's JSON that no field can hold
            return call.body

    def keeps(self, refusal: VendorError) -> bool:
        """Tell whether an endpoint had begun: a state refused it, not a parameter.

        "We save results only after the execution of an endpoint begins. If incoming parameters
        fail validation ... we don't save".
        """
        error = refusal.body["error"]
        told = error if isinstance(error, dict) else {}  # OAuth's are words
        return refusal.status in (400, 402) and "param" not in told and "code" in told


def _content(value: object) -> str:
    if isinstance(value, bytes):  # of an upload
        return value.hex()
    raise TypeError(type(value).__name__)
