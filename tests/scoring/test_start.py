"""Judging a small table of classes starts without what takes longest to load."""

from __future__ import annotations

import subprocess
import sys


def test_judging_classes_loads_neither_scikit_learn_nor_scipy_stats() -> None:
    code = (
        "import sys, rightrate; v = rightrate.judge([0, 1, 1, 0], [0.2, 0.7, 0.4, 0.1]); assert v.rows == 4; "
        "print([name for name in ('sklearn', 'scipy.stats') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
