"""What a crash, a torn journal or a full disk leaves: all that was answered, and nothing half."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its processes can't fork")


def left(folder: Path, what: str, times: int) -> list[str]:
    """Return what is wrong with the state that is left."""
    command = [sys.executable, "-m", "tests.local.kit.killer", str(folder / what), what, str(times)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_hundred_kills_lose_nothing_answered_and_leave_nothing_half(tmp_path: Path) -> None:
    """Log, documents, timers, deliveries and ids agree with each other and with the answers."""
    assert left(tmp_path, "kills", 100) == []


def test_a_journal_that_is_cut_anywhere_is_a_state_that_there_was(tmp_path: Path) -> None:
    assert left(tmp_path, "cuts", 30) == []


@pytest.mark.skipif(sys.platform != "linux", reason="its limits fill a disk for one process")
def test_a_full_disk_refuses_the_call_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    assert left(tmp_path, "full", 5) == []
