"""The driver of a scenario is led to its mirrors, too."""

import sys
from pathlib import Path

from tests.cli.command import run

SCENARIO = """# Send one email
## Prompt
Send an email.
## Success Criteria
- check: Exactly 1 email is sent
## Config
mirrors: resend
"""
APP = """
import resend
print(resend.api_url)
resend.Emails.send({
    "from": "a@resend.dev", "to": "delivered@resend.dev", "subject": "Hi", "text": "Hello"})
"""


def test_a_driver_calls_the_vendor_and_reaches_the_attempts_mirror(tmp_path: Path) -> None:
    scenario, app = tmp_path / "mail.md", tmp_path / "app.py"
    scenario.write_text(SCENARIO, encoding="utf-8")
    unset = 'import os; del os.environ["RESEND_API_URL"]'
    app.write_text(unset + APP, encoding="utf-8")
    done = run(tmp_path, "run", str(scenario), "--driver", f'"{sys.executable}" "{app}"')
    assert done.returncode == 0, done.stdout + done.stderr
    assert "https://api.resend.com" in done.stdout
