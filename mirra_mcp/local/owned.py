"""Mirrors of one's own: folders of Python that the environment or the command line names.

No request can name one: what lies in them runs with the rights of whoever started Mirra.
"""

import importlib
import importlib.util
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.mirror import Mirror

SUFFIX = "_mirror"
"""How folders may end, that aren't called as the vendor's own package is: `stripe_mirror`."""

State = tuple[tuple[str, int, int], ...]
"""The files of a folder, with time and size: another one when something was edited."""


class OwnedError(Exception):
    """A folder that holds no mirror: which, and what it should be."""


class Owned(Mapping[str, type[Mirror]]):
    """The given mirrors, and those in folders, by name. Any thread may ask.

    A folder's code is run when its mirror is first asked for, and again when it was edited.
    """

    def __init__(self, given: Mapping[str, type[Mirror]], folders: tuple[Path, ...]) -> None:
        """Look at the folders, and run nothing yet.

        Raises:
            OwnedError: one of them can't be a mirror, or has another's name.
        """
        self._given = given
        self._folders: dict[str, Path] = {}
        self._loaded: dict[str, tuple[State, type[Mirror]]] = {}
        self._lock = threading.Lock()
        for each in folders:
            folder = each.expanduser().resolve()
            name = folder.name.removesuffix(SUFFIX)
            if not (folder / "mirror.py").is_file():
                raise OwnedError(
                    f"{each} is no mirror of your own: there is no {folder.name}/mirror.py."
                    " 'mirra-mcp mirror eject FILE' writes such a folder."
                )
            if not folder.name.isidentifier() or not name:
                raise OwnedError(
                    f"{each} can't be imported: let the folder be called as a Python package is,"
                    " such as shop_mirror."
                )
            if name in given or name in self._folders:
                raise OwnedError(f"{each}: there is a mirror '{name}' already; rename the folder.")
            self._folders[name] = folder

    def __getitem__(self, name: str) -> type[Mirror]:
        """Return a mirror's class.

        Raises:
            Refusal: its code fails; the message says in which line.
        """
        if name not in self._folders:
            return self._given[name]
        with self._lock:
            folder = self._folders[name]
            state = _state(folder)
            if name not in self._loaded or self._loaded[name][0] != state:
                self._loaded[name] = (state, _loaded(name, folder))
            return self._loaded[name][1]

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a mirror, without running it."""
        return name in self._folders or name in self._given

    def __iter__(self) -> Iterator[str]:
        """Name the mirrors."""
        yield from self._given
        yield from self._folders

    def __len__(self) -> int:
        """Count the mirrors."""
        return len(self._given) + len(self._folders)


def _state(folder: Path) -> State:
    files = sorted([*folder.rglob("*.py"), *folder.rglob("*.json")])
    stats = [(str(path), path.stat()) for path in files if path.is_file()]
    return tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats)


def _loaded(name: str, folder: Path) -> type[Mirror]:
    """Run a folder's code, and return its mirror."""
    package = folder.name
    known = sys.modules.get(package)
    if known is not None and str(folder) not in getattr(known, "__path__", ()):
        raise _refusal(f"Python has another package '{package}' already.", "Rename the folder.")
    for known_module in [each for each in sys.modules if each.partition(".")[0] == package]:
        del sys.modules[known_module]
    importlib.invalidate_caches()
    wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        _import(package, folder)
        module = importlib.import_module(f"{package}.mirror")
    except Exception as error:  # whatever somebody's code may raise
        raise _refusal(
            f"The mirror '{name}' can't be loaded: {_told(error, folder)}",
            "Mend it and try again: it is read anew.",
        ) from None
    finally:
        sys.dont_write_bytecode = wrote
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Mirror)
        and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise _refusal(
            f"{package}/mirror.py has {len(found)} classes of mirrors.", "It should have one."
        )
    if found[0].vendor != name:
        raise _refusal(
            f"{package}/mirror.py says that its vendor is '{found[0].vendor}', not '{name}'.",
            f"Call it '{name}' there, or rename the folder.",
        )
    return found[0]


def _import(package: str, folder: Path) -> ModuleType:
    start = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        package, start if start.is_file() else None, submodule_search_locations=[str(folder)]
    )
    if spec is None:  # a folder without __init__.py
        spec = ModuleSpec(package, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
    module = sys.modules[package] = importlib.util.module_from_spec(spec)
    if spec.loader is not None:
        spec.loader.exec_module(module)
    return module


def _told(error: Exception, folder: Path) -> str:
    """Return what went wrong, and in which line of the folder's files."""
    what = f"{type(error).__name__}: {error}".rstrip(".")
    if isinstance(error, SyntaxError) and error.filename:
        path, line = Path(error.filename), error.lineno
        what = f"{type(error).__name__}: {error.msg}"
    else:
        frames = [
            each
            for each in traceback.extract_tb(error.__traceback__)
            if Path(each.filename).is_relative_to(folder)
        ]
        if not frames:
            return f"{what}."
        path, line = Path(frames[-1].filename), frames[-1].lineno
    if not path.is_relative_to(folder):
        return f"{what}."
    return f"{folder.name}/{path.relative_to(folder).as_posix()}:{line}: {what}."


def _refusal(message: str, hint: str) -> Refusal:
    return Refusal(400, "mirra.mirror.invalid", message, hint)
