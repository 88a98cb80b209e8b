"""What `install` gives beside an entry: skills for agents, scenarios for a project."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from mirra_mcp.cli.detecting import detect
from mirra_mcp.shipped import folder

STARTERS: Mapping[str, str] = {
    "clerk": "sign-up-to-customer.md",
    "stripe": "stripe-refund.md",
    "resend": "welcome-email.md",
    "twilio": "twilio-order-texts.md",
}
"""Per vendor, the scenario that a project which uses it starts from."""


def skills() -> dict[Path, str]:
    """Return the text of every file of our skills, by where it lies in a folder of skills."""
    return {
        Path(skill.name) / file.name: file.read_text(encoding="utf-8")
        for skill in sorted(folder("skills").iterdir(), key=lambda each: each.name)
        if skill.is_dir()
        for file in skill.iterdir()
    }


def starters(project: Path, home: Path) -> Iterator[tuple[str, Path, str]]:
    """Give a scenario for each vendor that a project uses: the sign of it, where, and the text.

    A home folder, and what lies around it, is no project.
    """
    if project == home or project in home.parents:
        return
    for vendor, sign in detect(project, {}).items():
        name = STARTERS[vendor]
        text = (folder("scenarios") / name).read_text(encoding="utf-8")
        yield sign, project / "scenarios" / name, text
