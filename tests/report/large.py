"""The largest reports that are promised to open quickly: many candidates, many classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rightrate.judging import judge
from rightrate.report.document import Document
from rightrate.runner.winner import diagnosed
from rightrate.schedules import cosine
from rightrate.scoring.scores import Scores
from tests.report import samples


def document(candidates: int, classes: int, epochs: int = 300) -> Document:
    """All parts: every candidate trained to its end, and a verdict on so many classes, one of them positive."""
    steps = samples.STEPS_PER_EPOCH * epochs
    rates = np.geomspace(1e-6, 1e-2, candidates)
    scores = _scores(classes)
    trials = tuple(replace(samples.trial(float(rate), until=samples.TOTAL), scores=scores) for rate in rates)
    chosen = int(np.abs(np.log(rates / 3e-4)).argmin())
    found = replace(
        samples.normal(),
        trials=tuple(_longer(one, steps) for one in trials),
        chosen=chosen,
        learning_rate=float(rates[chosen]),
        interval=(float(rates[chosen - 1]), float(rates[chosen + 1])),
        schedule=cosine(peak=float(rates[chosen]), steps=steps),
        judgement=_verdict(classes),
    )
    return replace(found, diagnosed=diagnosed(found))


def _longer(trial, steps: int):
    """The same training over more steps."""
    times = steps // trial.total_steps
    evaluations = tuple(
        replace(one, step=one.step + i * trial.total_steps) for i in range(times) for one in trial.evaluations
    )
    return replace(
        trial, steps=steps, total_steps=steps, train_loss=np.tile(trial.train_loss, times), evaluations=evaluations
    )


def _scores(classes: int) -> Scores:
    return replace(samples.scores(0.9, 0.9), confusion=tuple((2,) * classes for _ in range(classes)))


def _verdict(classes: int):
    random = np.random.default_rng(0)
    true = random.integers(0, classes, 60 * classes)
    prob = random.dirichlet(np.full(classes, 0.2), len(true)) + 1.2 * np.eye(classes)[true]
    prob /= prob.sum(axis=1, keepdims=True)
    return judge(true, prob, labels=[f"species number {i}" for i in range(classes)], positive=0)
