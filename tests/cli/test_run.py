"""`run`: the examples with their drivers, what CI reads of it, and every exit code.

Source of the exit codes and JSON fields: https://docs.mirra.run/cli/run
"""

import json
import os
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.cli.command import ended, first_line, run, running
from tests.local.scenarios.providers import Stub, judging
from tests.standing.project import ROOT

SCENARIOS = ROOT / "scenarios"
SMALL = """# Send one email

## Setup
A verified domain `acme.com`, and a unicorn.

## Prompt
Send an email.

## Success Criteria
- Exactly 1 email is created
- check: The email's `from` is `a@acme.com`

## Config
mirrors: resend
"""
SEND = """
import json, os, urllib.request
body = json.dumps({"from": "a@acme.com", "to": "b@example.com", "subject": "Hi", "html": "Hi"})
key = {"authorization": "Bearer " + os.environ["RESEND_API_KEY"], "user-agent": "driver"}
asked = urllib.request.Request(os.environ["RESEND_BASE_URL"] + "/emails", body.encode(),
                               key | {"content-type": "application/json"})
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked)
print("sent one")
"""


LOOK = """
import os, urllib.request
key = {"authorization": "Bearer " + os.environ["RESEND_API_KEY"], "user-agent": "driver"}
asked = urllib.request.Request(os.environ["RESEND_BASE_URL"] + "/domains", headers=key)
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked)
"""


def python(*arguments: str) -> str:
    return shlex.join([sys.executable, *arguments])


def driver(name: str, *flaws: str) -> str:
    """An example's driver: without a flaw in the first attempt, then with one after the other."""
    script = python(str(SCENARIOS / "drivers" / f"{name}.py"))
    return f"set -- '' {' '.join(flaws)}; shift $((MIRRA_ATTEMPT - 1)); {script} $1"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A scenario, and beside it a driver that does what it asks."""
    (tmp_path / "send.py").write_text(SEND, encoding="utf-8")
    file = tmp_path / "small.md"
    file.write_text(SMALL, encoding="utf-8")
    return file


@pytest.fixture
def judge() -> Iterator[Stub]:
    with judging() as stub:
        yield stub


def results(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def failed(attempt: dict[str, Any]) -> list[str]:
    assert "ungraded" not in [each["result"] for each in attempt["criteria"]]
    return [each["label"] for each in attempt["criteria"] if each["result"] == "fail"]


def test_a_driver_that_forgets_bounces_scores_less_and_one_that_trusts_anyone_fails_one_check(
    tmp_path: Path, judge: Stub
) -> None:
    """The welcome email of https://docs.mirra.run/guides/first-scenario."""
    done = run(
        tmp_path,
        "run",
        str(SCENARIOS / "welcome-email.md"),
        "--driver",
        driver("welcome_email", "--forget-bounces", "--trust-anyone"),
        "--json",
        env={"MIRRA_JUDGE_URL": judge.url, "MIRRA_JUDGE_PROVIDER": "openai"},
    )
    (result,) = results(done.stdout)
    assert (done.returncode, result["driverExitCodes"]) == (1, [0, 0, 0])
    good, forgetful, trusting = result["attempts"]
    assert failed(good) == [], done.stderr
    assert failed(forgetful) == ["The contact `alice@example.com` is unsubscribed"]
    assert failed(trusting) == ["The webhook signature was verified"]
    assert good["score"] == 1.0 > forgetful["score"]
    assert result["satisfactionScore"] == 0.92
    prompts = [asked.prompt for asked in judge.asked]
    assert len(prompts) == 3
    assert all("appropriate for a welcome email" in prompt for prompt in prompts)
    assert all("glad that you are here" in prompt for prompt in prompts)


@pytest.mark.parametrize(
    ("scenario", "name", "flaw", "wrong"),
    [
        ("stripe-refund", "refund", "--trust-anyone",
         ["A `charge.refunded` webhook was received and signature-verified"]),
        ("stripe-dunning", "dunning", "--ignore-failures",
         ["The customer's `metadata.access` is `limited`"]),
        ("twilio-order-texts", "order_texts", "--text-anyway", ["No errors were logged"]),
        ("sign-up-to-customer", "sign_up", "--never-text",
         ["A message to `+15555550123` was delivered"]),
        ("twilio-phone-line", "phone_line", "--give-up-on-wrong-keys",
         ['Exactly 1 call mentions "Order 1042 is on its way"', "Exactly 2 callers pressed 1"]),
        ("twilio-reminder-calls", "remind", "--talk-over-greetings",
         ["Exactly 1 call has `answered_by` `machine_end_beep`"]),
        ("twilio-conference", "conference", "--leave-the-room-open", ["The conference ended"]),
        ("twilio-support-chat", "chat", "--never-close", ["The conversation was closed"]),
    ],
    ids=["refund", "dunning", "texts", "sign-up", "line", "reminders", "conference", "chat"],
)  # fmt: skip
def test_the_other_examples_pass_and_their_flaws_are_found(
    tmp_path: Path, scenario: str, name: str, flaw: str, wrong: list[str]
) -> None:
    file = str(SCENARIOS / f"{scenario}.md")
    asked = ("run", file, "--driver", driver(name, flaw), "--runs", "2", "--json")
    done = run(tmp_path, *asked, seconds=90)
    (result,) = results(done.stdout)
    assert [failed(each) for each in result["attempts"]] == [[], wrong], done.stderr
    assert result["setupNotApplied"] == []


