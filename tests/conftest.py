"""What every test may ask for."""

import os

import pytest

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
"""No test touches the keyring of whoever runs it."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
