"""What a terminal can show: foreign text without its control characters, ours in any encoding."""

import codecs
import io
import re
import sys

_PLAIN = {"→": "->", "←": "<-", "✓": "ok", "✗": "x", "│": "|", "…": "...", "·": "-"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    r"""Return foreign text with its control characters shown as `\x1b`, not carried out."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def speak_plainly() -> None:
    """Let output go on where a stream's encoding lacks a character, as on Windows in a pipe."""
    codecs.register_error("mirra.plain", _plainer)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="mirra.plain")


def _plainer(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    missing = problem.object[problem.start : problem.end]
    return "".join(_PLAIN.get(each, "?") for each in missing), problem.end
