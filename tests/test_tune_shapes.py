"""`schedule="auto"` compares shapes of the schedule: each as if it had been trained alone, by plain Keras."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import rightrate as rr
from rightrate.live.records import parse
from rightrate.live.search_state import SearchState, see
from rightrate.live.search_view import view
from rightrate.report import words
from rightrate.search.shaping import Shaped

EPOCHS, BATCH = 4, 16


def data(seed: int = 0, noise: float = 0.5, rows: int = 240) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8)).astype("float32")
    return x, (x[:, 0] + noise * rng.normal(size=rows) > 0).astype("int64")


def network(width: int = 16) -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(width, activation="relu"), keras.layers.Dense(2, activation="softmax")]
    )
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def tuned() -> Any:
    return rr.tune(network(), data(), data(1), epochs=EPOCHS, batch_size=BATCH, rates=[1e-3, 1e-2], seed=3)


def test_who_looks_on_sees_the_compared_shapes_and_which_was_chosen(tmp_path: Path) -> None:
    result = rr.tune(
        network(), data(), data(1), epochs=EPOCHS, batch_size=BATCH, rates=[1e-3, 1e-2], seed=3, out=tmp_path
    )
    lines = (tmp_path / "search.jsonl").read_bytes().splitlines()
    found, damaged = parse(lines)
    state = see(SearchState(), found)
    assert damaged == state.left_out == 0 and state.all_shapes == len(state.shapes) == len(result.document.shaped)
    (table,) = (one for one in view(state, "finished")["tables"] if one["id"] == "shapes")
    for row, one in zip(table["rows"], result.document.shaped, strict=True):
        _, value, steps, says = row["cells"]
        assert value == words.measured("val_loss", one.values["val_loss"]) and steps == f"{one.schedule.steps:,}"
        assert says == words.schedule(replace(one.schedule, why=""))
    places = [row["cells"][0] for row in table["rows"]]
    assert places.count("chosen") == 1 and places.index("chosen") == result.document.chosen_shape
    # While they are compared the last line is not there yet: none is said to be chosen.
    assert view(see(SearchState(), found[:-1]), "running")["sentence"].startswith("Shapes of the schedule are compared")
    assert "chosen" not in str(view(see(SearchState(), found[:-1]), "running")["tables"][1]["rows"])


def by_fit(tuned: Any, one: Shaped) -> Any:
    """The same training by plain Keras, one step at a time, in the order of the search."""
    model, (x, y) = network(), data()
    from rightrate.engine.samples import read_training

    table, _ = read_training(
        (x, y), batch_size=BATCH, epochs=EPOCHS, steps_per_epoch=None, class_weight=None, seed=3, limit=10**9
    )
    for rows, rate in zip(table.steps, one.schedule.rates, strict=False):
        model.optimizer.learning_rate = float(rate)
        model.train_on_batch(x[rows], y[rows])
    return model.evaluate(*data(1), verbose=0)[0]


def test_every_shape_ends_where_a_training_by_itself_would(tuned: Any) -> None:
    shaped = tuned.document.shaped
    assert len(shaped) > 5
    assert sum(one.shared > 0 for one in shaped[1:]) >= 3
    for one in shaped:
        np.testing.assert_allclose(one.values["val_loss"], by_fit(tuned, one), rtol=2e-6)


def test_the_result_is_the_training_that_its_schedule_names(tuned: Any) -> None:
    place = tuned.document.chosen_shape
    assert place is not None
    winner, chosen = tuned.document.winner, tuned.document.shaped[place]
    assert winner.last("val_loss") == chosen.values["val_loss"]
    assert winner.steps == len(winner.train_loss) == tuned.schedule.steps
    assert tuned.schedule.why and tuned.schedule.why in tuned.schedule.describe()
    loss = tuned.finished_model.evaluate(*data(1), verbose=0)[0]
    np.testing.assert_allclose(loss, chosen.values["val_loss"], rtol=1e-5)
    assert tuned.diagnose() is not None if hasattr(tuned, "diagnose") else True


def test_the_cost_counts_what_was_trained_and_not_what_was_shared(tuned: Any) -> None:
    total = tuned.document.trials[0].total_steps
    race = sum(total for _ in tuned.document.trials)
    more = sum(one.schedule.steps - one.shared for one in tuned.document.shaped[1:])
    assert tuned.cost.steps == race + more


def test_where_a_model_overfits_a_shorter_schedule_is_tried_and_said() -> None:
    x, y = data(noise=3.0, rows=64)
    result = rr.tune(network(256), (x, y), data(1, noise=3.0), epochs=40, batch_size=16, rates=[3e-3])
    short = [one for one in result.document.shaped if one.schedule.steps < 160]
    assert len(short) == 1 and short[0].schedule.steps % 4 == 0
    assert result.document.chosen_shape == result.document.shaped.index(short[0])
    assert result.schedule.describe().startswith(f"Train {short[0].schedule.steps} steps only")
    assert result.document.winner.steps == short[0].schedule.steps


@pytest.mark.parametrize("given", [{"schedule": "warmup_stable_decay"}, {"budget": 1.0}])
def test_nothing_is_compared_that_nobody_asked_or_paid_for(given: dict[str, Any]) -> None:
    result = rr.tune(network(), data(), data(1), epochs=EPOCHS, batch_size=BATCH, rates=[1e-3], **given)
    assert len(result.document.shaped) <= 1
    assert result.cost.full_trainings == pytest.approx(1.0)
    if "budget" in given:
        assert "was not compared" in result.schedule.describe()


def test_a_schedule_of_the_users_own_is_left_alone() -> None:
    model = network()
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, 60)), "sparse_categorical_crossentropy"
    )
    result = rr.tune(model, data(), data(1), epochs=EPOCHS, batch_size=BATCH, rates=[1e-3])
    assert result.document.shaped == () and result.schedule.name == "own"


def test_callbacks_see_the_chosen_schedule(tuned: Any) -> None:
    seen: list[float] = []

    class Listen(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(float(self.model.optimizer.learning_rate))

    result = rr.tune(
        network(), data(), data(1), epochs=EPOCHS, batch_size=BATCH, rates=[1e-3, 1e-2], seed=3, callbacks=[Listen()]
    )
    np.testing.assert_allclose(seen, result.schedule.rates, rtol=1e-6)


def test_reports_show_what_was_compared(tuned: Any) -> None:
    import json

    from rightrate.report.as_json import to_json
    from rightrate.report.html import to_html
    from rightrate.report.markdown import to_markdown

    shapes = json.loads(to_json(tuned.document))["shapes"]
    assert len(shapes) == len(tuned.document.shaped) and sum(one["chosen"] for one in shapes) == 1
    for text in (to_html(tuned.document), to_markdown(tuned.document)):
        assert "Shapes of the schedule at the chosen rate" in text and "Keep" in text
