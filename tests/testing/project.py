"""A project of a user's, with tests of its own, run as a user runs them."""

import os
import subprocess
import sys
from pathlib import Path

Finished = subprocess.CompletedProcess[str]


def run(folder: Path, *options: str, **files: str) -> Finished:
    """Write these files, by module name, and run pytest there."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIRRA_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=kept | {"STRIPE_SECRET_KEY": "sk_live_51realrealrealreal", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
