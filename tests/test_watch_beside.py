"""Other callbacks beside a watch that rescues keep doing what they do."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from rich.console import Console

import rightrate as rr

from .test_watch_fit import Weights, equal, fit, network, rising


def rescuing() -> rr.Watch:
    return rr.Watch("rescue", factor=0.0005, quiet=True)


def late() -> keras.Model:
    """Diverges in its third epoch, at steps 41 and later."""
    return network(keras.optimizers.SGD(rising(), momentum=0.9))


@pytest.mark.parametrize("is_first", [True, False], ids=["the watch first", "the watch last"])
def test_early_stopping_stops_and_restores_its_best(is_first: bool) -> None:
    watch, weights, model = rescuing(), Weights(), late()
    early = keras.callbacks.EarlyStopping(monitor="val_loss", patience=1, restore_best_weights=True)
    history = fit(model, *([watch, early] if is_first else [early, watch]), weights, epochs=30)
    best = int(np.argmin(history.history["val_loss"])) + 1
    assert [done.kind for done in watch.interventions] == ["rescue"]
    assert len(history.history["loss"]) == best + 1 < 30
    kept = dict(zip([v.path for v in model.variables], weights.epochs[best], strict=True))
    assert equal([kept[v.path] for v in model.weights], [v.numpy() for v in model.weights])


def test_a_plateau_lowers_the_rate_that_a_rescue_left() -> None:
    watch, model = rr.Watch("rescue", factor=0.001, quiet=True), network(30.0)
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=0, min_delta=1e9)
    fit(model, watch, plateau, epochs=4)
    assert len(watch.interventions) == 1
    # Nothing is better by 1e9, so that every epoch but the first is a plateau.
    rates = watch.diagnosis.document.training.curves["learning_rate"].values
    assert rates[-1] == pytest.approx(0.03 / 4)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.03 / 8)


def test_a_checkpoint_keeps_the_best_epoch_and_loads_without_this_package(tmp_path: Path) -> None:
    watch, weights, model = rescuing(), Weights(), late()
    path = tmp_path / "best.keras"
    history = fit(model, watch, keras.callbacks.ModelCheckpoint(str(path), save_best_only=True), weights, epochs=6)
    assert len(watch.interventions) == 1
    loaded = keras.models.load_model(path)
    kept = weights.epochs[int(np.argmin(history.history["val_loss"])) + 1]
    places = {variable.path: place for place, variable in enumerate(model.variables)}
    assert equal([kept[places[one.path]] for one in model.weights], [one.numpy() for one in loaded.weights])
    assert type(loaded.optimizer._learning_rate).__module__.startswith("keras.")
    x, y = np.zeros((1, 6), "float32"), np.zeros(1, "float32")
    assert np.isfinite(loaded.evaluate(x, y, verbose=0)[0])
    assert np.isfinite(history.history["val_loss"]).all()


def test_a_backup_is_written_and_a_rescue_starts_from_what_it_restored(tmp_path: Path) -> None:
    class Dies(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.weights = [variable.numpy() for variable in self.model.trainable_variables]
            if epoch == 1:
                raise RuntimeError("killed")

    def backup() -> keras.callbacks.Callback:
        return keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))

    dies = Dies()
    with pytest.raises(RuntimeError, match="killed"):
        fit(network(0.05), backup(), dies, epochs=4)
    # The watch stands before the backup: what it keeps first must be what was restored, not what came before.
    watch, weights, model = rr.Watch("rescue", factor=0.001, quiet=True), Weights(), network(0.05)

    class Spoils(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if batch == 0 and not watch.interventions:
                self.model.optimizer.learning_rate.assign(50.0)

    fit(model, watch, backup(), Spoils(), weights, epochs=4)
    (rescue,) = watch.interventions
    assert rescue.back_to == 40
    after = dict(zip([v.path for v in model.variables], weights.batches[rescue.step - 40], strict=True))
    assert equal(dies.weights, [after[v.path] for v in model.trainable_variables])


def test_a_scheduler_says_the_rate_and_the_rescue_scales_it() -> None:
    watch, model = rr.Watch("rescue", factor=0.001, quiet=True), network(0.01)
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 30.0 if epoch == 1 else 0.5 * rate)
    history = fit(model, scheduler, watch, epochs=4)
    assert len(watch.interventions) == 1
    curve = watch.diagnosis.document.training.curves["learning_rate"]
    assert sorted({float(f"{rate:.3g}") for rate in curve.values}, reverse=True) == [0.03, 0.015, 0.0075, 0.005]
    assert np.isfinite(history.history["loss"]).all()
    assert float(model.optimizer.learning_rate) == pytest.approx(0.0075)


@pytest.mark.parametrize("is_first", [True, False], ids=["the watch first", "the watch last"])
def test_terminate_on_nan_terminates_and_the_watch_says_so_before(is_first: bool) -> None:
    page = io.StringIO()
    watch = rr.Watch("rescue", console=Console(file=page, width=500))
    terminate = keras.callbacks.TerminateOnNaN()
    history = fit(network(1e6), *([watch, terminate] if is_first else [terminate, watch]), epochs=4)
    assert len(history.history["loss"]) == 1
    first = page.getvalue().splitlines()[0]
    assert "TerminateOnNaN ends the training at the first NaN, before a rescue can. Leave it out." in first
