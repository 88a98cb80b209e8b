"""`--html`: what runs came to as one page that stands alone: no script, nothing to load.

Whatever a session holds is data there: escaped, and with characters that don't show spelt out.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

from mirra_mcp import __version__
from mirra_mcp.cli.reports import MARKS, Result, first_error, score_line, struck
from mirra_mcp.local.scenarios.judge.fences import spelt

_ANSI = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")
_LINES = re.compile("([\n\t])")


def write_html(path: Path, results: Sequence[Result]) -> None:
    """Write the page; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(results), encoding="utf-8")


def page(results: Sequence[Result]) -> str:
    """Return the page of some runs."""
    from jinja2 import Environment, StrictUndefined

    env = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    env.filters |= {"seen": _seen, "percent": _percent, "struck": struck}
    template = env.from_string(
        resources.files("mirra_mcp.cli").joinpath("report.html").read_text(encoding="utf-8")
    )
    told = [
        SimpleNamespace(
            run=each.run,
            name=str(each.file),
            line=score_line(each.run).partition(" (")[2].rstrip(")"),
            first_error=first_error(each.run),
            outputs=each.outputs,
            has_failed=each.has_failed,
            has_errored=each.has_errored,
        )
        for each in results
    ]
    titles = [each.run.scenario.title for each in results if each.run.scenario]
    text: str = template.render(
        title=titles[0] if len(results) == len(titles) == 1 else "Scenario runs",
        results=told,
        marks={**{name: mark for name, (mark, _) in MARKS.items()}, "error": "!"},
        written=datetime.now(UTC),
        version=__version__,
    )
    return text


def _seen(text: object) -> str:
    """Spell out what doesn't show, but for line breaks and tabs."""
    parts = _LINES.split(_ANSI.sub("", str(text)).replace("\r\n", "\n"))
    return "".join(part if part in ("\n", "\t") else spelt(part) for part in parts)


def _percent(score: float | None) -> str:
    return "none" if score is None else f"{score:.0%}"
