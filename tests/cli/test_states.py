"""`fork`, and what `state` tells of earlier moments, differences and questions in SQL."""

import json
from pathlib import Path

import httpx

from tests.cli.command import first_line, run, running


def test_a_session_is_forked_compared_and_asked_from_the_command_line(tmp_path: Path) -> None:
    words = ("up", "--mirrors", "resend", "--name", "shop", "--json")
    with running(tmp_path, *words) as process:
        mirror = json.loads(first_line(process))["mirrors"][0]
        key = {"authorization": f"Bearer {mirror['env']['RESEND_API_KEY']}", "user-agent": "test"}

        def name(audience: str, url: str = mirror["url"]) -> None:
            answer = httpx.post(f"{url}/audiences", json={"name": audience}, headers=key)
            assert answer.status_code == 201, answer.text

        hook = {"endpoint": "http://127.0.0.1:9/hook", "events": ["email.sent"]}
        assert httpx.post(f"{mirror['url']}/webhooks", json=hook, headers=key).status_code == 201
        assert run(tmp_path, "snapshot", "early").returncode == 0
        name("Customers")
        made = run(tmp_path, "fork", "other", "--at", "early")
        assert made.returncode == 0, made.stderr
        assert "(other) goes on from ses_" in made.stdout
        assert "resend's webhook endpoint http://127.0.0.1:9/hook gets nothing" in made.stdout

        asked = ("state", "--session", "other", "--sql", "SELECT count(*) AS n FROM segments")
        assert run(tmp_path, *asked).stdout.split() == ["n", "0"]
        told = run(tmp_path, "state", "--session", "shop", "--against", "other")
        assert "is new" in told.stdout, told.stderr
        told = run(tmp_path, "state", "--session", "shop", "--since", "early", "--json")
        assert [each["after"]["name"] for each in json.loads(told.stdout)["changes"]] == [
            "Customers"
        ]
        same = run(tmp_path, "state", "--session", "other", "--since", "early")
        assert same.returncode == 1
        assert "has no snapshot 'early'" in same.stderr
        wrong = run(tmp_path, "state", "--session", "shop", "--sql", "SELECT * FROM segmnts")
        assert wrong.returncode == 1
        assert "no table 'segmnts'. Did you mean 'segments'?" in wrong.stderr
        both = run(tmp_path, "state", "segments", "--sql", "SELECT 1")
        assert both.returncode == 64
