"""Which cause leads, what it silences, and which band a training is in."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.curves.setting import Setting
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.examine import Examined, examine
from rightrate.diagnosis.finding import Severity
from tests.diagnosis.trainings import training

nan = float("nan")


def codes(examined: Examined) -> list[str]:
    return [finding.code for finding in examined.findings]


def test_a_critical_finding_leads_over_a_warning_that_comes_first_in_the_order() -> None:
    collapsing = examine(
        training(
            loss=[0.50, 0.45, 0.41, 0.38, 0.36, 0.35],
            val_loss=[0.50, 0.46, 0.42, 0.39, 0.37, 0.36],
            val_accuracy=[0.90, 0.92, 0.94, 0.95, 0.96, 0.97],
            val_recall=[0.90, 0.70, 0.45, 0.25, 0.12, 0.05],
        )
    )
    assert collapsing.findings[0].severity is Severity.CRITICAL
    assert collapsing.leading.code == collapsing.findings[0].code


def test_what_contradicts_the_leading_cause_is_not_said_but_accounted_for() -> None:
    lost = examine(training(loss=[2.3, 4.0, 3.9, 3.8, 3.7, 3.6], val_loss=[2.4, 5.0, 4.9, 4.8, 4.6, 4.4]))
    assert lost.leading.code == "RR101" and lost.leading.cause.value == "rate_too_high"
    assert not {"RR111", "RR113", "RR114"} & set(codes(lost))
    assert len(lost.answers) == len({answer.rule.code for answer in lost.answers})


def test_a_frozen_network_is_not_told_to_lower_its_rate_too() -> None:
    frozen = examine(training(Setting(classes=2), loss=[0.69321] * 6, val_loss=[0.693147] * 6))
    assert "RR106" not in codes(frozen)
    said = next(answer.check for answer in frozen.answers if answer.rule.code == "RR106")
    assert said.outcome is Outcome.CLEAR


def test_dead_after_an_explosion_is_the_rate_and_not_a_frozen_network() -> None:
    dead = examine(
        training(Setting(classes=10), loss=[40.0, *[2.302585] * 5], val_loss=[2.302585] * 6, learning_rate=[10.0] * 6)
    )
    assert dead.leading.cause.value == "rate_too_high"
    assert "RR161" not in codes(dead)


@pytest.mark.parametrize(
    ("why", "setting", "values", "band"),
    [
        ("lost from the first value on", Setting(), {"loss": [nan, nan], "val_loss": [nan, nan]}, "bad"),
        (
            "at the level of knowing nothing",
            Setting(classes=10),
            {"loss": [2.35, 2.34], "val_loss": [2.35, 2.34]},
            "bad",
        ),
        ("hardly moved, accuracy not known", Setting(), {"loss": [2.35, 2.34], "val_loss": [2.35, 2.34]}, "fair"),
        (
            "hardly moved, but right nearly always",
            Setting(),
            {"loss": [0.100, 0.098], "val_loss": [0.100, 0.099], "val_accuracy": [0.97, 0.97]},
            "good",
        ),
        (
            "came back from far off and stood still",
            Setting(),
            {"loss": [5e10, 80.0, 80.0, 80.0, 79.9], "val_loss": [81.0, 81.0, 80.5, 80.5, 80.5]},
            "fair",
        ),
        (
            "three epochs of digits at a rate of 0.3: what the training loss fell by was an explosion's",
            Setting(),
            {
                "loss": [6.33, 2.34, 2.34],
                "val_loss": [2.334, 2.328, 2.326],
                "accuracy": [0.084, 0.067, 0.081],
                "val_accuracy": [0.102, 0.095, 0.095],
            },
            "bad",
        ),
        (
            "the same without validation",
            Setting(),
            {
                "loss": [6.33, 2.3398, 2.3395, 2.346, 2.3494, 2.3513, 2.3525, 2.3534],
                "accuracy": [0.084, 0.067, 0.081, 0.082, 0.089, 0.08, 0.079, 0.075],
            },
            "bad",
        ),
        (
            "an accuracy that rose and fell to where it began",
            Setting(),
            {"loss": [1.1, 0.9, 0.7], "val_loss": [1.1, 1.0, 0.95], "val_accuracy": [0.4, 0.6, 0.38]},
            "bad",
        ),
        (
            "an accuracy below its best, not at its beginning",
            Setting(),
            {
                "loss": [0.9, 0.6, 0.5, 0.48, 0.47],
                "val_loss": [0.9, 0.62, 0.53, 0.52, 0.515],
                "val_accuracy": [0.82, 0.87, 0.9, 0.89, 0.86],
            },
            "fair",
        ),
        (
            "many classes: accuracy by chance of two, and rising",
            Setting(),
            {
                "loss": [4.0, 3.0, 2.6, 2.5, 2.48],
                "val_loss": [3.5, 2.8, 2.6, 2.55, 2.54],
                "val_accuracy": [0.2, 0.35, 0.43, 0.45, 0.45],
            },
            "good",
        ),
    ],
)
def test_a_band_is_good_only_where_something_was_learned(
    why: str, setting: Setting, values: dict[str, list[float]], band: str
) -> None:
    assert examine(training(setting, **values)).band.band == band, why


def test_a_rise_beyond_measure_is_said_as_a_multiple() -> None:
    far = examine(training(loss=[1.0, 0.5, 0.4], val_loss=[1.0, 0.5, 5e9]))
    assert far.band.why == "The validation loss ended 1e+10 times its value above its best."


def test_a_rate_that_was_almost_nothing_from_the_second_epoch_on_is_said() -> None:
    spent = examine(
        training(
            loss=[2.1, 1.8, *[1.76] * 13],
            val_loss=[1.95, 1.75, *[1.742] * 13],
            learning_rate=[1e-3, 2.5e-4, *[0.0] * 13],
        )
    )
    assert "RR152" in codes(spent)
    assert "for 13 of 15 points; the loss has stood at 1.742 since" in spent.findings[0].title


def test_a_training_that_ended_badly_is_not_praised_where_no_rule_names_a_cause() -> None:
    two = examine(training(loss=[0.5, 0.2], val_loss=[0.4, 0.9], accuracy=[0.8, 0.93], val_accuracy=[0.8, 0.7]))
    assert two.band.band == "bad" and two.leading.cause.value == "not_enough_data"
    assert two.leading.sentence.startswith("Not enough data: 2 points, and it takes 3 to name a cause. The validation")
    # Labels with noise: validation rises by less than any rule tells, and yet more than its own noise.
    risen = [1.497, 1.404, 1.331, 1.278, 1.247, 1.232, 1.23, 1.233, 1.237, 1.244, 1.252, 1.259, 1.267, 1.276, 1.284]
    fair = examine(training(val_loss=risen))
    assert fair.band.band == "fair" and fair.leading.sentence.endswith(f"But: {fair.band.why}")


def test_validation_that_never_knew_anything_is_a_matter_of_the_data_not_of_the_length() -> None:
    loss = [1.653, 1.597, 1.545, 1.504, 1.464, 1.423, 1.3, 1.2, 1.1, 1.0]  # random labels of 5 classes
    val_loss = [1.657, 1.661, 1.674, 1.689, 1.708, 1.719, 1.75, 1.8, 1.87, 1.95]
    losses, chance, good = {"loss": loss, "val_loss": val_loss}, [0.2] * 10, [0.6] * 10
    said = examine(training(Setting(classes=5), **losses, val_accuracy=chance)).leading
    assert said.cause.value == "data" and said.code == "RR121"
    assert "never below 1.609" in said.sentence and "early stopping" not in said.advice
    assert examine(training(Setting(classes=5), **losses, val_accuracy=good)).leading.cause.value != "data"


def test_a_network_that_learns_random_labels_by_heart_is_no_dead_one() -> None:
    learning = training(
        loss=[0.6994, 0.6761, 0.6644, 0.6544, 0.645, 0.6353, 0.6252, 0.6146, 0.6032, 0.591],
        accuracy=[0.51, 0.5722, 0.6044, 0.6244, 0.6467, 0.6656, 0.6878, 0.6967, 0.7133, 0.7311],
        val_loss=[0.6972, 0.702, 0.7068, 0.7105, 0.7139, 0.7172, 0.7205, 0.724, 0.7279, 0.7315],
        val_accuracy=[0.5267, 0.4933, 0.4733, 0.45, 0.4533, 0.4733, 0.4833, 0.4767, 0.4733, 0.4733],
    )
    assert "RR106" not in codes(examine(learning))


def test_batches_that_differ_too_much_for_a_course_are_said_with_their_numbers() -> None:
    batches = np.abs(np.random.default_rng(0).normal(1.0, 0.6, 60)).tolist()
    said = examine(training(unit="step", loss=batches)).leading
    assert said.cause is Cause.NOT_ENOUGH_DATA
    assert "60 batches were logged, and they differ so much that it takes a mean of more" in said.sentence


def test_where_no_curve_has_the_name_of_a_loss_the_names_there_are_are_said() -> None:
    curves = {name: [0.5, 0.4, 0.3] for name in ("foo", "bar", "more", "yet_more", "last")}
    leading = examine(training(**curves)).leading
    assert leading.cause is Cause.NOT_ENOUGH_DATA
    assert "logged were 'bar', 'foo', 'last', 'more' and 1 more" in leading.sentence
    assert "--columns loss=bar" in leading.sentence