def test_several_files_several_attempts_and_what_a_person_reads(
    tmp_path: Path, small: Path
) -> None:
    other = tmp_path / "other.md"
    other.write_text(SMALL.replace("one email", "another").replace("a@acme", "z@acme"), "utf-8")
    report = tmp_path / "reports" / "junit.xml"
    done = run(
        tmp_path, "run", str(small), str(other), "--driver", python("send.py"), "--runs", "2",
        "--junit", str(report), cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    out = done.stdout
    assert "✓ session ses_" in out
    assert "→ run 2/2" in out
    assert "  │ sent one" in out
    assert "  not set up: a unicorn" in out
    assert "satisfaction score: 100% (4/4 criteria passed across 2 runs)" in out
    assert "satisfaction score: 50% (2/4 criteria passed across 2 runs)" in out
    assert "  ✗ The email's `from` is `a@acme.com`" not in out
    assert "\x1b[" not in out
    suites = ElementTree.parse(report).getroot()
    assert (suites.get("tests"), suites.get("failures"), suites.get("skipped")) == ("8", "2", "0")
    first, second = suites
    assert first.get("name") == "Send one email"
    assert len(first.findall("testcase")) == 4
    assert len(second.findall("testcase/failure")) == 2
    assert "sent one" in (first.findtext("system-out") or "")


def test_the_driver_is_told_where_everything_is(tmp_path: Path, small: Path) -> None:
    shown = tmp_path / "env.json"
    code = f"{LOOK}\nimport json; json.dump(dict(os.environ), open({str(shown)!r}, 'w'))"
    done = run(
        tmp_path, "run", str(small), "--driver", python("-c", code), "--quiet", "--agent",
        "cursor", "--fail-below", "0", "--fixture", "transactional-busy",
        env={"MIRRA_JUDGE_KEY": "sk-secret", "MIRRA_JUDGE_URL": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "satisfaction score: 0% (0/2 criteria passed across 1 run)\n"
    env = json.loads(shown.read_text(encoding="utf-8"))
    assert env["MIRRA_PROMPT"] == "Send an email."
    assert env["MIRRA_TITLE"] == "Send one email"
    assert env["MIRRA_SETUP"].startswith("A verified domain")
    assert (env["MIRRA_ATTEMPT"], env["MIRRA_RUNS"]) == ("1", "1")
    assert env["MIRRA_SESSION_ID"].startswith("ses_")
    assert env["MIRRA_RUN_ID"].startswith("run_")
    assert env["MIRRA_API_URL"].startswith("http://127.0.0.1:")
    assert env["MIRRA_TOKEN"]
    assert json.loads(env["MIRRA_MIRRORS"]) == {"resend": env["RESEND_BASE_URL"]}
    assert env["RESEND_API_KEY"].startswith("re_")
    assert "MIRRA_JUDGE_KEY" not in env
    assert "Expected" not in json.dumps(env)


def test_in_actions_what_failed_is_remarked_at_its_line(tmp_path: Path, small: Path) -> None:
    """Source: https://docs.github.com/actions/reference/workflow-commands"""
    summary = tmp_path / "summary.md"
    done = run(
        tmp_path, "run", str(small), "--driver",
        f"echo '::error ::not from us'; {python('-c', LOOK)}; exit 7",
        env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "The driver ended with exit code 7." in done.stdout
    remarks = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert len(remarks) == 2
    assert remarks[0].startswith(f"::error file={small},line=10,title=0/1 passed::Exactly 1 email")
    assert "%0A" in remarks[0]
    assert "### Send one email: 0.00" in summary.read_text(encoding="utf-8")


def test_an_attempt_out_of_time_exits_with_2_and_its_driver_is_gone(
    tmp_path: Path, small: Path
) -> None:
    """With its children, however little they listen."""
    pids = tmp_path / "pids"
    command = f"trap '' TERM; sleep 77 & echo $! >> {pids}; echo $$ >> {pids}; sleep 77"
    done = run(
        tmp_path, "run", str(small), "--driver", command, "--timeout", "1s", "--json", "--quiet"
    )
    assert done.returncode == 2, done.stderr
    (result,) = results(done.stdout)
    assert (result["status"], result["timedOut"], result["driverExitCodes"]) == (
        "failed",
        1,
        [None],
    )
    assert failed(result["attempts"][0]) == [each["label"] for each in result["criteria"]]
    for pid in pids.read_text(encoding="utf-8").split():
        assert not is_alive(int(pid))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"


def test_ctrl_c_ends_the_driver_and_leaves_with_130(tmp_path: Path, small: Path) -> None:
    with running(tmp_path, "run", str(small), "--driver", "echo pid $$; exec sleep 77") as process:
        line = first_line(process)
        while "pid" not in line:
            line = first_line(process)
        code, _, err = ended(process, signal.SIGINT)
    assert code == 130
    assert "Traceback" not in err
    assert not is_alive(int(line.split()[-1]))


def test_an_invalid_scenario_exits_with_4_and_nothing_is_run(tmp_path: Path, small: Path) -> None:
    wrong = tmp_path / "wrong.md"
    wrong.write_text(SMALL.replace("mirrors: resend", "mirrors: resent\nruns: many"), "utf-8")
    mark = tmp_path / "mark"
    done = run(tmp_path, "run", str(small), str(wrong), "--driver", f"touch {mark}")
    assert (done.returncode, done.stdout) == (4, "")
    assert f"{wrong}:14: Unknown mirror 'resent'." in done.stderr
    assert f"{wrong}:15: " in done.stderr
    assert not mark.exists()


def test_a_fixture_file_is_read_from_beside_the_scenario(tmp_path: Path, small: Path) -> None:
    seed = {"resend": {"domains": [{"name": "acme.com", "status": "verified"}]}}
    (tmp_path / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
    text = SMALL.replace("A verified domain `acme.com`, and a unicorn.", "Nothing else.")
    small.write_text(f"{text}fixture-file: seed.json\n", encoding="utf-8")
    done = run(tmp_path, "run", str(small), "--driver", python(str(tmp_path / "send.py")))
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "seed.json").write_text('{"resend": {"domain": []}}', encoding="utf-8")
    refused = run(tmp_path, "run", str(small), "--driver", "true")
    assert refused.returncode == 4
    assert "'resend.domain'" in refused.stderr


def test_it_may_run_in_a_session_that_stays(tmp_path: Path, small: Path) -> None:
    with running(tmp_path, "up", "--mirrors", "resend", "--json") as process:
        session = json.loads(first_line(process))["sessionId"]
        done = run(
            tmp_path, "run", str(small), "--driver", python(str(tmp_path / "send.py")),
            "--session", session, "--json",
        )  # fmt: skip
        (result,) = results(done.stdout)
        assert (done.returncode, result["sessionId"]) == (0, session)
        unknown = run(tmp_path, "run", str(small), "--driver", "true", "--session", "ses_none")
        assert ended(process)[0] == 0
    assert unknown.returncode == 3
    assert "ses_none" in unknown.stderr
    assert "'mirra-mcp up' printed" in unknown.stderr


def test_with_a_token_it_runs_on_that_mirra(tmp_path: Path, small: Path) -> None:
    """What it takes: `POST /v1/runs`, `/finish`. Here another process plays the hosted one."""
    with running(tmp_path, "up", "--json") as process:
        ready = json.loads(first_line(process))
        hosted = {"MIRRA_API_URL": ready["url"], "MIRRA_TOKEN": ready["token"]}
        command = python(str(tmp_path / "send.py"))
        done = run(tmp_path, "run", str(small), "--driver", command, env=hosted)
        small.write_text(SMALL.replace("resend", "resent"), encoding="utf-8")
        refused = run(tmp_path, "run", str(small), "--driver", command, env=hosted)
        assert ended(process)[0] == 0
    assert done.returncode == 0, done.stderr
    assert "satisfaction score: 100%" in done.stdout
    assert refused.returncode == 4
    assert "Unknown mirror 'resent'" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.md", "--driver", "true"], "There is no file nowhere.md."),
        (["small.md"], "mirra-mcp run small.md --driver"),
        (["small.md", "--driver", " "], "mirra-mcp run small.md --driver"),
        (["small.md", "--driver", "true", "--junit", "small.md/report.xml"], "can't be written"),
    ],
    ids=["file", "driver", "blank driver", "report"],
)
def test_wrong_usage_exits_with_64(
    tmp_path: Path, small: Path, arguments: list[str], said: str
) -> None:
    assert small.exists()
    done = run(tmp_path, "run", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (64, "")
    assert said in done.stderr


def test_a_criterion_that_no_one_judged_is_no_failure_but_is_told(
    tmp_path: Path, small: Path
) -> None:
    text = SMALL.replace("- check: The", "- judge: It is friendly\n- check: The")
    small.write_text(text, encoding="utf-8")
    done = run(tmp_path, "run", str(small), "--driver", python(str(tmp_path / "send.py")))
    assert done.returncode == 0
    assert "satisfaction score: 100% (2/2 criteria passed across 1 run)" in done.stdout
    assert "1 grading is missing" in done.stdout
