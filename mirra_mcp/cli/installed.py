"""What `install` has made on this machine, so that `uninstall` can undo it and nothing else."""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "installed.json"


@dataclass(slots=True)
class Made:
    """A file that we wrote."""

    digest: str
    """SHA-256 of what we wrote, in hexadecimal: a file that has another was edited since."""
    before: str | None = None
    """What was there before; None: nothing."""


@dataclass(slots=True)
class Installed:
    """The files and folders that we made: kept in the data folder, gone with the last of them."""

    place: Path
    files: dict[Path, Made] = field(default_factory=dict)
    folders: list[Path] = field(default_factory=list)
    """Outer ones first."""

    @classmethod
    def read(cls, data_folder: Path) -> "Installed":
        """Read the record; there is none at first, and one that can't be read counts as none."""
        found = cls(data_folder / NAME)
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            said: dict[str, Any] = json.loads(found.place.read_text(encoding="utf-8"))
            files = {Path(path): Made(**made) for path, made in said["files"].items()}
            folders = [Path(path) for path in said["folders"]]
            found.files, found.folders = files, folders
        return found

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those around it, and remember which weren't there.

        Raises:
            OSError: it can't be made.
        """
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            each.mkdir(mode=0o700 if each == self.place.parent else 0o777)
            self.folders.append(each)

    def write(self, file: Path, text: str, *, force: bool = False) -> str | None:
        """Write a file of ours; return why it was left alone, if somebody else's stands there.

        Raises:
            OSError: it can't be written.
        """
        there = file.read_bytes() if file.exists() else None
        known = self.files.get(file)
        before = known.before if known else None
        if there is not None and there != text.encode():
            if known is None or _digest(there) != known.digest:
                if not force:
                    return f"{file} is there already and differs. Replace it with --force."
                before = there.decode("utf-8", "replace")
        elif there is not None and known is None:
            return None  # somebody has put the same there: it is theirs
        self.make_folder(file.parent)
        self.files[file] = Made(_digest(text.encode()), before)
        self.save()
        replace(file, text)
        return None

    def take_out(self, file: Path) -> str | None:
        """Remove a file of ours, or put back what was there; return why not, if it was edited.

        Raises:
            OSError: it can't be removed.
        """
        made = self.files.pop(file)
        if not file.exists():
            return None
        if _digest(file.read_bytes()) != made.digest:
            return f"{file} was edited since, so it was left where it is."
        if made.before is None:
            file.unlink()
        else:
            replace(file, made.before)
        return None

    def save(self) -> None:
        """Keep the record.

        Raises:
            OSError: it can't be written.
        """
        self.make_folder(self.place.parent)
        files = {
            str(path): {"digest": made.digest, "before": made.before}
            for path, made in self.files.items()
        }
        folders = [str(folder) for folder in self.folders]
        replace(self.place, json.dumps({"files": files, "folders": folders}, indent=1) + "\n")

    def clear(self, *, is_last: bool) -> None:
        """Remove folders of ours that are empty, and with the last of us the record itself.

        Raises:
            OSError: the record can't be written.
        """
        ours = [
            each for each in self.folders if each not in (self.place.parent, *self.place.parents)
        ]
        self._remove(ours)
        if not is_last or self.files:
            self.save()
            return
        self.place.unlink(missing_ok=True)
        self._remove(self.folders)

    def _remove(self, folders: list[Path]) -> None:
        for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
            with suppress(OSError):  # somebody has put something there
                folder.rmdir()
            if not folder.exists():
                self.folders.remove(folder)


def replace(file: Path, text: str) -> None:
    """Put a text in a file's place at once, with the permissions that it had.

    Raises:
        OSError: it can't be written.
    """
    file = file.resolve()
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
        Path(temporary).chmod(mode)
        Path(temporary).replace(file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
