"""`rightrate judge --task tokens`: the losses of a language model in a column of a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import exp
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

LOSSES = [1.0, 2.0, 3.0, 0.5] * 25


def _write(path: Path, header: str, losses: list[float]) -> None:
    path.write_text("\n".join([header, *(f"{loss},{row // 4}" for row, loss in enumerate(losses))]) + "\n")


@pytest.mark.parametrize(
    ("header", "options"),
    [("loss,doc", ()), ("NLL,doc", ()), ("token_loss,doc", ("--groups", "doc")), ("x,doc", ("--pred", "x"))],
)
def test_a_column_of_losses_becomes_a_perplexity(here: Path, run: Run, header: str, options: tuple[str, ...]) -> None:
    _write(here / "tok.csv", header, LOSSES)
    code, out, err = run("judge", "tok.csv", "--task", "tokens", "--json", "-", *options)
    told = json.loads(out)
    assert code == 3 and err == "", err  # no bar was given, so nothing can be cleared
    assert told["metrics"]["mean_loss"]["value"] == pytest.approx(1.625)
    assert told["metrics"]["perplexity"]["value"] == pytest.approx(exp(1.625))


def test_documents_change_the_interval(here: Path, run: Run) -> None:
    _write(here / "tok.csv", "loss,doc", [float(row // 4 % 2) for row in range(100)])  # a document is all 0 or all 1
    plain, grouped = (
        json.loads(run("judge", "tok.csv", "--task", "tokens", "--json", "-", *more)[1])["metrics"]["mean_loss"]
        for more in ((), ("--groups", "doc"))
    )
    assert plain["value"] == grouped["value"] == pytest.approx(0.48)
    assert grouped["high"] - grouped["low"] > 1.5 * (plain["high"] - plain["low"])


@pytest.mark.parametrize(
    ("header", "options", "words"),
    [
        ("score,doc", (), ("'loss', 'nll', 'token_loss'", "--pred COLUMN")),
        ("loss,doc", ("--pred", "los"), ("'los'", "Did you mean loss?")),
        ("loss,doc", ("--true", "doc"), ("--true", "--pred COLUMN")),
        ("loss,doc", ("--prob", "loss"), ("--prob", "--pred COLUMN")),
        ("loss,doc", ("--logits",), ("logits",)),
        ("loss,doc", ("--threshold", "0.4"), ("threshold",)),
    ],
)
def test_what_does_not_fit_token_losses_is_one_clear_error(
    here: Path, run: Run, header: str, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    _write(here / "tok.csv", header, LOSSES)
    code, out, err = run("judge", "tok.csv", "--task", "tokens", *options)
    assert (code, out) == (2, "") and all(word in err for word in words), err


def test_a_negative_loss_is_told_by_its_line(here: Path, run: Run) -> None:
    (here / "tok.csv").write_text("loss\n1.5\n\n-0.5\n")
    code, _, err = run("judge", "tok.csv", "--task", "tokens")
    assert code == 2 and "line 4 of 'tok.csv'" in err and "-0.5" in err
