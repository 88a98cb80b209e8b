"""What Clerk refuses, told as why something can't be simulated."""

from collections.abc import Iterator
from contextlib import contextmanager

from mirra_mcp.local.kit.errors import SimulateError, VendorError


@contextmanager
def refusals_told() -> Iterator[None]:
    """Do something as Clerk's API does it.

    Raises:
        SimulateError: Clerk refuses.
    """
    try:
        yield
    except VendorError as refused:
        body = refused.body
        said = body["errors"][0]["long_message"] if "errors" in body else body["error_description"]
        raise SimulateError(f"Clerk refused: {said}") from None
