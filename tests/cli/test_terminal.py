"""What is printed can be shown, whatever it is and wherever it goes."""

import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mirra_mcp.cli.terminal import harmless
from tests.cli.command import MODULE, environment, run

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


ROWS = """
from mirra_mcp.cli.tables import tell_rows
from mirra_mcp.cli.terminal import speak_plainly
speak_plainly()
tell_rows(("email", "subject", "state"),
    [("e801e3cd-9d5a-4af3-b399-da64da022b74", "Grüße → 中 …", "sent"), ("2", "b", "bounced")])
"""


@pytest.mark.parametrize(
    ("encoding", "subject"),
    [("cp437", "Grüße -> ? ..."), ("cp1252", "Grüße -> ? …")],
)
def test_a_table_goes_out_in_the_code_pages_of_windows(
    tmp_path: Path, encoding: str, subject: str
) -> None:
    env = environment(tmp_path, {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    command = [sys.executable, "-c", ROWS]
    done = subprocess.run(command, env=env, capture_output=True, check=True, timeout=30)
    assert subject in done.stdout.decode(encoding)
    assert done.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize(
    ("columns", "term", "wanted"),
    [
        (40, "xterm", "email    e801e3cd-9d5a-4af3-b399-da64da022b74"),
        (40, "dumb", "subject  Grüße → 中 …"),
        (100, "dumb", "email                                 subject       state"),
        (100, "xterm", "\x1b[1m"),
    ],
)
def test_a_terminal_of_any_width_shows_whole_ids_and_colours_only_where_it_can(
    tmp_path: Path, columns: int, term: str, wanted: str
) -> None:
    controller, terminal = os.openpty()
    env = environment(tmp_path, {"COLUMNS": str(columns), "TERM": term})
    subprocess.run([sys.executable, "-c", ROWS], env=env, stdout=terminal, check=True, timeout=30)
    os.close(terminal)
    shown = os.read(controller, 10_000).decode()
    os.close(controller)
    assert wanted in shown
    assert "e801e3cd-9d5a-4af3-b399-da64da022b74" in shown
    assert ("\x1b" in shown) == (term == "xterm" and columns == 100)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_what_takes_over_a_second_is_told_on_a_terminal_until_it_is_over(
    tmp_path: Path, term: str
) -> None:
    """A hosted Mirra that answers only once the waiting is told of."""
    controller, terminal = os.openpty()
    with socket.create_server(("127.0.0.1", 0)) as mirra:
        at = f"http://127.0.0.1:{mirra.getsockname()[1]}"
        env = {"MIRRA_API_URL": at, "MIRRA_TOKEN": "mt_pat_x", "TERM": term}
        with subprocess.Popen(
            [*MODULE, "ls"], env=environment(tmp_path, env), stdout=subprocess.PIPE, stderr=terminal
        ) as process:
            os.close(terminal)
            line, _ = mirra.accept()
            with line:
                shown = _read_until(controller, b"Asking Mirra ...")
                body = b'{"sessions": [], "nextCursor": null}'
                head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n"
                line.sendall(head.encode() + body)
                out, _ = process.communicate(timeout=30)
    os.close(controller)
    assert (process.returncode, out) == (0, b"No session is live: mirra-mcp up starts one.\n")
    assert (b"\x1b" in shown) == (term == "xterm")


def _read_until(terminal: int, wanted: bytes) -> bytes:
    shown = b""
    while wanted not in shown:
        assert select.select([terminal], [], [], 30)[0], shown
        shown += os.read(terminal, 10_000)
    return shown


def test_a_reader_that_has_gone_is_no_accident(tmp_path: Path) -> None:
    """As `mirra-mcp state | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*MODULE, "--help"], env=environment(tmp_path), stdout=writing, stderr=subprocess.PIPE,
        check=False, timeout=30,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")
