"""docs/watch.md keeps its word: its example runs as it stands and says what is printed there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "watch.md"


def test_the_example_runs_and_is_rescued_as_printed(tmp_path: Path) -> None:
    text = PAGE.read_text()
    code, shown = (re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL).group(1) for kind in ("python", "text"))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    # Figures behind the rescue may differ in their last digit by processor; what was done may not.
    rescue = next(line for line in shown.splitlines() if "Went back" in line)
    assert rescue in done.stdout.splitlines()
    assert (tmp_path / "watch.jsonl").exists()
