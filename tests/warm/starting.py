"""The command that starts `mirra-mcp` in tests: warm where a warm server is up, else cold."""

import atexit
import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

COLD = (sys.executable, "-m", "mirra_mcp")
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CAN = sys.platform == "linux" and "COLD_STARTS" not in os.environ


class _Server:
    """Started by the first who asks, and used by those who ask once it is ready."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mirra-warm-")
        self._path = str(Path(self._folder.name) / "door")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm.server", self._path],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._is_ready = False
        atexit.register(self._end)

    def command(self) -> tuple[str, ...]:
        assert self._process.stdout is not None
        self._is_ready = self._is_ready or bool(self._process.stdout.read(16))
        if not self._is_ready or self._process.poll() is not None:
            return COLD
        return (sys.executable, "-I", "-S", str(HERE / "caller.py"), self._path)

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


@functools.cache
def _server() -> _Server:
    return _Server()


def command() -> tuple[str, ...]:
    """Return what starts it here and now; COLD_STARTS in the environment asks for cold starts."""
    return _server().command() if CAN else COLD
