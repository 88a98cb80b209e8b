"""Files that an agent names by their path: read only where the files are the agent's own."""

import json
from pathlib import Path
from typing import Any

import anyio

from mirra_mcp.server.caller import Caller
from mirra_mcp.server.errors import Refusal

LARGEST_TEXT = 256 * 1024
LARGEST_DATA = 2 * 1024 * 1024


async def read_text(
    caller: Caller, path: str, *, argument: str, instead: str, suffixes: tuple[str, ...]
) -> tuple[Path, str]:
    """Return the file's absolute path and its text.

    Args:
        caller: Whose file it is.
        path: Its path; relative ones begin where the server was started.
        argument: The argument that the path came in.
        instead: The argument that takes the text itself.
        suffixes: What such a file's name ends with.

    Raises:
        Refusal: it can't be read, or it isn't the caller's.
    """
    _only_own(caller, argument, instead)
    return await _read(Path(path), suffixes, LARGEST_TEXT)


async def read_json(caller: Caller, path: str, *, argument: str, instead: str) -> dict[str, Any]:
    """Return the object in a file, JSON or YAML; the arguments are as in `read_text`.

    Raises:
        Refusal: it can't be read, is no JSON object, or isn't the caller's.
    """
    _only_own(caller, argument, instead)
    file, text = await _read(Path(path), (".json", ".yaml", ".yml"), LARGEST_DATA)
    return _object(file, text) if file.suffix.lower() == ".json" else _yaml_object(file, text)


async def read_data(beside: Path, path: str) -> dict[str, Any]:
    """Return the JSON object in a file that another file names, relative to itself.

    Raises:
        Refusal: it can't be read, is no JSON object, or lies outside the other file's project.
    """
    found = Path(await anyio.Path(beside.parent, path).resolve())
    if not any(found.is_relative_to(root) for root in (beside.parent, Path.cwd())):
        raise Refusal(
            "mirra.file.outside",
            f"{beside.name} names a file outside its own folder: {path}.",
            "Keep it beside the scenario or below it, or in the folder of the project.",
        )
    file, text = await _read(found, (".json",), LARGEST_DATA)
    return _object(file, text)


def _only_own(caller: Caller, argument: str, instead: str) -> None:
    if not caller.running.is_local:
        raise Refusal(
            "mirra.file.not_local",
            f"`{argument}` is read only by a server that its client starts itself, over stdio.",
            f"Send the content as `{instead}`.",
        )


def _object(file: Path, text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refusal(
            "mirra.file.invalid",
            f"{file.name}:{error.lineno} can't be read as JSON: {error.msg}.",
            "Correct it, and repeat the call.",
        ) from None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Refusal(
            "mirra.file.invalid",
            f"{file.name} holds no JSON object.",
            "Save it as JSON, with an object at its top.",
        )
    return data


def _yaml_object(file: Path, text: str) -> dict[str, Any]:
    import yaml

    try:
        data = json.loads(json.dumps(yaml.safe_load(text), default=str))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        told = getattr(error, "problem", None) or "it makes no sense"
        raise Refusal(
            "mirra.file.invalid",
            f"{file.name}{line} can't be read as YAML: {told}.",
            "Correct it, and repeat the call.",
        ) from None
    if not isinstance(data, dict):
        raise Refusal(
            "mirra.file.invalid", f"{file.name} holds no object.", "Save it with one at its top."
        )
    return data


async def _read(path: Path, suffixes: tuple[str, ...], largest: int) -> tuple[Path, str]:
    if path.suffix.lower() not in suffixes:
        raise Refusal(
            "mirra.file.invalid",
            f"{path.name} can't be read: its name doesn't end in {' or '.join(suffixes)}.",
            "Save it in that format, under such a name.",
        )
    try:
        file = await anyio.Path(path).expanduser()
        whole = Path(await file.resolve())
        if await file.exists() and not await file.is_file():
            raise Refusal(
                "mirra.file.invalid", f"{path.name} is no plain file.", "Only such files are read."
            )
        if (await file.stat()).st_size > largest:
            raise Refusal(
                "mirra.file.too_large",
                f"{path.name} is larger than {largest // 1024} KiB.",
                "Make it smaller.",
            )
        return whole, await file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Refusal(
            "mirra.file.invalid", f"{path.name} is no UTF-8 text.", "Save it as UTF-8."
        ) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "its path makes no sense"
        raise Refusal(
            "mirra.file.unreadable",
            f"{path} can't be read: {reason.lower()}.",
            f"Give the whole path; this server was started in {Path.cwd()}.",
        ) from None
