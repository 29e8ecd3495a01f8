"""Records the logs of searches and stores that serve any framework, as `record_logs.py` does for Keras's.

python scripts/record_logs_stores.py optuna tensorboardx mlflow wandb
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from record_logs import EPOCHS, ROWS, WIDTH, Curves, Said, Tools, Truth, data, keras_fit, keras_said, nameless, record


def descent(rate: float, epochs: int) -> Iterable[tuple[float, float]]:
    """Logistic regression by gradient descent: training and validation loss after each epoch."""
    (x, y), (x_val, y_val) = data(), data(1)
    weights = np.zeros(WIDTH)
    for _ in range(epochs):
        weights -= rate * x.T @ (1 / (1 + np.exp(-x @ weights)) - y) / ROWS
        yield tuple(
            float(np.mean(np.logaddexp(0, np.where(t == 1, -1, 1) * (rows @ weights))))
            for rows, t in ((x, y), (x_val, y_val))
        )


def small_pages(file: Path) -> None:
    """Begin a SQLite file with small pages: with those of 4096 bytes a nearly empty one is ten times as large."""
    if file.suffix == ".db":
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA page_size = 512")
            database.execute("VACUUM")


def optuna(folder: Path) -> Truth:
    """A study in SQLite with a pruner; one trial reports a loss that is not a number, as a diverged one does."""
    import optuna as o

    o.logging.set_verbosity(o.logging.WARNING)
    small_pages(folder / "study.db")
    study = o.create_study(
        storage=f"sqlite:///{folder / 'study.db'}", study_name="rates", sampler=o.samplers.RandomSampler(seed=0),
        pruner=o.pruners.MedianPruner(n_startup_trials=2, n_warmup_steps=3),
    )  # fmt: skip

    def objective(trial: Any) -> float:
        rate = trial.suggest_float("lr", 1e-3, 10.0, log=True)
        last = 0.0
        for epoch, (_, last) in enumerate(descent(rate, EPOCHS)):
            trial.report(float("nan") if trial.number == 3 and epoch == 6 else last, epoch)
            if trial.should_prune():
                raise o.TrialPruned
        return last

    study.optimize(objective, n_trials=5)
    truth: Curves | dict[str, Curves] = {}
    for trial in study.trials:
        steps = sorted(trial.intermediate_values)
        truth[f"trial {trial.number}"] = {
            "intermediate_value": [(s, trial.intermediate_values[s]) for s in steps],
            "lr": [(s, trial.params["lr"]) for s in steps],
        }
    return {"study.db": truth}


def tensorboardx(folder: Path) -> Truth:
    """tensorboardX: two runs with one tag a split, and `add_scalars`, which writes a folder a line."""
    from tensorboardX import SummaryWriter

    truth: Truth = {"rates": {}, "add_scalars": {"": {}}}
    for rate in (0.01, 1.0):
        said = Said()
        with SummaryWriter(str(folder / "rates" / f"lr_{rate:g}")) as writer:
            for step, (loss, held_out) in enumerate(descent(rate, EPOCHS)):
                values = {"Loss/train": loss, "Loss/val": held_out, "lr": rate}
                for name, value in values.items():
                    writer.add_scalar(name, value, step)
                said.take(step, values)
        truth["rates"][f"lr_{rate:g}"] = dict(said)
    said = Said()
    with SummaryWriter(str(folder / "add_scalars")) as writer:
        for step, (loss, held_out) in enumerate(descent(1.0, EPOCHS)):
            writer.add_scalars("loss", {"train": loss, "val": held_out}, step)
            said.take(step, {"train": loss, "val": held_out})
    truth["add_scalars"][""] = dict(said)
    nameless(folder)
    return truth


def mlflow(folder: Path) -> Truth:
    """Keras's training by autologging, into the file store and into SQLite, which is the default since MLflow 3.7."""
    os.environ.update(MLFLOW_ALLOW_FILE_STORE="true", LOGNAME="someone")
    import mlflow as m
    import mlflow.tensorflow

    m.tensorflow.autolog(log_models=False, log_datasets=False)
    truth: Truth = {}
    for name, uri in (("mlruns", (folder / "mlruns").as_uri()), ("mlflow.db", f"sqlite:///{folder / 'mlflow.db'}")):
        small_pages(folder / name)
        m.set_tracking_uri(uri)
        m.set_experiment("rates")
        client, truth[name] = m.MlflowClient(), {}
        for rate in (1e-5, 0.05):
            with m.start_run(run_name=f"lr {rate:g}") as run:
                keras_fit(rate)
            said = client.get_run(run.info.run_id).data.metrics
            truth[name][f"lr {rate:g}"] = {
                metric: [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, metric)]
                for metric in said
            }
    for part in folder.glob("mlruns/*/*/*"):
        if part.is_dir() and part.name != "metrics":
            for file in part.rglob("*"):
                if file.is_file() and file.name not in ("epochs", "batch_size", "opt_learning_rate", "mlflow.runName"):
                    file.unlink()
    with (folder / "mlflow.db").open("rb") as whole, gzip.GzipFile(folder / "mlflow.db.gz", "wb", mtime=0) as packed:
        shutil.copyfileobj(whole, packed)
    (folder / "mlflow.db").unlink()
    return truth


def wandb(folder: Path) -> Truth:
    """An offline run with Keras's callback; what lies on the disk before `wandb sync` sends it."""
    import wandb as w
    from wandb.integration.keras import WandbMetricsLogger

    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DISABLE_CODE="true")
    with w.init(project="rates", dir=folder, settings=w.Settings(disable_git=True, x_disable_machine_info=True)):
        said, epochs, _ = keras_said()
        keras_fit(verbose=2, callbacks=[WandbMetricsLogger(), said])
    w.teardown()
    for part in folder.rglob("*"):
        if part.is_symlink() and part.name == "debug-core.log":
            content = part.read_bytes()
            part.unlink()
            part.write_bytes(content)
        elif part.is_symlink() or part.name == "requirements.txt":
            part.unlink()
    return {"wandb": {"": dict(epochs)}}


TOOLS: Tools = {
    "optuna": (optuna, ("optuna",)),
    "tensorboardx": (tensorboardx, ("tensorboardX",)),
    "mlflow": (mlflow, ("mlflow-skinny", "keras")),
    "wandb": (wandb, ("wandb", "keras")),
}


if __name__ == "__main__":
    for asked in sys.argv[1:] or TOOLS:
        record(asked, TOOLS)
