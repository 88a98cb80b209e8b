"""Files and folders that only this user can read, from the moment they exist."""

import os
import sys
from pathlib import Path

FOLDER, FILE = 0o700, 0o600


def folder(path: Path) -> None:
    """Make a folder of ours, and those above it; one that is there becomes private.

    Raises:
        OSError: it can't be made.
    """
    path.parent.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    path.mkdir(mode=FOLDER, exist_ok=True)
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        path.chmod(FOLDER)


def touch(path: Path) -> None:
    """Make an empty file for others to open: SQLite gives its side files the same rights.

    Raises:
        OSError: it can't be made.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE))
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        path.chmod(FILE)


def write(path: Path, content: bytes) -> None:
    """Write a file, all at once: who reads it sees what was there before, or all of it.

    Raises:
        OSError: it can't be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
