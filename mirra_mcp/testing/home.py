"""Where sessions for tests live: one Mirra a process, and the environment of each test."""

import importlib.util
import os
import sys
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Self, TypeVar

import pytest
from anyio.from_thread import start_blocking_portal

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.documents import ENDINGS
from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.reach.account import PROBLEMS
from mirra_mcp.reach.environment import PYTHON, led, table
from mirra_mcp.reach.keys import dressed
from mirra_mcp.settings import Settings
from mirra_mcp.testing.mirra import Mirra
from mirra_mcp.vendors import VENDORS
from mirra_mcp.wire.sessions import CreateSession, ForkSession, Session

T = TypeVar("T")
MADE_OF = ("mirrors", "seeds", "clock", "webhooks")
WORDS = (*MADE_OF, "faults", "allow")
"""What the marker takes, and what of it makes the session."""
GLOBALS = {"stripe": "STRIPE_SECRET_KEY", "resend": "RESEND_API_KEY"}
"""SDKs that keep a key as `api_key` of their module, perhaps from before the session was there."""


class Home:
    """A Mirra in this process, and a loop on which it is spoken to."""

    def __init__(self, folder: Path) -> None:
        """Start nothing yet; `folder` keeps what must not touch the user's own."""
        self._folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start it."""
        said = Settings.from_env(os.environ)
        settings = Settings(
            data_dir=self._folder, vendors=said.vendors, document_hosts=said.document_hosts
        )
        self._local = self._stack.enter_context(LocalMirra(settings))
        self.portal = self._stack.enter_context(start_blocking_portal("asyncio"))
        self.client = MirraClient(self._local.url, self._local.token)
        self._stack.enter_context(self.portal.wrap_async_context_manager(self.client))
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop it."""
        self._stack.close()

    @property
    def address(self) -> tuple[str, str]:
        """Return where it is, and its token."""
        return self._local.url, self._local.token

    def ask(self, function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Run something on its loop, and wait for what it returns.

        Raises:
            MirraError: Mirra refused.
        """
        return self.portal.call(function, *arguments)

    @contextmanager
    def session(self, request: pytest.FixtureRequest) -> Iterator[Mirra]:
        """Give a session as the markers want it, with the environment set for the test's length."""
        wanted = _wanted(request)
        faults, allow = wanted.pop("faults", ()), wanted.pop("allow", ())
        with _told():
            body = CreateSession(timeout_seconds=86_400, **wanted)
            session = self.ask(self.client.create_session, body)
        with self._led(session, allow) as mirra:
            self._let_fail(mirra, faults)
            yield mirra

    @contextmanager
    def forked(self, request: pytest.FixtureRequest, parent: Mirra) -> Iterator[Mirra]:
        """Give a session with the past of a module's, and a future for this test alone."""
        for marker in request.node.iter_markers("mirra"):
            if marker in request.node.own_markers and (odd := set(MADE_OF) & set(marker.kwargs)):
                _refuse(
                    f"this test goes on from the module's mirra_session, so its marker can't say"
                    f" {', '.join(sorted(odd))}: say it in pytestmark."
                )
        wanted = _wanted(request)
        with self.fork(parent.id, wanted.get("allow", ())) as mirra:
            self._let_fail(mirra, wanted.get("faults", ()))
            yield mirra

    @contextmanager
    def fork(self, session_id: str, allow: Collection[str]) -> Iterator[Mirra]:
        """Give another future of a session, with the environment set for the block's length."""
        states = self.client.states(session_id)
        session = self.ask(states.fork, ForkSession(webhooks=True, timeout_seconds=86_400))
        with self._led(session, allow) as mirra:
            yield mirra

    @contextmanager
    def _led(self, session: Session, allow: Collection[str]) -> Iterator[Mirra]:
        report = self._folder / f"{session.session_id}.report"
        report.touch()
        mirra = Mirra(self, session, report, allow)
        try:
            with self._surroundings(session, report), mirra:
                yield mirra
        finally:
            self.ask(self.client.end_session, session.session_id)

    def _let_fail(self, mirra: Mirra, rules: str | Collection[str]) -> None:
        with _told():
            for rule in [rules] if isinstance(rules, str) else rules:
                mirra.faults.add(rule)

    @contextmanager
    def _surroundings(self, session: Session, report: Path) -> Iterator[None]:
        url, token = self.address
        variables = led(os.environ, session.mirrors, report=report).variables | {
            "MIRRA_SESSION_ID": session.session_id,
            "MIRRA_API_URL": url,
            "MIRRA_TOKEN": token,
        }
        preload = _preload()
        with pytest.MonkeyPatch.context() as patch:
            for name in set(os.environ) - set(variables):
                patch.delenv(name)
            for name, value in variables.items():
                if os.environ.get(name) != value:
                    patch.setenv(name, value)
            for name, key in GLOBALS.items():
                sdk = sys.modules.get(name)
                if key in variables and hasattr(sdk, "api_key"):
                    patch.setattr(sdk, "api_key", variables[key])
            preload.configure(table(session.mirrors))
            try:
                yield
            finally:
                patch.undo()
                preload.configure(os.environ.get("MIRRA_PRELOAD"))


@contextmanager
def _told() -> Iterator[None]:
    """Let what Mirra refuses be the test's failure, in a sentence."""
    try:
        yield
    except (MirraError, ValueError) as problem:
        hint = f" {problem.hint}" if isinstance(problem, MirraError) and problem.hint else ""
        pytest.fail(f"mirra: {problem}{hint}", pytrace=False)


def _preload() -> ModuleType:
    """Return what leads the calls of this process; it changes clients that are loaded already."""
    if "mirra_preload" not in sys.modules:
        spec = importlib.util.spec_from_file_location("mirra_preload", PYTHON / "mirra_preload.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["mirra_preload"] = module
        spec.loader.exec_module(module)
    return sys.modules["mirra_preload"]


def _wanted(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what the markers say, the closest first, and else what fixtures or settings say."""
    said: dict[str, Any] = {}
    for marker in request.node.iter_markers("mirra"):
        if marker.args:
            _refuse(
                f"the marker takes names, not {marker.args[0]!r}: mirrors=[...], seeds={{...}}."
            )
        for name, value in marker.kwargs.items():
            if name not in WORDS:
                _refuse(f"the marker has no '{name}'; it takes {', '.join(WORDS)}.")
            said.setdefault(name, value)
    for each in said.get("allow", ()):
        if each not in PROBLEMS:
            _refuse(f"the marker can't allow '{each}', only {', '.join(PROBLEMS)}.")
    mirrors = said.get("mirrors") or _fixtures(request) or request.config.getini("mirra_mirrors")
    named = [mirrors] if isinstance(mirrors, str) else list(mirrors or ())
    named += [each for each in said.get("seeds", {}) if each not in named]
    return {**said, "mirrors": named or list(VENDORS)}


def _fixtures(request: pytest.FixtureRequest) -> list[str]:
    return [name for name in VENDORS if f"{name}_mirror" in request.fixturenames]


def _refuse(why: str) -> None:
    pytest.fail(f"mirra: {why}", pytrace=False)


def _own_folders() -> tuple[Path, ...]:
    """Return the folders of mirrors of one's own; their keys are there when a session is.

    Raises:
        pytest.UsageError: a variable of Mirra's can't be read.
    """
    try:
        return Settings.from_env(os.environ).vendors
    except ValueError as problem:
        raise pytest.UsageError(str(problem)) from None


def set_keys_early(config: pytest.Config) -> None:
    """Set the vendors' keys for the length of the run: modules read them while they are imported.

    A document's mirror has its keys when a test's session is there.

    Raises:
        pytest.UsageError: a mirror is unknown.
    """
    from mirra_mcp.local.mirrors import MIRRORS

    own = {folder.name.removesuffix("_mirror") for folder in _own_folders()}
    named = [
        each
        for each in config.getini("mirra_mirrors")
        if not each.endswith(ENDINGS) and each not in own
    ]
    for name in named:
        if name not in VENDORS:
            raise pytest.UsageError(
                f"mirra_mirrors names '{name}'; there are {', '.join(VENDORS)}."
            )
    envs = {name: MIRRORS[name]("http://127.0.0.1:9", "empty").env() for name in named}
    variables, _ = dressed(os.environ, envs)
    patch = pytest.MonkeyPatch()
    for name in set(os.environ) - set(variables):
        patch.delenv(name)
    for name, value in variables.items():
        if os.environ.get(name) != value and "http://127.0.0.1:9" not in value:
            patch.setenv(name, value)
    config.add_cleanup(patch.undo)
