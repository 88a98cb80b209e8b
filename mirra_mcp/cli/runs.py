"""`mirra-mcp runs`: what past runs came to, and how their scores went."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mirra_mcp.cli.asking import asked_of
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import as_json, data_dir, settings_from
from mirra_mcp.wire.runs import Run

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient

BARS = "▁▂▃▄▅▆▇█"
SHOWN = 20
"""Scores that one line of history shows, the newest."""
PAGE = 100


@click.command()
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--scenario", metavar="TEXT", help="Only runs whose scenario's title holds this.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, help="Runs to list. [default: 20]"
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write RUN as a page that stands alone.",
)
@data_dir
@as_json
def runs(
    run: str | None,
    scenario: str | None,
    limit: int,
    html: Path | None,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """List past runs with their scores over time, or show one.

    Runs are grouped by their scenario's title; each score is one bar, the newest last.

    \b
    Examples:
      mirra-mcp runs
      mirra-mcp runs --scenario welcome --json
      mirra-mcp runs run_9xkp2m --html report.html

    With --json: one run an object and line, the newest first; of RUN, the whole record.
    """
    if html is not None and run is None:
        raise BadUsage("--html needs a RUN to write.", "Name one: mirra-mcp runs lists them.")
    settings = settings_from(data_dir=data_dir)
    if run is None:
        found = asked_of(settings, lambda mirra: _newest(mirra, scenario, limit))
        for each in found if as_json else ():
            click.echo(json.dumps(each.to_json()))
        if not as_json:
            _tell_all(found, scenario)
        return
    record = asked_of(settings, lambda mirra: mirra.get_run(run))
    if html is not None:
        _write(html, record)
    if as_json:
        click.echo(json.dumps(record.to_json()))
    elif html is None:
        _tell_one(record)


async def _newest(mirra: "MirraClient", scenario: str | None, limit: int) -> list[Run]:
    found: list[Run] = []
    cursor: str | None = None
    while len(found) < limit:
        page = await mirra.list_runs(limit=PAGE if scenario else min(limit, PAGE), cursor=cursor)
        found += [each for each in page.runs if (scenario or "").lower() in title_of(each).lower()]
        cursor = page.next_cursor
        if cursor is None:
            break
    return found[:limit]


def title_of(run: Run) -> str:
    """Return the title of a run's scenario."""
    return run.scenario.title if run.scenario else run.run_id


def bars(scores: Sequence[float | None]) -> str:
    """Draw scores from 0 to 1 as bars; one that there is none of is a dot."""
    top = len(BARS) - 1
    return "".join("·" if each is None else BARS[round(each * top)] for each in scores)


def _tell_all(found: Sequence[Run], scenario: str | None) -> None:
    if not found:
        which = f" of a scenario like '{scenario}'" if scenario else ""
        click.echo(f"There has been no run{which} yet: mirra-mcp run FILE --driver COMMAND.")
        return
    groups: dict[str, list[Run]] = {}
    for each in found:
        groups.setdefault(title_of(each), []).append(each)
    for title, group in groups.items():
        history = bars([each.satisfaction_score for each in reversed(group[:SHOWN])])
        click.echo(f"{click.style(title, bold=True)}  {history}")
        for each in group:
            click.echo(f"  {_line(each)}")


def _line(run: Run) -> str:
    when = run.created_at.strftime("%Y-%m-%d %H:%M") if run.created_at else "-"
    score = "none" if run.satisfaction_score is None else f"{run.satisfaction_score:.0%}"
    passed = sum(each.passed for each in run.criteria)
    total = sum(each.total for each in run.criteria)
    left = [f"{passed}/{total}"] if total else []
    if run.errored:
        left.append(f"{run.errored} errored")
    if run.ungraded > run.errored:
        left.append(f"{run.ungraded - run.errored} ungraded")
    if run.status != "complete":
        left.append(run.status)
    good = run.satisfaction_score == 1 and not run.errored
    return (
        f"{run.run_id}  {when}  {click.style(score.rjust(4), fg='green' if good else 'red')}  "
        + (", ".join(left))
    )


def _tell_one(run: Run) -> None:
    from mirra_mcp.cli.reports import Result, Teller

    teller = Teller(quiet=False, to_stderr=False)
    teller.say(f"{click.style(title_of(run), bold=True)}  {_line(run)}")
    for attempt in run.attempts:
        teller.step(f"run {attempt.attempt}/{run.runs or len(run.attempts)}")
        teller.attempt(attempt)
    teller.summary(Result(Path(title_of(run)), run))


def _write(path: Path, run: Run) -> None:
    from mirra_mcp.cli.pages import write_html
    from mirra_mcp.cli.reports import Result

    try:
        write_html(path, [Result(Path(title_of(run)), run)])
    except OSError as problem:
        raise BadUsage(
            f"The page can't be written to {path}: {problem.strerror or problem}.",
            "Name another file as --html.",
        ) from None
