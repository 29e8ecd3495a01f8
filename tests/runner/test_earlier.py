"""An earlier run as the place to begin."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

import rightrate as rr
from rightrate.errors import UsageError
from rightrate.runner.earlier import earlier_rate
from rightrate.runner.prepare import first_rates
from rightrate.search import Kind


def test_five_rates_around_what_was_chosen_are_the_first(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"learning_rate": 0.0003}')
    found = first_rates(None, Kind("Adam", 100, 10), tmp_path)
    assert found.rates == (3e-05, 9.49e-05, 0.0003, 0.000949, 0.003)
    assert "0.0003" in found.source and str(tmp_path) in found.source


def test_the_file_itself_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"learning_rate": 1}')
    assert earlier_rate(tmp_path / "r.json") == 1.0


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"learning_rate": null}', '{"learning_rate": "1e-3"}', '{"learning_rate": true}', '{"learning_rate": -1}',
     '{"learning_rate": NaN}', "\x00\xff", '{"learning_rate": {"a": 1}}'],
)  # fmt: skip
def test_what_names_no_rate_is_refused_with_what_is_expected(tmp_path: Path, text: str) -> None:
    (tmp_path / "result.json").write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match="Name the folder of an earlier tune or find"):
        earlier_rate(tmp_path)


def test_a_folder_without_a_run_and_both_wishes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        earlier_rate(tmp_path)
    with pytest.raises(UsageError, match="give one of them"):
        first_rates([1e-3], Kind("Adam", 100, 10), tmp_path)


def test_a_search_begins_there_and_says_so(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    (tmp_path / "result.json").write_text('{"learning_rate": 0.01}')
    found = rr.find(model, (x, x[:, :1]), (x, x[:, :1]), epochs=4, like=tmp_path)
    assert {0.001, 0.00316, 0.01, 0.0316, 0.1} <= {one.learning_rate for one in found.trials}
    assert min(one.learning_rate for one in found.trials) >= 3e-4
    assert "chosen in" in found.document.about["First rates"]
