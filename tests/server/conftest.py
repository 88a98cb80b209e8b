"""A server of ours, in process, before a Mirra that can't be reached; see `tests/transport` for one that can."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that everything of ours runs on."""
    return "asyncio"
