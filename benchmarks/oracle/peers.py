"""What others do to choose a rate, replayed on the same recordings, with their own defaults."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from oracle import ranges
from oracle.replay import Answer, Recording

Peer = Callable[[Recording, np.random.Generator], Answer]

#: The range that examples of KerasTuner and Optuna search: `hp.Float("lr", 1e-5, 1e-1, sampling="log")`.
LOW, HIGH = 1e-5, 1e-1
TRIALS = 10


def _place(recording: Recording, rate: float) -> int:
    """The nearest recorded rate."""
    return int(np.abs(np.log(recording.rates / rate)).argmin())


def _draw(recording: Recording, rng: np.random.Generator) -> int:
    return _place(recording, float(np.exp(rng.uniform(np.log(LOW), np.log(HIGH)))))


def _best(recording: Recording, places: list[int], cost: float) -> Answer:
    best = min(places, key=lambda place: recording.finals[place])
    rate = float(recording.rates[best]) if math.isfinite(recording.finals[best]) else None
    return Answer(rate, cost)


def random_search(recording: Recording, rng: np.random.Generator) -> Answer:
    """KerasTuner's RandomSearch with its default of ten trials, each a whole training."""
    return _best(recording, [_draw(recording, rng) for _ in range(TRIALS)], float(TRIALS))


def recipe(recording: Recording, rng: np.random.Generator) -> Answer:
    """The published value for the kind, taken on trust: the middle of our own table's range."""
    rates = recording.settings["setup"]["rates"]
    return Answer(float(recording.rates[_place(recording, math.sqrt(rates[0] * rates[-1]))]), 1.0)


def default_rate(recording: Recording, rng: np.random.Generator) -> Answer:
    """Keras's default of the optimizer, untouched."""
    default = 1e-2 if recording.settings["optimizer"] == "SGD" else 1e-3
    return Answer(float(recording.rates[_place(recording, default)]), 1.0)


def by_hand(recording: Recording, rng: np.random.Generator) -> Answer:
    """Three rates a decade apart around the default, each trained to the end, the best one taken."""
    default = 1e-2 if recording.settings["optimizer"] == "SGD" else 1e-3
    return _best(recording, [_place(recording, default * factor) for factor in (0.1, 1.0, 10.0)], 3.0)


def successive_halving(recording: Recording, rng: np.random.Generator) -> Answer:
    """ASHA's rule run in step: 9 random rates, a third goes on at 1/9, 1/3 and 1 of the training."""
    places = [_draw(recording, rng) for _ in range(9)]
    cost, done = 0.0, 0.0
    for share, keep in ((1 / 9, 3), (1 / 3, 1)):
        step = _stop(recording, share)
        cost, done = cost + len(places) * (share - done), share
        places = sorted(places, key=lambda place: _loss_at(recording, place, step))[:keep]
    return _best(recording, places, cost + (1 - done))


def optuna_tpe(recording: Recording, rng: np.random.Generator) -> Answer:
    """Optuna's defaults: the TPE sampler, with its median pruner, `TRIALS` trials."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    spent: list[float] = []
    trained: list[int] = []

    def objective(trial: optuna.Trial) -> float:
        place = _place(recording, trial.suggest_float("rate", LOW, HIGH, log=True))
        for share in np.arange(1, 9) / 8:
            loss = _loss_at(recording, place, _stop(recording, share))
            trial.report(min(loss, 1e9), round(8 * share))
            if trial.should_prune() or not math.isfinite(loss):
                spent.append(share)
                raise optuna.TrialPruned
        spent.append(1.0)
        trained.append(place)
        return float(recording.finals[place])

    sampler = optuna.samplers.TPESampler(seed=int(rng.integers(2**31)))
    optuna.create_study(sampler=sampler, pruner=optuna.pruners.MedianPruner()).optimize(objective, n_trials=TRIALS)
    return _best(recording, trained, sum(spent)) if trained else Answer(None, sum(spent))


def _range_test(read: Callable[[ranges.Ramp], float]) -> Peer:
    def search(recording: Recording, rng: np.random.Generator) -> Answer:
        ramp = ranges.load(recording.task, recording.settings["seed"])
        if ramp is None:
            return Answer(None, 0.0)
        return Answer(float(recording.rates[_place(recording, read(ramp))]), ramp.cost)

    return search


def _stop(recording: Recording, share: float) -> int:
    return int(np.abs(recording.stops - share * recording.stops[-1]).argmin())


def _loss_at(recording: Recording, place: int, stop: int) -> float:
    loss = float(recording.val_loss[place, stop])
    return loss if math.isfinite(loss) else math.inf


PEERS: dict[str, Peer] = {
    "range test, valley (fastai's default)": _range_test(ranges.valley),
    "range test, steepest slope": _range_test(ranges.steepest),
    "range test, minimum / 10": _range_test(ranges.minimum_over_ten),
    "Keras's default rate": default_rate,
    "published value for the kind": recipe,
    "3 rates by hand": by_hand,
    "KerasTuner random, 10 trials": random_search,
    "successive halving, 9 rates": successive_halving,
    "Optuna TPE and median pruner, 10 trials": optuna_tpe,
}
