"""Scores over time, as points of a plot that needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass

from mirra_mcp.wire.runs import Run

WIDTH, HEIGHT, MARGIN = 640, 140, 14


@dataclass(frozen=True, slots=True)
class Point:
    """One run's score."""

    x: float
    y: float
    run: Run


@dataclass(frozen=True, slots=True)
class Plot:
    """The runs of one scenario, the oldest first."""

    title: str
    points: list[Point]

    @property
    def line(self) -> str:
        """Return the line through the points, as SVG writes it."""
        return " ".join(f"{each.x:.1f},{each.y:.1f}" for each in self.points)

    @property
    def newest(self) -> Run:
        """Return the newest run that has a score."""
        return self.points[-1].run


def plots(runs: Sequence[Run]) -> list[Plot]:
    """Return a plot for each scenario that has a score; `runs` are the newest first."""
    by_title: dict[str, list[Run]] = {}
    for run in runs:
        if run.scenario is not None and run.satisfaction_score is not None:
            by_title.setdefault(run.scenario.title, []).append(run)
    return [Plot(title, _points(each[::-1])) for title, each in by_title.items()]


def _points(runs: Sequence[Run]) -> list[Point]:
    room = WIDTH - 2 * MARGIN
    step = room / max(len(runs) - 1, 1)
    start = MARGIN if len(runs) > 1 else WIDTH / 2
    return [
        Point(
            start + step * at,
            MARGIN + (HEIGHT - 2 * MARGIN) * (1 - (run.satisfaction_score or 0.0)),
            run,
        )
        for at, run in enumerate(runs)
    ]
