"""One Mirra for all that is thrown."""

import logging
from collections.abc import Iterator

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.fuzz.targets import Heard, Target


@pytest.fixture(scope="package")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    heard = Heard()
    logging.getLogger().addHandler(heard)
    try:
        with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("mirra"))) as local:
            target = Target(local, heard)
            yield target
            target.http.close()
    finally:
        logging.getLogger().removeHandler(heard)
