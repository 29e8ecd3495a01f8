"""`rightrate explain` as a person uses it."""

from __future__ import annotations

from collections.abc import Callable

from rightrate.explaining import codes

Run = Callable[..., tuple[int, str, str]]


def test_a_code_shows_its_page(run: Run) -> None:
    code, out, err = run("explain", "RR101")
    assert (code, err) == (0, "") and out.startswith("# RR101: The training diverged")
    assert "## What to do" in out


def test_without_a_code_all_are_listed_by_cause(run: Run) -> None:
    code, out, _ = run("explain")
    assert code == 0 and all(one in out for one in codes())
    high, low = out.index("the learning rate is too high"), out.index("the learning rate is too low")
    assert high < out.index("RR101") < low < out.index("RR111")


def test_an_unknown_code_is_wrong_usage_with_the_nearest(run: Run) -> None:
    code, out, err = run("explain", "RR122x")
    assert (code, out) == (2, "") and "RR122" in err and "Traceback" not in err


def test_codes_of_a_search_and_of_a_verdict_answer_too(run: Run) -> None:
    for one in ("RR204", "RR310", "RR402"):
        code, out, _ = run("explain", one)
        assert code == 0 and "What to do" in out
