"""Sessions on which criteria are graded."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.local.scenarios.check.stage import Stage


@pytest.fixture
def play() -> Iterator[Callable[..., Stage]]:
    """Return a function that begins a session, with a handler if one is given."""
    stages: list[Stage] = []

    def begin(*vendors: str, **options: Any) -> Stage:
        stages.append(Stage(*vendors, **options))
        return stages[-1]

    yield begin
    for stage in stages:
        stage.session.close()
