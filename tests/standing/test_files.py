"""What holds for every file: its size, its encoding, and that it speaks of the project alone."""

import re

from tests.standing.project import TEXT, files, short

LONGEST = 400
FOREIGN = {
    "a path of one machine": re.compile(
        r"(?<![\w.~])/(?:home|Users|root|work|opt|mnt|srv)/\w|/tmp/[a-z_]+/"
    ),
    "a private host": re.compile(r"(?<!mirra)(?<!host\.docker)\.(?:internal|corp|lan|intranet)\b"),
    "a package index": re.compile(r"(?:extra-)?index[_-]url|//registry\.|\b_authToken\b"),
}


def test_no_file_passes_400_lines() -> None:
    sizes = {
        short(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in files(".py", ".md", ".sh", ".toml")
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}


def test_project_files_speak_of_the_project_alone() -> None:
    found = [
        f"{short(path)}:{text.count(chr(10), 0, each.start()) + 1} names {what}: {each[0]}"
        for path in files(*TEXT)
        for text in [path.read_text(encoding="utf-8")]
        for what, pattern in FOREIGN.items()
        for each in pattern.finditer(text)
    ]
    assert found == []


def test_text_ends_with_one_newline_and_has_no_carriage_returns() -> None:
    untidy = [
        short(path)
        for path in files(".py", ".md", ".toml")
        if (text := path.read_bytes())
        and (b"\r" in text or not text.endswith(b"\n") or text.endswith(b"\n\n"))
    ]
    assert untidy == []
