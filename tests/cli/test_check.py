"""`check`: how scenarios would be graded."""

import json
from pathlib import Path

from tests.cli.command import run
from tests.standing.project import ROOT

TEXT = """# Mixed

## Success Criteria
- Exactly 1 email is created
- judge: The mail is friendly
- check: The error message is clear

## Config
mirrors: resend
fixture: transactional-busy
runs: 3
"""


def test_it_shows_tag_pattern_reading_and_why_the_judge_gets_a_check(tmp_path: Path) -> None:
    file = tmp_path / "mixed.md"
    file.write_text(TEXT, encoding="utf-8")
    done = run(tmp_path, "check", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{file}: Mixed" in done.stdout
    assert "resend, fixture transactional-busy, 3 attempts of 60 s" in done.stdout
    assert (
        "check, inferred (count.made): count of emails created in this attempt = 1" in done.stdout
    )
    assert "judge: a judge decides" in done.stdout
    assert "check: no pattern reads it whole, so the judge decides" in done.stdout
    assert "code would grade:\n       - At most 1 error was logged" in done.stdout


def test_every_example_is_valid_and_says_so_in_json(tmp_path: Path) -> None:
    examples = sorted(map(str, (ROOT / "scenarios").glob("*.md")))
    assert examples
    done = run(tmp_path, "check", *examples, "--json")
    assert done.returncode == 0, done.stdout
    readings = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["scenario"] for each in readings] == examples
    for each in readings:
        assert each["errors"] == []
        escalated = [it["text"] for it in each["criteria"] if it["escalates"]]
        assert escalated == [], each["scenario"]


def test_mistakes_are_told_with_their_lines_and_exit_with_4(tmp_path: Path) -> None:
    file = tmp_path / "wrong.md"
    file.write_text(TEXT.replace("resend", "resent").replace("# Mixed", "Mixed"), encoding="utf-8")
    done = run(tmp_path, "check", str(file))
    assert done.returncode == 4
    assert "Unknown mirror 'resent'" in done.stdout
    assert f"{file}:9: " in done.stdout
    in_actions = run(tmp_path, "check", str(file), env={"GITHUB_ACTIONS": "true"})
    assert f"::error file={file},line=9,title=Invalid scenario::" in in_actions.stdout


def test_a_scenario_in_json_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    criteria = [{"tag": "check", "text": "Exactly 1 email is created"}]
    scenario = {"title": "T", "criteria": criteria, "config": {"mirrors": ["resend"]}}
    file.write_text(json.dumps({"scenario": scenario}), encoding="utf-8")
    assert run(tmp_path, "check", str(file)).returncode == 0
    file.write_text("[]", encoding="utf-8")
    broken = run(tmp_path, "check", str(file))
    assert broken.returncode == 4
    assert "is an object" in broken.stdout


def test_a_fixture_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mixed.md"
    file.write_text(f"{TEXT}fixture-file: seed.json\n", encoding="utf-8")
    done = run(tmp_path, "check", str(file))
    assert done.returncode == 4
    assert "seed.json" in done.stdout
