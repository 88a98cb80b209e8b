"""What is printed can be shown, whatever it is and wherever it goes."""

import sys
from pathlib import Path

from mirra_mcp.cli.terminal import harmless
from tests.cli.command import run

SCENARIO = """# Nothing

## Prompt
Do nothing.

## Success Criteria
- check: Exactly 1 email is created

## Config
mirrors: resend
"""


def test_an_encoding_that_lacks_our_marks_stops_nothing(tmp_path: Path) -> None:
    """As Windows has it, where output goes into a pipe."""
    file = tmp_path / "nothing.md"
    file.write_text(SCENARIO, encoding="utf-8")
    script = tmp_path / "driver.py"
    script.write_text(
        "import sys; sys.stdout.buffer.write('\\u2192 \\u4e2d \\x0b\\n'.encode())", encoding="utf-8"
    )
    driver = f"{sys.executable} {script}"
    done = run(
        tmp_path,
        "run",
        str(file),
        "--driver",
        driver,
        env={"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )
    assert (done.returncode, done.stderr) == (5, "")
    assert "| -> ? \\x0b" in done.stdout


def test_foreign_control_characters_are_shown_and_not_carried_out() -> None:
    assert harmless("a\x00b\x0bc\x1b[2Jd\x9be\tf") == "a\\x00b\\x0bc\\x1b[2Jd\\x9be\tf"
    assert harmless("schön → 中") == "schön → 中"
    assert harmless("\u202egnp.exe") == "\\u202egnp.exe"
