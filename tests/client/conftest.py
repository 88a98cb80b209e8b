"""Ports on which nothing listens, and nothing else can begin to while a test holds them."""

import socket
from collections.abc import Iterator

import pytest


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """A bound socket that doesn't listen: connections to its port are refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


@pytest.fixture
def closed_port(held: socket.socket) -> int:
    """The port of the bound socket."""
    return int(held.getsockname()[1])
