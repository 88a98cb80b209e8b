"""The token that `login` keeps: readable by its user alone, and sent to one address only."""

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import settings_from
from mirra_mcp.settings import HOSTED_API, Settings


@dataclass(frozen=True, slots=True)
class Login:
    """Where somebody has logged in, and the token for it."""

    url: str
    token: str = field(repr=False)


def place() -> Path:
    """Return the file that holds it."""
    home = os.environ.get("APPDATA") if sys.platform == "win32" else None
    root = home or os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(root).expanduser() / "mirra-mcp" / "credentials.json"


def stored() -> Login | None:
    """Return what was stored, if that can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(place().read_text(encoding="utf-8"))
        return Login(str(said["url"]), str(said["token"]))
    return None


def store(login: Login) -> Path:
    """Keep it, in place of what was there.

    Raises:
        OSError: it can't be written.
    """
    file = place()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = file.with_suffix(f".{os.getpid()}.new")
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump({"url": login.url, "token": login.token}, stream)
    written.replace(file)
    return file


def forget() -> bool:
    """Delete it; return whether there was anything.

    Raises:
        OSError: it can't be deleted.
    """
    try:
        place().unlink()
    except FileNotFoundError:
        return False
    return True


def settings_of_person(**overrides: Any) -> Settings:
    """Read the settings; without MIRRA_TOKEN, a login counts, if it is for the address in use.

    An empty MIRRA_TOKEN asks for the embedded Mirra all the same.
    """
    settings = settings_from(**overrides)
    if settings.is_hosted or "MIRRA_TOKEN" in os.environ:
        return settings
    login = stored()
    if login is None or login.url != (os.environ.get("MIRRA_API_URL") or login.url):
        return settings
    if overrides.get("mirror_ports") or overrides.get("mirror_host"):
        raise BadUsage(
            "--mirror-ports and --mirror-host are about embedded mirrors, and you are logged in"
            f" to {login.url}.",
            "Leave them out, or set MIRRA_TOKEN to nothing for the embedded Mirra.",
        )
    return replace(settings, api_url=login.url, token=login.token)


def address() -> str:
    """Return the address that a login is for."""
    return os.environ.get("MIRRA_API_URL") or HOSTED_API
