"""What the environment and the command line decide, once, in one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

HOSTED_API = "https://api.mirra.run"
HOSTED_MARKETPLACE = "https://api.fxn.world"
PROVIDERS = {
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
    "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1"),
}
"""Who can judge: the variables that hold key and address, and the usual address."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A language model's API that may be asked."""

    name: str
    """Whose protocol it speaks: `anthropic` or `openai`."""
    url: str
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Who judges what no check can read: nobody, unless a variable of ours asks for it.

    A key that other programs use is no consent: what a judge sees leaves the machine, and costs.
    """

    providers: tuple[Provider, ...] = ()
    """What `MIRRA_JUDGE_PROVIDER`, `_URL` and `_KEY` name; with `auto`, each with a usual key."""
    model: str | None = None
    """`MIRRA_JUDGE_MODEL`: instead of the model that a scenario names."""
    timeout: float = 30.0
    """`MIRRA_JUDGE_TIMEOUT`: seconds that one answer may take."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the environment.

        Raises:
            ValueError: a variable doesn't parse; the message names it.
        """
        name = environ.get("MIRRA_JUDGE_PROVIDER", "").strip().lower()
        url, key = environ.get("MIRRA_JUDGE_URL"), environ.get("MIRRA_JUDGE_KEY")
        if name not in ("", "none", "auto", *PROVIDERS):
            raise ValueError(
                f"MIRRA_JUDGE_PROVIDER must be anthropic, openai, auto or none, not '{name}'."
            )
        if name in ("", "auto") and (url or key):
            name = "anthropic" if key and key.startswith("sk-ant-") else "openai"
        if name in ("", "none"):
            providers: list[Provider] = []
        else:
            usual = [_usual(each, environ) for each in (PROVIDERS if name == "auto" else [name])]
            providers = [
                Provider(each.name, url or each.url, key or (None if url else each.key))
                for each in usual
                if url or key or each.key
            ]
        timeout = environ.get("MIRRA_JUDGE_TIMEOUT") or "30"
        if not timeout.isdecimal() or int(timeout) < 1:
            raise ValueError(
                f"MIRRA_JUDGE_TIMEOUT must be a whole number above 0, not '{timeout}'."
            )
        model = environ.get("MIRRA_JUDGE_MODEL") or None
        return cls(tuple(providers), model, float(timeout))


def _usual(name: str, environ: Mapping[str, str]) -> Provider:
    key, url, address = PROVIDERS[name]
    return Provider(name, environ.get(url) or address, environ.get(key) or None)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Absent: hosted Mirra with a token, else the embedded one."""

    token: str | None = field(default=None, repr=False)
    """`MIRRA_TOKEN`. Set: hosted Mirra. Not set: the embedded Mirra of this process."""
    api_url: str = HOSTED_API
    """`MIRRA_API_URL`."""
    marketplace_url: str = HOSTED_MARKETPLACE
    """`MIRRA_MARKETPLACE_URL`: the hosted marketplace."""
    marketplace_key: str | None = field(default=None, repr=False)
    """`MIRRA_API_KEY`: what the hosted marketplace knows an account by."""
    resource_hosts: tuple[str, ...] = ()
    """`MIRRA_RESOURCE_HOSTS`: private hosts, addresses or networks that the embedded marketplace's
    resources may call; by default only public ones and the mirrors."""
    resource_env: tuple[str, ...] = ()
    """`MIRRA_RESOURCE_ENV`: the variables that hold credentials of resources, each with the host
    that may get it, as `CRYPTO_API_KEY@api.example.com`; `NAME@*` for whichever asks."""
    resource_timeout: float = 30.0
    """Seconds that a resource has to answer."""
    vendors: tuple[Path, ...] = ()
    """`MIRRA_VENDORS`: folders of Python, each a mirror of one's own; it runs inside Mirra."""
    document_hosts: tuple[str, ...] = ()
    """`MIRRA_DOCUMENT_HOSTS`: the hosts that OpenAPI documents may refer to; none by default."""
    data_dir: Path | None = None
    """`MIRRA_DATA_DIR`: where persistent sessions live; by default the user's data folder."""
    host: str = "127.0.0.1"
    """The address that the embedded Mirra and its mirrors listen on."""
    port: int = 0
    """The embedded control plane's port; 0 takes a free one."""
    mirror_ports: range | None = None
    """`MIRRA_MIRROR_PORTS`: the ports that embedded mirrors may have; by default any free one."""
    mirror_host: str | None = None
    """`MIRRA_MIRROR_HOST`: the address that embedded mirrors listen on; by default `host`."""
    webhook_hosts: tuple[str, ...] = ()
    """`MIRRA_WEBHOOK_HOSTS`: hosts besides loopback that webhooks may go to."""
    max_sessions: int = 1000
    """`MIRRA_MAX_SESSIONS`: live sessions that the embedded Mirra holds at most."""
    rate_limit: int | None = None
    """`MIRRA_RATE_LIMIT`: control plane requests a minute; none by default."""
    keep_alive: float = 15.0
    """Seconds of silence after which an event stream says that it still lives."""
    verdict_wait: float = 600.0
    """Seconds that a scenario's attempt waits for its driver's verdicts."""
    toolsets: tuple[str, ...] = ()
    """`MIRRA_TOOLSETS`: which toolsets the MCP server offers; empty: the default ones."""
    read_only: bool = False
    """`MIRRA_READ_ONLY`: offer only tools that change nothing."""
    judge: JudgeSettings = JudgeSettings()
    """Who judges scenarios on the embedded Mirra."""

    @property
    def is_hosted(self) -> bool:
        """Whether calls go to a Mirra elsewhere."""
        return self.token is not None

    @property
    def mirror_name(self) -> str:
        """Under which address embedded mirrors are called: loopback, where they listen on all."""
        host = self.mirror_host or self.host
        return _LOOPBACK_OF.get(host, host)

    @property
    def is_marketplace_hosted(self) -> bool:
        """Whether the marketplace is one elsewhere: its key or its address is set."""
        return self.marketplace_key is not None or self.marketplace_url != HOSTED_MARKETPLACE

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **overrides: Any) -> Self:
        """Read the environment; `overrides` that are not None win.

        Raises:
            ValueError: a variable doesn't parse; the message names it.
        """
        found: dict[str, Any] = {
            "token": environ.get("MIRRA_TOKEN") or None,
            "api_url": environ.get("MIRRA_API_URL") or HOSTED_API,
            "marketplace_url": environ.get("MIRRA_MARKETPLACE_URL") or HOSTED_MARKETPLACE,
            "marketplace_key": environ.get("MIRRA_API_KEY") or None,
            "webhook_hosts": _words(environ.get("MIRRA_WEBHOOK_HOSTS")),
            "resource_hosts": _words(environ.get("MIRRA_RESOURCE_HOSTS")),
            "resource_env": _words(environ.get("MIRRA_RESOURCE_ENV")),
            "vendors": tuple(map(Path, _words(environ.get("MIRRA_VENDORS")))),
            "document_hosts": _words(environ.get("MIRRA_DOCUMENT_HOSTS")),
            "toolsets": _words(environ.get("MIRRA_TOOLSETS")),
            "read_only": environ.get("MIRRA_READ_ONLY", "").lower() in {"1", "true", "yes"},
        }
        found["judge"] = JudgeSettings.from_env(environ)
        found["mirror_host"] = environ.get("MIRRA_MIRROR_HOST") or None
        if ports := environ.get("MIRRA_MIRROR_PORTS"):
            try:
                found["mirror_ports"] = port_range(ports)
            except ValueError as problem:
                raise ValueError(f"MIRRA_MIRROR_PORTS: {problem}") from None
        if folder := environ.get("MIRRA_DATA_DIR"):
            found["data_dir"] = Path(folder)
        for name, key in (
            ("MIRRA_MAX_SESSIONS", "max_sessions"),
            ("MIRRA_RATE_LIMIT", "rate_limit"),
        ):
            if text := environ.get(name):
                if not text.isdecimal() or int(text) < 1:
                    raise ValueError(f"{name} must be a whole number above 0, not '{text}'.")
                found[key] = int(text)
        found |= {key: value for key, value in overrides.items() if value is not None}
        return cls(**found)


_LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def port_range(text: str) -> range:
    """Read ports written as `47000-47099`, both ends among them, or as one number.

    Raises:
        ValueError: they are written in another way, or there are none.
    """
    first, dash, last = (part.strip() for part in text.partition("-"))
    ends = [first, last if dash else first]
    if not all(end.isascii() and end.isdecimal() for end in ends):
        raise ValueError(f"'{text}' is no range of ports such as 47000-47099.")
    low, high = map(int, ends)
    if not 1 <= low <= high <= 65_535:
        raise ValueError(f"'{text}' must rise, and stay within 1 and 65535.")
    return range(low, high + 1)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())
