"""A watch in a training loop of one's own, and its chart in a notebook."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import rightrate as rr
from rightrate.runner.watch_voice import Picture


def test_a_loop_hears_of_a_divergence_at_the_step_where_it_happens() -> None:
    page = io.StringIO()
    watch = rr.Watch("stop", console=Console(file=page, width=500))
    found = {}
    for step in range(1, 1001):
        found[step] = [finding.code for finding in watch.observe(step=step, loss=float("nan") if step == 700 else 1.0)]
        if watch.should_stop:
            break
    assert step == 700 and "RR101" in found[700]
    assert page.getvalue().count("RR101") == 1


def test_what_later_steps_disprove_is_withdrawn_in_words_once() -> None:
    page = io.StringIO()
    watch = rr.Watch(console=Console(file=page, width=500))
    for step in range(1, 60):
        watch.observe(step=step, loss=float("nan") if step == 2 else 1.0 / step)
    told = [line for line in page.getvalue().splitlines() if "RR101" in line]
    assert len(told) == 2
    assert told[0].startswith("rightrate, step 2: loss became NaN at step 2")
    assert "no longer so: loss became NaN at step 2" in told[1] and told[1].endswith("(RR101 withdrawn)")


def test_a_loop_that_climbs_above_its_start_is_told_within_a_window_of_batches() -> None:
    watch = rr.Watch(quiet=True)
    told = next(
        step for step in range(1, 1001)
        if "RR101" in [one.code for one in watch.observe(step=step, loss=1.0 if step < 500 else 50.0)]
    )  # fmt: skip
    assert 500 < told <= 510


@pytest.mark.parametrize(("spread", "most"), [(0.3, 0), (0.6, 0), (1.0, 1)])
def test_noisy_batches_without_a_trend_stop_nothing(spread: float, most: int) -> None:
    """The logarithms of their losses have this standard deviation. With the widest, two in five were stopped once."""
    stopped = 0
    for seed in range(20):
        rng, watch = np.random.default_rng(seed), rr.Watch("stop", quiet=True)
        watch.begin(steps_per_epoch=100)
        for step in range(1, 301):
            loss = 0.5 * np.exp(spread * rng.normal())
            val_loss = 0.5 * (1 + 0.01 * rng.normal()) if step % 100 == 0 else None
            watch.observe(step=step, loss=loss, val_loss=val_loss)
        stopped += watch.should_stop
    assert stopped <= most


def test_a_rise_that_stays_stops_once_a_second_look_confirms_it() -> None:
    rng, watch = np.random.default_rng(0), rr.Watch("stop", quiet=True)
    watch.begin(steps_per_epoch=100)
    for step in range(1, 1001):
        watch.observe(step=step, loss=(0.5 if step < 200 else 3.5) * np.exp(0.3 * rng.normal()))
        if watch.should_stop:
            break
    assert 200 + 32 <= step <= 300


def test_a_rise_far_beyond_the_start_stops_at_once() -> None:
    watch = rr.Watch("stop", quiet=True)
    for step in range(1, 1001):
        watch.observe(step=step, loss=0.5 if step < 200 else 50.0)
        if watch.should_stop:
            break
    assert 200 <= step <= 210


def test_validation_and_metrics_are_examined_with_the_loss() -> None:
    watch = rr.Watch(quiet=True)
    watch.begin(steps_per_epoch=10, optimizer="Adam", validation_rows=500)
    for step in range(1, 121):
        values = {"val_loss": 0.5 + ((step - 40) / 80) ** 2, "val_accuracy": 0.8} if step % 10 == 0 else {}
        watch.observe(step=step, loss=0.97**step, learning_rate=1e-3, **values)
    training = watch.diagnosis.document.training
    assert watch.diagnosis.leading.cause.value == "overfitting"
    assert (training.steps_per_epoch, training.setting.validation_rows) == (10, 500)
    assert training.curves["val_accuracy"].steps.tolist() == list(range(10, 121, 10))


def test_a_value_that_is_seldom_measured_is_never_thinned_out() -> None:
    watch = rr.Watch(quiet=True)
    for step in range(1, 45_001):
        watch.observe(step=step, loss=1.0, val_loss=0.5 if step % 1001 == 0 else None)
    curves = watch.diagnosis.document.training.curves
    assert len(curves["val_loss"]) == 44
    assert len(curves["loss"]) < 45_000


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"step": 1, "loss": 0.5}, "loss was observed at step 1 after step 1. Steps must rise"),
        ({"step": 1.5, "loss": 0.5}, "`step` must be a whole number of optimizer steps done. Received: 1.5"),
        ({"step": float("nan"), "loss": 0.5}, "`step` must be a whole number"),
        ({"step": "2", "loss": 0.5}, "`step` must be a whole number"),
        ({"step": 2, "loss": [0.5, 0.6]}, "`loss` must be a number. Received: [0.5, 0.6]. Take its mean"),
    ],
)
def test_what_cannot_be_observed_is_refused_in_words(values: dict[str, Any], said: str) -> None:
    watch = rr.Watch(quiet=True)
    watch.observe(step=1, loss=1.0)
    with pytest.raises(rr.DataError) as error:
        watch.observe(**values)
    assert said in str(error.value)
    watch.observe(step=2, loss=1.0)  # what was refused left nothing behind


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"los": 0.5}, "`los` is read by no rule. Did you mean loss?"),
        ({"vall_loss": 0.5, "loss": 0.5}, "Did you mean val_loss?"),
        ({"learningRate": 0.5, "loss": 0.5}, "Did you mean learning_rate?"),
        ({"loss": 0.5, "learning_rate": -1}, "`learning_rate` cannot be below 0. Received: -1.0."),
    ],
    ids=str,
)
def test_a_slip_is_not_taken_for_a_metric(values: dict[str, Any], said: str) -> None:
    with pytest.raises(rr.UsageError) as error:
        rr.Watch(quiet=True).observe(step=1, **values)
    assert said in str(error.value)


@pytest.mark.parametrize("name", ["loss2", "vae_loss", "kl_loss", "g_loss", "los", "accuracy", "f1"])
def test_a_metric_of_ones_own_is_kept(name: str) -> None:
    watch = rr.Watch(quiet=True)
    watch.observe(step=1, loss=1.0, **{name: 0.5})
    assert name in watch.diagnosis.document.training.curves


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"steps_per_epoch": -5}, "`steps_per_epoch` must be a whole number of 1 or more, or None. Received: -5."),
        ({"steps_per_epoch": "10"}, "Received: '10'."),
        ({"pretrained": "no"}, "`pretrained` must be True, False or None (not known). Received: 'no'."),
        ({"classes": 0}, "`classes` must be a whole number of 1 or more"),
    ],
    ids=str,
)
def test_a_setting_that_makes_no_sense_is_refused(setting: dict[str, Any], said: str) -> None:
    with pytest.raises(rr.UsageError) as error:
        rr.Watch(quiet=True).begin(**setting)
    assert said in str(error.value)


def test_an_optimizer_that_the_rules_do_not_know_is_said_and_may_be_meant() -> None:
    page = io.StringIO()
    rr.Watch(console=Console(file=page, width=500)).begin(optimizer="Adamm", monitored=("val_loss",))
    assert page.getvalue().count("\n") == 1
    assert "at the start: The optimizer 'Adamm' is none of Keras's" in page.getvalue()


def test_a_loop_cannot_be_rescued_from_outside() -> None:
    with pytest.raises(rr.UsageError, match=r"works inside Model\.fit only.*Say 'stop'"):
        rr.Watch("rescue").observe(step=1, loss=1.0)


def test_an_unknown_setting_is_refused_with_the_nearest_known() -> None:
    with pytest.raises(rr.UsageError, match=r"no setting 'optimiser'. Did you mean optimizer\?"):
        rr.Watch().begin(optimiser="Adam")


def test_a_picture_is_drawn_again_in_its_place_and_not_too_often() -> None:
    watch = rr.Watch(quiet=True)
    for step in range(1, 30):
        watch.observe(step=step, loss=1.0 / step)
    shown: list[str] = []
    replaced: list[str] = []
    now = iter([0.0, 1.0, 2.0, 40.0, 41.0, 42.0, 43.0])

    def show(page: str) -> Any:
        shown.append(page)
        return replaced.append

    picture = Picture(show, clock=lambda: next(now))
    picture.draw(watch.diagnosis)  # from 0 to 1, so that the next may begin at 31
    picture.draw(watch.diagnosis)
    assert (len(shown), len(replaced)) == (1, 0)
    picture.draw(watch.diagnosis, ("step 3: went <back>.",))
    assert (len(shown), len(replaced)) == (1, 1)
    assert "<svg" in shown[0] and "went &lt;back&gt;." in replaced[0]
