"""`mirra-mcp scenario new`: an example and its driver, as they are in this repository."""

import json
from pathlib import Path

from tests.cli.command import run
from tests.standing.project import ROOT


def test_an_example_is_written_with_its_driver_and_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    done = run(tmp_path, "scenario", "new", "stripe-refund", "--dir", str(folder))
    assert done.returncode == 0, done.stderr
    names = ["drivers/playground.py", "drivers/refund.py", "stripe-refund.md"]
    written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert written == names
    for name in names:
        kept = (ROOT / "scenarios" / name).read_text(encoding="utf-8")
        assert (folder / name).read_text(encoding="utf-8") == kept
    assert done.stdout.splitlines()[-1].startswith("mirra-mcp run ")

    told = run(tmp_path, "scenario", "new", "stripe-refund", "--dir", str(folder), "--json")
    assert json.loads(told.stdout)["driver"] == f"python {folder / 'drivers' / 'refund.py'}"

    (folder / "stripe-refund.md").write_text("mine", encoding="utf-8")
    (folder / "drivers" / "refund.py").unlink()
    again = run(tmp_path, "scenario", "new", "stripe-refund", "--dir", str(folder))
    assert again.returncode == 1
    assert "stripe-refund.md is there and differs" in again.stderr
    assert (folder / "stripe-refund.md").read_text(encoding="utf-8") == "mine"
    assert not (folder / "drivers" / "refund.py").exists()


def test_an_example_brings_along_all_that_its_driver_imports(tmp_path: Path) -> None:
    told = run(tmp_path, "scenario", "new", "twilio-phone-line", "--json", cwd=tmp_path)
    written = [Path(each).name for each in json.loads(told.stdout)["files"]]
    assert written == ["twilio-phone-line.md", "phone_line.py", "playground.py", "telephony.py"]
    assert json.loads(told.stdout)["driver"].endswith("phone_line.py")
