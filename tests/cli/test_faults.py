"""`faults`: a running session fails by rules."""

import json
from pathlib import Path

import httpx

from tests.cli.command import first_line, run, running


def test_rules_are_added_listed_and_removed_from_the_command_line(tmp_path: Path) -> None:
    rule = "POST /emails: rate_limit, twice"
    with running(tmp_path, "up", "--mirrors", "resend", "--json") as process:
        mirror = json.loads(first_line(process))["mirrors"][0]
        added = run(tmp_path, "faults", rule)
        assert (added.returncode, added.stdout) == (0, f"flt_1  resend {rule}\n")
        key = {"authorization": f"Bearer {mirror['env']['RESEND_API_KEY']}"}
        answer = httpx.post(f"{mirror['url']}/emails", json={}, headers=key)
        assert answer.status_code == 429
        listed = run(tmp_path, "faults")
        assert listed.stdout.splitlines()[-1].split()[-3:] == ["1", "of", "1"]
        wrong = run(tmp_path, "faults", "POST /email: rate_limit")
        assert wrong.returncode == 1
        assert "Did you mean 'POST /emails'?" in wrong.stderr
        assert run(tmp_path, "faults", "--remove", "all").stdout == "Removed flt_1.\n"
        assert json.loads(run(tmp_path, "faults", "--json").stdout) == {"faults": []}


def test_without_such_a_session_it_says_what_to_do(tmp_path: Path) -> None:
    nobody = run(tmp_path, "faults", "--session", "ses_none")
    assert nobody.returncode != 0
    assert "No session is live." in nobody.stderr
