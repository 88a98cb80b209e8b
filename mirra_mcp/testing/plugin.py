"""The pytest plugin: a session of mirrors for a test, and its app led there unchanged.

Loaded by every pytest of an environment that has mirra-mcp: nothing is imported or started until
a test asks for one of the fixtures.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mirra_mcp.testing.home import Home
    from mirra_mcp.testing.mirra import Mirra, MirrorHandle

MARKER = (
    "mirra(mirrors=[...], seeds={mirror: fixture}, clock='2026-01-01T00:00:00Z', "
    "webhooks={mirror: url}, faults=['stripe POST /v1/charges: rate_limit'], "
    "allow=['refused-webhook', 'gap', 'live']): what the session of a test is made of, what fails "
    "in it, and what the test may meet without failing"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our option and our setting."""
    parser.getgroup("mirra").addoption(
        "--mirra-record",
        nargs="?",
        const="scenarios",
        metavar="FOLDER",
        help="Write what each passing test with the fixture 'mirra' saw as a scenario, into a"
        " folder. [default: scenarios]",
    )
    parser.addini(
        "mirra_mirrors",
        "The mirrors of tests that don't say which; their keys are set while tests are collected.",
        type="args",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known; set the keys early where the project says which mirrors it uses."""
    config.addinivalue_line("markers", MARKER)
    if config.getini("mirra_mirrors"):
        from mirra_mcp.testing.home import set_keys_early

        set_keys_early(config)


@pytest.fixture(scope="session")
def _mirra_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One Mirra for the tests of this process: with xdist, one a worker."""
    from mirra_mcp.testing.home import Home

    with Home(tmp_path_factory.mktemp("mirra")) as home:
        yield home


@pytest.fixture(scope="module")
def mirra_session(request: pytest.FixtureRequest, _mirra_home: Home) -> Iterator[Mirra]:
    """A session for all tests of a module. A test that asks for `mirra`, too, gets a fork of it."""
    with _mirra_home.session(request) as mirra:
        yield mirra


@pytest.fixture
def mirra(request: pytest.FixtureRequest, _mirra_home: Home) -> Iterator[Mirra]:
    """A session for this test alone, with the app's calls led to its mirrors.

    Where the module has a `mirra_session`, it goes on from where that one is, in a fork.
    """
    if "mirra_session" in request.fixturenames:
        with _mirra_home.forked(request, request.getfixturevalue("mirra_session")) as mirra:
            yield mirra
    else:
        with _mirra_home.session(request) as mirra:
            yield mirra


@pytest.fixture
def stripe_mirror(mirra: Mirra) -> MirrorHandle:
    """The test's mirror of Stripe."""
    return mirra.mirror("stripe")


@pytest.fixture
def resend_mirror(mirra: Mirra) -> MirrorHandle:
    """The test's mirror of Resend."""
    return mirra.mirror("resend")


@pytest.fixture
def twilio_mirror(mirra: Mirra) -> MirrorHandle:
    """The test's mirror of Twilio."""
    return mirra.mirror("twilio")


def _of(item: pytest.Item) -> Mirra | None:
    """Return the session of a test; a fixture of the project's own may have the same name."""
    given: dict[str, Any] = getattr(item, "funcargs", {})
    for name in ("mirra", "mirra_session"):
        if type(given.get(name)).__module__ == "mirra_mcp.testing.mirra":
            return given[name]  # type: ignore[no-any-return]  # as its module says
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that passed over a refused webhook, a gap or a call of a live host."""
    found = _of(item)
    if found is None:
        return (yield)
    found.begin()
    result = yield
    wrong = found.problems()
    if wrong:
        pytest.fail(wrong, pytrace=False)
    if folder := item.config.getoption("mirra_record"):
        found.record(item.name, item.config.rootpath / folder)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the mirrors saw beside a failure, for the terminal and for JUnit."""
    report = yield
    found = _of(item) if report.failed and call.when == "call" else None
    if found is not None and (trace := found.trace()):
        report.sections.append(("What the mirrors saw", trace))
        item.user_properties.append(("mirra", trace))
    return report
