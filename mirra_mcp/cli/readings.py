"""Scenario files, read as the embedded Mirra reads them, and told to a person."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from mirra_mcp.cli.reports import tell_mistakes
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.model import ScenarioError
from mirra_mcp.local.scenarios.parse import parse_json, parse_markdown
from mirra_mcp.local.scenarios.plans import faulty, plan, told
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.runs import CriterionReading, ScenarioMistake, ScenarioReading


def read_file(file: Path, overrides: Mapping[str, Any]) -> ScenarioReading:
    """Read a scenario file; what is wrong with it is in the reading's errors."""
    try:
        body = body_of(file)
        if "scenario" in body:
            doc = parse_json(body["scenario"], MIRRORS, overrides)
        else:
            doc = parse_markdown(body["scenarioMarkdown"], MIRRORS, overrides)
        reading = told(doc, plan(doc, MIRRORS), MIRRORS)
    except ScenarioError as error:
        return faulty(error)
    except ValueError as error:
        return _broken(str(error), "Write it in UTF-8, as Markdown or, named .json, as JSON.")
    try:
        seed_of(file, reading)
    except (OSError, ValueError) as problem:
        return _broken(f"Its fixture-file can't be read: {problem}.", "Name a JSON file beside it.")
    return reading


def _broken(message: str, hint: str) -> ScenarioReading:
    return ScenarioReading(errors=[ScenarioMistake(message=message, hint=hint)])


def body_of(file: Path) -> Doc:
    """Return what `POST /v1/runs` takes of a file.

    Raises:
        ValueError: it isn't UTF-8, or a JSON scenario isn't an object.
    """
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix.lower() != ".json":
        return {"scenarioMarkdown": text}
    given = json.loads(text)
    if not isinstance(given, dict):
        raise ValueError("A scenario in JSON is an object.")
    return {"scenario": given.get("scenario", given)}


def seed_of(file: Path, reading: ScenarioReading) -> Doc | None:
    """Return what the scenario's `fixture-file`, beside it, holds.

    Raises:
        OSError: it can't be read.
        ValueError: it isn't a JSON object.
    """
    name = reading.config.fixture_file if reading.config else None
    if not name:
        return None
    given = json.loads((file.parent / name).read_text(encoding="utf-8-sig"))
    if not isinstance(given, dict):
        raise ValueError(f"{name} holds no JSON object")
    return given


def tell(file: Path, reading: ScenarioReading) -> None:
    """Show how a scenario was understood."""
    if reading.errors:
        tell_mistakes(file, reading.errors, err=False)
        return
    config = reading.config
    click.echo(f"{file}: {click.style(reading.title or '', bold=True)}")
    if config is not None:
        runs = f"{config.runs} attempt{'s' if config.runs != 1 else ''}"
        fixture = f", fixture {config.fixture}" if config.fixture else ""
        click.echo(f"  {', '.join(reading.mirrors)}{fixture}, {runs} of {config.timeout} s")
    for each in reading.criteria:
        click.echo(f"\n  {each.index + 1}. {each.text}")
        click.echo(f"     {_how(each)}")
        if each.warning:
            click.echo(click.style(f"     {each.warning}", fg="yellow"))
    known = {each.warning for each in reading.criteria}
    for warning in reading.warnings:
        if not any(each and each in warning for each in known) and "no pattern" not in warning:
            click.echo(click.style(f"  {warning}", fg="yellow"))
    click.echo()


def _how(each: CriterionReading) -> str:
    inferred = "" if each.explicit else ", inferred"
    tag = click.style(f"{each.tag}{inferred}", fg="cyan")
    if each.tag == "judge":
        return f"{tag}: a judge decides"
    if each.escalates:
        why = each.why or "no pattern reads it whole"
        offers = "".join(f"\n       - {text}" for text in each.instead)
        instead = f"; code would grade:{offers}" if offers else ""
        return f"{tag}: {why}, so the judge decides{instead}"
    return f"{tag} ({each.pattern}): {each.reading}"
