"""What every test may ask for."""

import gc
import os

import pytest

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
"""No test touches the keyring of whoever runs it."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_finish() -> None:
    """Look through what collecting made once, and seldom after: a fifth of a run went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
