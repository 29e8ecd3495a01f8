"""What a model must reach to be chosen, and objectives that trade recall for precision."""

from __future__ import annotations

from functools import cache

import keras
import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve

import rightrate as rr

RNG = np.random.default_rng(5)
X = RNG.standard_normal((900, 6)).astype("float32")
#: About one in ten, and not told apart for certain.
Y = (X[:, 0] + 0.6 * RNG.standard_normal(900) > 1.5).astype("int32")
TRAIN, VALIDATION = (X[:600], Y[:600]), (X[600:], Y[600:])


def network() -> keras.Model:
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    return model


@cache
def tuned(**options: object) -> rr.TuneResult:
    options = {"rates": (1e-4, 1e-1), "positive": 1, "budget": 30.0, **options}
    return rr.tune(network(), TRAIN, VALIDATION, epochs=3, batch_size=30, **options)


def recalls(result: rr.TuneResult) -> dict[float, float]:
    return {one.learning_rate: one.scores.recall or 0.0 for one in result.trials}


def losses(result: rr.TuneResult) -> dict[float, float]:
    return {one.learning_rate: one.last("val_loss") for one in result.trials}


def test_a_candidate_that_reaches_it_wins_over_a_better_one_that_does_not() -> None:
    free = tuned()
    found = recalls(free)
    bar = max(found.values())
    assert found[free.learning_rate] < bar  # else this shows nothing
    bound = tuned(min_recall=bar)
    assert recalls(bound)[bound.learning_rate] >= bar
    assert bound.learning_rate != free.learning_rate
    assert losses(bound)[bound.learning_rate] > losses(free)[free.learning_rate]
    assert "RR207" not in [one.code for one in bound.findings]
    assert bound.verdict.per_class["1"]["recall"].value >= bar


def test_where_none_reaches_it_the_nearest_is_chosen_and_that_is_said() -> None:
    result = tuned(min_recall=0.99, min_precision=0.99)
    (finding,) = [one for one in result.findings if one.code == "RR207"]
    assert finding.title.startswith("No candidate that was trained to the end reached a recall of 99 % and a precision")
    short = {
        one.learning_rate: max(0, 0.99 - (one.scores.recall or 0)) + max(0, 0.99 - (one.scores.precision or 0))
        for one in result.trials
    }
    assert short[result.learning_rate] == min(short.values())


@pytest.mark.parametrize(
    "objective, positive", [("recall@precision>=0.8", 1), ("precision@recall>=0.5", 1), ("recall@precision>=0.9", 0)]
)
def test_an_objective_over_all_thresholds_is_what_scikit_learn_gives(objective: str, positive: int) -> None:
    result = tuned(objective=objective, positive=positive)
    name = f"val_{objective}"
    assert result.document.winner.last(name) == max(one.last(name) for one in result.trials)
    prob = result.model.predict(VALIDATION[0], verbose=0)[:, 0]
    precision, recall, _ = precision_recall_curve(VALIDATION[1] == positive, prob if positive else 1 - prob)
    wanted, kept = (recall, precision) if objective.startswith("recall") else (precision, recall)
    expected = wanted[kept >= float(objective.partition(">=")[2])].max()
    assert result.document.winner.last(name) == pytest.approx(expected, abs=1e-9)


def test_the_sweet_spot_is_read_off_the_trials() -> None:
    spot = tuned().sweet_spot
    scores = {one.learning_rate: one.scores for one in tuned().trials}
    assert [rate for rate, _, _ in spot.points] == sorted(scores)
    assert all((p, r) == (scores[rate].precision, scores[rate].recall) for rate, p, r in spot.points)
    both = {rate: min(p, r) for rate, p, r in spot.points if p is not None and r is not None}
    assert both[spot.best] == max(both.values())
    good = [rate for rate, least in both.items() if least >= 0.8]
    assert spot.good == ((min(good), max(good)) if good else None)


@pytest.mark.parametrize(
    "options, text",
    [
        ({"objective": "recall@recall>=0.8"}, "recall@precision>=0.8 or precision@recall>=0.9"),
        ({"objective": "recall@precision>=80"}, "a share from 0 to 1"),
        ({"objective": "f1@precision>=0.8"}, "Received: 'f1@precision>=0.8'"),
        ({"min_recall": 90}, "`min_recall` must be a share from 0 to 1, such as 0.9. Received: 90"),
        ({"min_precision": True}, "Received: True"),
        ({"min_recall": float("nan")}, "Received: nan"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_trains(options: dict[str, object], text: str) -> None:
    with pytest.raises(rr.UsageError) as error:
        rr.tune(network(), TRAIN, VALIDATION, epochs=1, **options)
    assert text in str(error.value)


def test_a_model_without_classes_or_a_positive_one_is_told() -> None:
    keras.utils.set_random_seed(0)
    number = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    number.compile("sgd", "mse")
    data = (X[:200], X[:200, 0])
    with pytest.raises(rr.UsageError, match="min_recall needs a model that sorts samples into classes"):
        rr.tune(number, data, data, epochs=1, min_recall=0.8)
    three = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, "softmax")])
    three.compile("sgd", "sparse_categorical_crossentropy")
    classes = (X[:200], np.arange(200) % 3)
    with pytest.raises(rr.UsageError, match=r"is about one class\. Say which one is positive"):
        rr.tune(three, classes, classes, epochs=1, objective="recall@precision>=0.8")
