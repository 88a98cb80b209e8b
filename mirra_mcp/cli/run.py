"""`mirra-mcp run`: scenarios with a driver command, for a terminal or for CI."""

from pathlib import Path
from typing import Any

import click

from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import Span, as_json, data_dir, settings_from, webhook_host

AGENTS = ("claude-code", "cursor", "copilot", "cline", "custom")
TO_DO = """\
Give the driver as a command, which is run once an attempt:

  mirra-mcp run {file} --driver "pytest -q tests/e2e"

Programs in Python and Node are led to the mirrors, unchanged. The command finds their addresses,
keys and webhook secrets in its environment, and MIRRA_PROMPT, MIRRA_SESSION_ID, MIRRA_API_URL and
MIRRA_TOKEN.

To let a coding agent be the driver, ask it, with the mirra MCP server set up ('mirra-mcp install'):

  Run the Mirra scenario {file}."""


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--driver", metavar="COMMAND", help="The command that does an attempt's work.")
@click.option("--runs", type=click.IntRange(1, 100), help="Attempts, instead of the scenario's.")
@click.option("--session", metavar="ID", help="Run in this session of 'mirra-mcp up'.")
@click.option("--agent", type=click.Choice(AGENTS), help="Who drives; recorded with the run.")
@click.option("--fixture", metavar="NAME", help="Start from this fixture, not the scenario's.")
@click.option("--timeout", type=Span(), help="What an attempt may take, such as 60s or 2m.")
@click.option(
    "--fail-below",
    type=click.FloatRange(0, 1),
    metavar="SCORE",
    help="Exit with 1 only if the score of what was graded, from 0 to 1, is below this.",
)
@click.option(
    "--fail-ungraded",
    is_flag=True,
    help="Exit with 1, too, if nobody judged a criterion, as without a judge.",
)
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a report in JUnit's XML.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page that stands alone: criteria, attempts, evidence, timeline.",
)
@click.option("--quiet", is_flag=True, help="Tell the score alone.")
@data_dir
@webhook_host
@as_json
@click.pass_context
def run(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    driver: str | None,
    session: str | None,
    fail_below: float | None,
    fail_ungraded: bool,
    junit: Path | None,
    html: Path | None,
    quiet: bool,
    as_json: bool,
    data_dir: Path | None,
    webhook_hosts: tuple[str, ...],
    **overrides: Any,
) -> None:
    """Run scenarios and grade them.

    Each attempt starts on freshly seeded mirrors, runs the driver, and is graded when the driver
    ends or the time is up. The driver's own exit code is recorded; what it did decides. What it
    leaves running is ended.

    What could not be graded is an error, neither passed nor failed: an attempt whose driver was not
    found, was killed, or made no request; a judge that is set up and gave no verdict; a grader that
    failed. A run with an error does not pass, whatever its score.

    \b
    Examples:
      mirra-mcp run scenarios/welcome-email.md --driver "python scenarios/drivers/welcome.py"
      mirra-mcp run scenarios/*.md --driver "npm run e2e" --runs 3 --fail-below 0.9
      mirra-mcp run scenarios/*.md --driver "pytest -q" --junit report.xml --html report.html

    \b
    Exit codes:
      0   no criterion failed, or the score is at or above --fail-below
      1   a criterion failed, the score is below --fail-below, or nothing was graded
      2   an attempt ran out of time
      3   a mirror could not be provisioned
      4   a scenario is invalid; nothing was run
      5   something could not be graded: the driver, the judge or Mirra was out
      130 interrupted (SIGINT); 143 asked to end (SIGTERM); the driver is ended, the run cancelled
      64  wrong usage

    With --json: one JSON object a file and line, {"runId", "scenario", "sessionId", "runs",
    "satisfactionScore", "criteria": [{"label", "kind", "passed", "total"}], "durationMs",
    "dashboardUrl", ...}. In GitHub Actions, what failed is remarked at its line.
    """
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise BadUsage(f"There is no file {', '.join(missing)}.", "Name scenario files.")
    if driver is None or not driver.strip():
        raise BadUsage("A scenario doesn't run by itself.", TO_DO.replace("{file}", str(files[0])))
    for option, report in (("--junit", junit), ("--html", html)):
        if report is not None:
            _ensure_writable(report, option)
    settings = settings_from(data_dir=data_dir, webhook_hosts=webhook_hosts)

    from mirra_mcp.cli.scenarios import Job, run_all

    given = {name: value for name, value in overrides.items() if value is not None}
    job = Job(
        driver,
        session,
        given,
        fail_below,
        junit,
        html,
        fails_ungraded=fail_ungraded,
        quiet=quiet,
        as_json=as_json,
    )
    ctx.exit(run_all(files, job, settings))


def _ensure_writable(path: Path, option: str) -> None:
    """Complain before hours of attempts, not after them.

    Raises:
        BadUsage: the report can't be written there.
    """
    is_new = not path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as problem:
        raise BadUsage(
            f"The report can't be written to {path}: {problem.strerror or problem}.",
            f"Name another file as {option}.",
        ) from None
    if is_new:
        path.unlink()
