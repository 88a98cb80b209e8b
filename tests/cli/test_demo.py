"""`demo`: the main job, on real input, through a real stdio client."""

import json
from pathlib import Path

from tests.cli.command import SCRIPT, run

LONGEST = 120
"""How many seconds a demo may take on a busy machine."""


def test_the_demo_does_the_main_job(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", command=SCRIPT, seconds=LONGEST)
    assert (done.returncode, done.stderr) == (0, "")
    for said in (
        "mirra_session_start",
        "svix-signature: v1,",
        "the signature holds, and a tampered copy is refused",
        "live: mirra://sessions/ses_",
        ": bounced",
        ": sent",
        ": delivered",
        "ended",
        'from is "noreply@mail.acme.com"; expected = "hello@mail.acme.com"',
        "Score 88%: 7 of 8 gradings passed",
    ):
        assert said in done.stdout


def test_the_long_demo_is_heard_by_four_vendors_whatever_the_users_settings(tmp_path: Path) -> None:
    """Our choice: it shows the embedded Mirra, and costs no session elsewhere."""
    settings = {"MIRRA_TOKEN": "mt_pat_x", "MIRRA_TOOLSETS": "nonsense"}
    done = run(tmp_path, "demo", "--long", "--json", env=settings, seconds=LONGEST)
    assert (done.returncode, done.stderr) == (0, "")
    steps = json.loads(done.stdout)["steps"]
    assert steps[0]["lines"][0] == "$ mirra-mcp"
    assert any("user.created holds: user_" in line for line in steps[-2]["lines"])
    assert steps[-1]["lines"][-1].startswith("← Score 100%: 7 of 7")
