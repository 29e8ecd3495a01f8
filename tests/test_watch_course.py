"""What is said of a training while it grows: once, withdrawn once, and at a bounded cost. No Keras in here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rightrate.curves.setting import Setting
from rightrate.diagnosis.finding import Finding
from rightrate.runner.watch_course import Course, critical
from rightrate.runner.watch_record import WHOLE, Record


def course(**known: object) -> Course:
    return Course("training", Setting(**known), 10, {})


def overfit(one: Course, epochs: range, val_loss: float) -> list[str]:
    """Epochs of 10 steps with a falling training loss; what was told anew."""
    told = []
    for epoch in epochs:
        for step in range(10 * epoch + 1, 10 * epoch + 11):
            one.add_step(step, {"loss": math.exp(-step / 30), "learning_rate": 1e-3})
        one.add_epoch(epoch + 1, {"val_loss": val_loss + 0.2 * epoch})
        seen = one.examine()
        one.announce(seen)
        told += [finding.code for finding in seen.news.new]
    return told


def test_a_finding_is_told_once() -> None:
    told = overfit(course(), range(8), 0.5)
    assert "RR121" in told
    assert len(told) == len(set(told))


def test_a_finding_is_withdrawn_once_when_later_epochs_disprove_it() -> None:
    one = course()
    one.add_step(1, {"loss": 1.0})
    one.add_step(2, {"loss": float("nan")})
    first = one.examine()
    one.announce(first)
    assert [finding.code for finding in first.news.new] == ["RR101"]
    for step in range(3, 30):
        one.add_step(step, {"loss": 1.0 / step})
    second = one.examine()
    one.announce(second)
    assert [finding.code for finding in second.news.withdrawn] == ["RR101"]
    assert one.examine().news.withdrawn == ()


def test_what_is_true_of_any_training_under_way_waits_for_its_end() -> None:
    one = course()
    for epoch in range(6):
        for step in range(10 * epoch + 1, 10 * epoch + 11):
            one.add_step(step, {"loss": math.exp(-step / 40), "learning_rate": 1e-3})
        one.add_epoch(epoch + 1, {"val_loss": math.exp(-epoch / 4)})
    under_way, over = one.examine(), one.examine(is_over=True)
    assert not {"RR111", "RR114"} & {finding.code for finding in under_way.news.new}
    assert {"RR111", "RR114"} & {finding.code for finding in over.news.new}


def test_what_is_ignored_is_neither_told_nor_counted() -> None:
    one = Course("training", Setting(), 10, {"RR101": "a test"})
    one.add_step(1, {"loss": 1.0})
    one.add_step(2, {"loss": float("inf")})
    assert "RR101" not in [finding.code for finding in one.examine().findings]
    assert "RR101" not in [finding.code for finding in one.diagnosis]


def test_a_training_taken_back_is_as_if_it_had_never_gone_on() -> None:
    straight, back = course(), course()
    for one in (straight, back):
        for step in range(1, 21):
            one.add_step(step, {"loss": 1.0 / step})
        one.add_epoch(2, {"val_loss": 0.5})
    for step in range(21, 40):
        back.add_step(step, {"loss": float("nan")})
    back.add_epoch(3, {"val_loss": float("nan"), "val_accuracy": 0.1})
    assert back.watcher.reason is not None
    back.go_back(20)
    assert back.watcher.reason is None and back.step == 20
    assert back.record.curves.keys() == straight.record.curves.keys()
    assert str(back.diagnosis) == str(straight.diagnosis)


def test_a_training_that_began_with_an_easy_batch_is_not_called_diverged() -> None:
    """As one that goes on from good weights: its losses of batches lie between 0.3 and 4, and the first was low."""
    rng = np.random.default_rng(4)
    one = course()
    for step, loss in enumerate([0.35, *rng.lognormal(0.0, 0.7, 400)], start=1):
        one.add_step(step, {"loss": float(loss)})
        assert one.watcher.reason is None, step


def test_an_explosion_in_the_first_four_steps_is_one() -> None:
    one = course(classes=10)
    for step, loss in enumerate([2.41, 990.0, 1.17e6, 6.25e6, *[150.0] * 8], start=1):
        one.add_step(step, {"loss": loss})
    assert one.watcher.reason is not None


def test_after_going_back_the_losses_that_were_given_up_are_no_beginning() -> None:
    one = course()
    for step, loss in enumerate([0.4, 30.0, 900.0, math.nan], start=1):
        one.add_step(step, {"loss": loss})
    one.go_back(0)
    for step in range(1, 30):
        one.add_step(step, {"loss": 2.0})
    assert one.watcher.reason is None


def flapping(one: Course, looks: int) -> tuple[list[str], list[str]]:
    """Each look at a loss that is NaN at every other one; what was told of the divergence, and what was withdrawn."""
    told, withdrawn = [], []
    for step in range(1, looks + 1):
        one.add_step(step, {"loss": math.nan if step % 2 else 1.0})
        seen = one.examine(is_over=step == looks)
        one.announce(seen)
        told += [finding.code for finding in seen.news.new if finding.code == "RR101"]
        withdrawn += [finding.code for finding in seen.news.withdrawn if finding.code == "RR101"]
    return told, withdrawn


@pytest.mark.parametrize(("looks", "withdrawn"), [(19, 1), (20, 2)], ids=["true at the end", "not true at the end"])
def test_a_finding_is_told_again_once_at_most_and_the_last_word_is_true(looks: int, withdrawn: int) -> None:
    assert [len(part) for part in flapping(course(), looks)] == [2, withdrawn]


def stuck(one: Course, epoch: int) -> Finding | None:
    """One epoch of a classifier that knows nothing; the critical finding to act upon."""
    for step in range(10 * epoch + 1, 10 * epoch + 11):
        one.add_step(step, {"loss": 2.303 + 0.001 * (step % 2), "learning_rate": 0.5})
    one.add_epoch(epoch + 1, {"val_loss": 2.303, "val_accuracy": 0.1})
    seen = one.examine()
    assert all(finding.code != "RR101" for finding in seen.findings)
    return next(iter(seen.serious), None)


def test_a_critical_finding_is_acted_upon_when_the_next_epoch_confirms_it() -> None:
    one, acted, stands = course(classes=10, train_rows=100, batch_size=10), [], []
    for epoch in range(10):
        acted.append(stuck(one, epoch) is not None)
        stands.append(bool(critical(one.examine().findings)))  # looked at twice: the same epoch confirms nothing
    assert stands.index(True) + 1 == acted.index(True)


def test_a_divergence_is_acted_upon_at_once() -> None:
    one = course()
    one.add_step(1, {"loss": 1.0})
    one.add_step(2, {"loss": math.nan})
    (worst,) = one.examine().serious
    assert worst.code == "RR101"


def test_ten_thousand_epochs_are_examined_a_few_hundred_times() -> None:
    one = course()
    examined = 0
    for epoch in range(1, 10_001):
        one.add_step(epoch, {"loss": 1.0 / epoch})
        if one.is_due:
            one.examine()
            examined += 1
    assert 100 < examined < 300


def test_a_finding_is_at_most_a_twentieth_of_the_training_late() -> None:
    one = course()
    last = 0
    for epoch in range(1, 1001):
        one.add_step(epoch, {"loss": 1.0 / epoch})
        if one.is_due:
            one.examine()
            assert epoch - last <= max(1, 0.05 * epoch + 1)
            last = epoch


def test_a_million_steps_are_kept_as_some_hundred_thousand_points_and_no_nan_is_lost() -> None:
    record = Record()
    for step in range(1, 1_000_001):
        for _ in record.add_step(step, {"loss": math.nan if step == 777_777 else 1.0}):
            pass
    curve = record.curves["loss"]
    assert len(curve) < 130_000
    assert curve.steps[:WHOLE].tolist() == list(range(1, WHOLE + 1))
    assert np.isnan(curve.values).sum() == 1


@pytest.mark.parametrize("value", [1e-30, 123456789.0, -0.1, float("inf")])
def test_recorded_numbers_have_the_digits_of_float32(value: float) -> None:
    record = Record()
    (_, values), *_ = record.add_step(1, {"loss": float(np.float32(value))})
    assert np.float32(values["loss"]) == pytest.approx(np.float32(value), rel=1e-6)
