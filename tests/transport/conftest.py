"""Our server over real transports."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that everything of ours runs on."""
    return "asyncio"
