"""`rr.tune` as a user calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import rightrate as rr
from rightrate.runner import events


def data(n: int = 160, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    x = rng.normal(size=(n, 6)).astype("float32") + 0.8 * y[:, None]
    return x, y


def classifier(metrics: Any = ("accuracy",), optimizer: Any = "adam") -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2, activation="softmax")]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


def tune(model: keras.Model | None = None, **changes: Any) -> rr.TuneResult:
    asked = {"validation_data": data(100, 1), "epochs": 2, "rates": (1e-4, 1e-1), **changes}
    return rr.tune(model or classifier(), data(), **asked)


def test_the_result_holds_what_a_user_needs() -> None:
    result = tune()
    assert 1e-4 <= result.learning_rate <= 1e-1
    assert result.interval[0] <= result.learning_rate <= result.interval[1]
    assert result.schedule.peak == result.learning_rate and result.schedule.describe()
    assert [t.learning_rate for t in result.trials] == sorted(t.learning_rate for t in result.trials)
    assert result.cost.full_trainings > 1 and result.cost.seconds > 0 and result.cost.samples > 0
    assert any(f.code == "RR203" for f in result.findings)
    assert result.verdict is not None and result.verdict.about["part"] == "the validation part"


def test_the_model_that_comes_out_scores_what_was_measured() -> None:
    result = tune()
    x, y = data(100, 1)
    loss, accuracy = result.model.evaluate(x, y, verbose=0)
    winner = result.document.winner
    assert loss == pytest.approx(winner.last("val_loss"), rel=1e-5)
    assert accuracy == pytest.approx(winner.last("val_accuracy"), rel=1e-5)
    assert type(result.model.optimizer) is keras.optimizers.Adam


def test_the_winner_has_the_best_objective_or_cannot_be_told_apart_from_it() -> None:
    result = tune()
    best = min(t.last("val_loss") for t in result.trials)
    chosen = result.document.winner
    low, high = result.interval
    best_trial = next(t for t in result.trials if t.last("val_loss") == best)
    assert chosen is best_trial or low <= best_trial.learning_rate <= high


def test_the_same_call_gives_the_same_answer() -> None:
    one, two = tune(seed=3), tune(seed=3)
    assert [t.learning_rate for t in one.trials] == [t.learning_rate for t in two.trials]
    assert all(np.array_equal(a.train_loss, b.train_loss) for a, b in zip(one.trials, two.trials, strict=True))
    assert one.learning_rate == two.learning_rate and one.interval == two.interval


def test_another_seed_shuffles_in_another_order() -> None:
    one, two = tune(seed=3), tune(seed=4)
    assert not np.array_equal(one.trials[0].train_loss, two.trials[0].train_loss)


def test_a_list_of_rates_is_tried_exactly() -> None:
    assert [t.learning_rate for t in tune(rates=[1e-2, 1e-3]).trials] == [1e-3, 1e-2]


def test_without_validation_data_the_error_names_the_way() -> None:
    with pytest.raises(rr.DataError, match=r"validation_split=0\.2"):
        tune(validation_data=None)


def test_validation_split_splits_arrays() -> None:
    result = tune(validation_data=None, validation_split=0.25)
    assert result.document.about["Validation samples"] == "40"


def test_a_regression_says_that_precision_and_recall_are_not_measured() -> None:
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mean_squared_error")
    x, _ = data()
    result = rr.tune(model, (x, x.sum(1)), (x[:50], x[:50].sum(1)), epochs=2)
    assert all(t.scores is None for t in result.trials)
    assert any("not measured" in f.title for f in result.findings)


@pytest.mark.parametrize("objective", ["val_loss", "accuracy", "val_f1", "recall"])
def test_any_measured_value_can_decide(objective: str) -> None:
    result = tune(objective=objective, positive=1)
    name = "val_" + objective.removeprefix("val_")
    values = [t.last(name) for t in result.trials]
    chosen = result.document.winner.last(name)
    best = min(v for v in values if v is not None) if name == "val_loss" else max(v for v in values if v is not None)
    assert abs(chosen - best) < 0.1
    assert (result.interval is None) == (name in ("val_f1", "val_recall"))


def test_callbacks_see_the_winning_training_once_and_it_is_the_same_training() -> None:
    seen: list[float] = []

    class Recorder(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(float(self.model.optimizer.learning_rate))

    without = tune()
    result = tune(callbacks=[Recorder()])
    assert seen == pytest.approx(result.schedule.rates, rel=1e-6)
    assert result.cost.full_trainings == pytest.approx(without.cost.full_trainings + 1)
    for ours, fitted in zip(without.weights, result.weights, strict=True):
        assert ours == pytest.approx(fitted, abs=1e-6)


@pytest.mark.parametrize(
    "callback", [keras.callbacks.LearningRateScheduler(lambda e: 1e-3), keras.callbacks.ReduceLROnPlateau()]
)
def test_callbacks_at_odds_with_a_search_are_named(callback: Any) -> None:
    with pytest.raises(rr.UsageError, match=type(callback).__name__):
        tune(callbacks=[callback])


def test_an_optimizers_own_schedule_keeps_its_shape() -> None:
    own = keras.optimizers.schedules.PiecewiseConstantDecay([5], [1.0, 0.1])
    result = tune(classifier(optimizer=keras.optimizers.SGD(own)))
    assert result.schedule.name == "own"
    assert result.schedule.shape[:6] == pytest.approx(1.0) and result.schedule.shape[6:] == pytest.approx(0.1)


def test_a_dataset_and_its_arrays_find_the_same() -> None:
    x, y = data()
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    result = rr.tune(classifier(), dataset, data(100, 1), epochs=2, rates=(1e-4, 1e-1))
    assert result.learning_rate is not None
    assert result.document.about["Training samples"].startswith("160 in memory, 5 steps")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"epochs": 0}, "`epochs` must be a whole number above 0. Received: epochs=0"),
        ({"epochs": 1.5}, "epochs=1.5"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"budget": 0}, "budget=0"),
        ({"budget": 0.5}, "too small: a first look at 9 rates"),
        ({"rates": (1e-3, 1.1e-3)}, "too narrow"),
        ({"train": (data()[0], data()[1].astype(str))}, "labels are text"),
        ({"rates": "fast"}, "list of rates"),
        ({"rates": (1e-1, 1e-3)}, "smaller end first"),
        ({"schedule": "cosin"}, "Did you mean cosine"),
        ({"objective": "acuracy"}, "Did you mean val_accuracy"),
        ({"positive": "cat"}, "Unknown positive class 'cat'"),
        ({"class_names": ["a", "b", "c"]}, "2 classes. Received 3"),
        ({"validation_data": (np.zeros((0, 6)), np.zeros(0))}, "empty"),
        ({"validation_data": 3}, "Received: int"),
        ({"validation_data": data(), "validation_split": 0.2}, "not both"),
        ({"class_weight": {0: 1.0}, "train": (*data(), np.ones(160))}, "not both"),
        ({"steps_per_epoch": -1}, "steps_per_epoch=-1"),
        ({"memory_limit": 10, "validation_data": tf.data.Dataset.from_tensor_slices(data()).batch(32)}, "more memory"),
        ({"train": tf.data.Dataset.from_tensor_slices(data()).batch(32).repeat()}, "infinite.*steps_per_epoch"),
        ({"train": tf.data.Dataset.from_tensor_slices(data()).batch(32).take(0)}, "empty"),
    ],
)
def test_what_makes_no_sense_is_one_clear_error(changes: dict[str, Any], text: str) -> None:
    asked = {"train": data(), "validation_data": data(100, 1), "epochs": 2, **changes}
    with pytest.raises(rr.UsageError, match=text):
        rr.tune(classifier(), asked.pop("train"), asked.pop("validation_data"), **asked)


def test_models_that_cannot_be_tuned_are_named() -> None:
    raw = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    with pytest.raises(rr.ModelError, match="not compiled"):
        tune(raw)
    frozen = classifier()
    frozen.trainable = False
    frozen.compile("adam", "sparse_categorical_crossentropy")
    with pytest.raises(rr.ModelError, match="Nothing in the model is trainable"):
        tune(frozen)
    with pytest.raises(rr.ModelError, match=r"Expected a keras\.Model. Received: str"):
        tune("resnet")


def test_a_range_in_which_everything_diverges_gives_no_rate_and_says_why() -> None:
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mean_squared_error")
    x, _ = data()
    result = rr.tune(model, (1e3 * x, x.sum(1)), (1e3 * x[:50], x[:50].sum(1)), epochs=5, rates=[1.0, 3.0, 10.0])
    assert result.learning_rate is None and result.interval is None and result.schedule is None
    assert result.findings[0].code == "RR206"
    with pytest.raises(rr.ModelError, match="no fine-tuned model"):
        _ = result.model


def test_events_tell_a_plan_progress_and_an_end() -> None:
    heard: list[Any] = []
    result = tune(on_event=heard.append)
    assert isinstance(heard[0], events.Planned) and isinstance(heard[-1], events.Finished)
    progress = [e for e in heard if isinstance(e, events.Progress)]
    assert [p.done for p in progress] == sorted(p.done for p in progress)
    assert heard[-1].cost == result.cost


def test_saving_twice_needs_two_folders(tmp_path: Path) -> None:
    result = tune(out=tmp_path / "one")
    assert (tmp_path / "one" / "model.keras").exists()
    with pytest.raises(rr.UsageError, match="not empty"):
        result.save(tmp_path / "one")
    result.save(tmp_path / "two")
    assert result.report(tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_a_budget_is_kept_and_an_early_end_is_said() -> None:
    result = tune(budget=2.9, rates=[1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 5e-2, 1e-1])
    longest = max(t.steps for t in result.trials)
    assert result.cost.full_trainings <= 2.9 + longest / result.trials[0].total_steps
    assert result.document.unfinished == "the budget was spent"
    assert any(f.code == "RR205" for f in result.findings)


def test_a_frozen_part_with_dropout_costs_one_training_for_all_rates() -> None:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6,))
    frozen = keras.layers.Dense(256, activation="relu", trainable=False)(inputs)
    frozen = keras.layers.Dense(16, trainable=False)(keras.layers.Dropout(0.2, seed=1)(frozen))
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(frozen))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    result = tune(model, rates=[1e-4, 1e-3, 1e-2, 1e-1], schedule="constant")
    assert all(trial.steps == trial.total_steps for trial in result.trials)
    plan = result.cost.plan
    assert plan.by_step and plan.step_share < 0.02
    assert result.cost.full_trainings == pytest.approx(1 - plan.step_share + 4 * plan.step_share)
    assert "at each step" in result.document.cost.plan.prefix
