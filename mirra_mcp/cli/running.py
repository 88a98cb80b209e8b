"""What runs on this machine already: found through the data folder, asked if it lives."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mirra_mcp.settings import Settings

PATIENCE = 2.0
"""Seconds within which a Mirra on this machine answers, if it lives."""


@dataclass(frozen=True, slots=True)
class Running:
    """A Mirra that another process on this machine offers to share."""

    url: str
    token: str = field(repr=False)
    pid: int


def data_folder(settings: Settings) -> Path:
    """Return where persistent sessions live."""
    if settings.data_dir:
        return settings.data_dir

    from mirra_mcp.local.kit.folder import default_folder

    return default_folder()


def running(settings: Settings) -> Running | None:
    """Find the Mirra that `mirra-mcp up` runs on the same data folder, if it answers."""
    return _found(data_folder(settings) / "mirra.json")


def all_running(settings: Settings) -> list[Running]:
    """Find every Mirra of this user that names this data folder: those of MCP servers, too."""
    files = (data_folder(settings) / "running").glob("*.json")
    return [found for file in sorted(files) if (found := _found(file))]


def _found(file: Path) -> Running | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(file.read_text(encoding="utf-8"))
        found = Running(str(said["url"]), str(said["token"]), int(said["pid"]))
        if _is_alive(found.pid) and _answers(found):
            return found
    return None


def _is_alive(pid: int) -> bool:
    """Whether the process is there: else its port may be another's, who must not see the token."""
    if os.name == "nt":
        return True  # os.kill would end it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(found: Running) -> bool:
    import http.client

    parts = urlsplit(found.url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        line.request(
            "GET", "/v1/sessions?limit=1", headers={"authorization": f"Bearer {found.token}"}
        )
        return line.getresponse().status == 200
    except http.client.HTTPException:
        return False
    finally:
        line.close()


def quiet_environment(data_dir: str) -> dict[str, str]:
    """Return this process's environment without our settings: an embedded Mirra, apart."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MIRRA_")}
    return ours | {"MIRRA_DATA_DIR": data_dir}
