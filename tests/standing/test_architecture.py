"""The page on the architecture names files that are there."""

import re

from tests.standing.project import ROOT

PAGE = ROOT / "docs" / "architecture.md"


def test_the_files_that_the_page_names_exist() -> None:
    named = set(re.findall(r"`(mirra_mcp/[\w/]+\.py)`", PAGE.read_text(encoding="utf-8")))
    assert len(named) > 20
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []
