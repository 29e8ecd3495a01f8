"""Documents to report on: what a search may hand over, from the ordinary to the hostile."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from rightrate.diagnosis import Finding
from rightrate.diagnosis.finding import Severity
from rightrate.judging import judge
from rightrate.report.document import Document
from rightrate.report.html import to_html
from rightrate.runner.verdict import Verdict
from rightrate.runner.winner import diagnosed
from rightrate.schedules import cosine
from rightrate.scoring.scores import Scores
from rightrate.search import Cost, Ended, Evaluation, Objective, Plan, Trial
from rightrate.verdict import Policy

STEPS_PER_EPOCH, EPOCHS = 20, 10
TOTAL = STEPS_PER_EPOCH * EPOCHS
RATES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> =cmd|'/C calc'!A0 "
    "`code` *bold* [link](http://example.com) [red]markup[/red] \x1b[31m \u202e \ud800 🐈‍⬛ " + "long " * 60
)


def scores(precision: float, recall: float, positive: str | None = "fraud") -> Scores:
    """Scores of 200 samples, half of them positive, as near to the shares as whole samples get."""
    found = round(100 * recall)
    wrong = round(found / precision) - found if precision else 100
    wrong = min(wrong, 100)
    return Scores(
        accuracy=(found + 100 - wrong) / 200,
        majority=0.5,
        precision=found / (found + wrong) if found + wrong else None,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        positive=positive,
        samples=200,
        positives=100 if positive else None,
        found=found if positive else None,
        confusion=((100 - wrong, wrong), (100 - found, found)),
    )


def trial(rate: float, *, until: int = TOTAL, ended: Ended = Ended.FINISHED, best: float = -3.5) -> Trial:
    """A candidate whose final loss is a parabola over the logarithm of its rate, lowest at `10 ** best`."""
    distance = math.log10(rate) - best
    final = 0.3 + 0.1 * distance**2
    steps = np.arange(1, until + 1)
    fall = np.exp(-steps / TOTAL * 5 * min(1.0, 10 ** (distance / 2 + 0.6)))
    noise = np.random.default_rng(round(1e6 * rate)).normal(0, 0.06, until)
    train = final - 0.08 + (0.7 - final) * fall + noise * fall
    evaluations = tuple(
        Evaluation(int(step), 200, {"val_loss": float(final + (0.7 - final) * fall[step - 1])})
        for step in range(STEPS_PER_EPOCH, until + 1, STEPS_PER_EPOCH)
    )
    sharp = max(0.05, 0.95 - 0.09 * max(distance, 0) ** 2 - 0.05 * distance**2)
    full = max(0.05, 0.93 - 0.2 * max(-distance, 0) ** 2 - 0.05 * distance**2)
    why = {
        Ended.FINISHED: f"Trained all {EPOCHS} epochs.",
        Ended.OVERTAKEN: f"Left the race at epoch {until // STEPS_PER_EPOCH}: far behind the leader.",
    }.get(ended, "The run ended before it did.")
    return Trial(rate, until, TOTAL, STEPS_PER_EPOCH, train, evaluations, ended, why, scores(sharp, full))


def diverged(rate: float, until: int, last: float) -> Trial:
    """A candidate whose loss explodes to `last` at step `until`."""
    train = np.append(np.geomspace(0.7, 900.0, until - 1), last)
    steps = sorted({*range(STEPS_PER_EPOCH, until + 1, STEPS_PER_EPOCH), until})
    evaluations = tuple(Evaluation(s, 200, {"val_loss": float(train[s - 1])}) for s in steps)
    why = f"The loss was no longer finite at step {until}."
    return Trial(rate, until, TOTAL, STEPS_PER_EPOCH, train, evaluations, Ended.DIVERGED, why, None)


COST = Cost(
    full_trainings=0.83,
    estimated_full_trainings=1.4,
    steps=1037,
    samples=33184,
    seconds=12.34,
    plan=Plan(
        prefix="The first 154 layers are frozen; their output was computed once and reused.",
        prefix_cached=True,
        step_share=0.12,
        exactness="Equal to Model.fit within rounding.",
        cache_bytes=12_300_000,
    ),
)

FINDINGS = (
    Finding(
        "RR203",
        "Above 3e-2 training diverges, 100 times the chosen rate.",
        Severity.WARNING,
        "Keep the warm-up, and stay below 3e-3.",
        {"lowest_diverged": 0.03, "loss": math.nan},
    ),
    Finding(
        "RR207",
        "Fine-tuning wants smaller rates: Adam's 1e-3 is 3.3 times the chosen one.",
        Severity.HINT,
        "Do not reuse the rate that the backbone was pretrained with.",
        {"default": 1e-3},
    ),
)

ABOUT = {
    "Model": "MobileNetV2, last block and head trainable (412,802 of 2,257,984 weights)",
    "Data": "640 training and 200 validation samples, 2 classes",
    "Seed": "0",
    "Versions": "Keras 3.15, TensorFlow 2.20",
}


def normal() -> Document:
    """Nine candidates: two diverged, to NaN and to infinity, and four stopped early."""
    early = {1e-5: 20, 3e-5: 60, 3e-3: 60, 1e-2: 20}
    trials = tuple(
        diverged(rate, 47 if rate < 0.05 else 13, math.inf if rate < 0.05 else math.nan)
        if rate > 0.02
        else trial(rate, until=early[rate], ended=Ended.OVERTAKEN)
        if rate in early
        else trial(rate)
        for rate in RATES
    )
    return Document(
        title="MobileNetV2",
        learning_rate=3e-4,
        interval=(1e-4, 1e-3),
        schedule=cosine(peak=3e-4, steps=TOTAL, warmup=20),
        objective=Objective.named("val_loss"),
        trials=trials,
        chosen=3,
        cost=COST,
        findings=FINDINGS,
        about=ABOUT,
    )


def regression() -> Document:
    """No scores, no interval, no findings, nothing reused; losses over several decades and one below zero."""
    trials = []
    for rate, last in ((1e-4, 48213.0), (1e-3, 12.5), (1e-2, -0.25)):
        points = tuple(
            Evaluation(20 * (i + 1), 64, {"val_loss": float(v), "val_mean_absolute_error": float(abs(v)) ** 0.5})
            for i, v in enumerate(np.linspace(90000.0, last, 5))
        )
        trials.append(
            Trial(
                rate,
                100,
                100,
                20,
                np.linspace(9e4, last, 100),
                points,
                Ended.FINISHED,
                "Trained all 5 epochs.",
            )
        )
    plan = Plan("Nothing is frozen, so nothing was reused.", False, 1.0, "Equal to Model.fit.")
    return Document(
        title="house prices",
        learning_rate=1e-2,
        interval=None,
        schedule=cosine(peak=1e-2, steps=100),
        objective=Objective.named("val_mean_absolute_error"),
        trials=tuple(trials),
        chosen=2,
        cost=Cost(3.0, 3.0, 300, 9600, 4000.0, plan),
    )


def unfinished() -> Document:
    """Ended before a rate could be chosen: one candidate in the middle, one never evaluated, one diverged."""
    never = Trial(1e-2, 3, TOTAL, STEPS_PER_EPOCH, np.full(3, 0.7), (), Ended.INTERRUPTED, "The run ended.")
    return Document(
        title="MobileNetV2",
        learning_rate=None,
        interval=None,
        schedule=None,
        objective=Objective.named("val_loss"),
        trials=(trial(1e-4, until=80, ended=Ended.INTERRUPTED), never, diverged(0.1, 13, math.nan)),
        chosen=None,
        cost=replace(COST, full_trainings=0.06),
        unfinished="interrupted by Ctrl-C after 4 s",
        about=ABOUT,
    )


def empty() -> Document:
    """Ended before anything was tried."""
    return replace(unfinished(), trials=(), unfinished="the time limit of 1 s was reached.")


def hostile() -> Document:
    """Names, texts and labels that try to break out of every format."""
    document = normal()
    trials = tuple(
        replace(
            t,
            why=HOSTILE,
            scores=t.scores and replace(t.scores, positive=HOSTILE),
            evaluations=tuple(replace(e, values={**e.values, "val_=1+1|</script>": 0.5}) for e in t.evaluations),
        )
        for t in document.trials
    )
    finding = Finding("RR299", HOSTILE, Severity.CRITICAL, HOSTILE, {HOSTILE: HOSTILE})
    return replace(
        document,
        title=HOSTILE,
        trials=trials,
        findings=(finding,),
        unfinished=HOSTILE,
        about={HOSTILE: HOSTILE},
        cost=replace(COST, plan=replace(COST.plan, prefix=HOSTILE, exactness=HOSTILE)),
    )


def single() -> Document:
    """One candidate, one epoch, one evaluation; perfect scores; an interval of one rate."""
    one = Trial(
        0.05,
        1,
        1,
        1,
        np.array([0.7]),
        (Evaluation(1, 4, {"val_loss": 0.69, "val_accuracy": 1.0}),),
        Ended.FINISHED,
        "Trained all 1 epochs.",
        scores(1.0, 1.0, positive=None),
    )
    return replace(
        normal(),
        trials=(one,),
        chosen=0,
        learning_rate=0.05,
        interval=(0.05, 0.05),
        schedule=cosine(peak=0.05, steps=1),
        objective=Objective.named("val_accuracy"),
        findings=(),
    )


def judged() -> Verdict:
    """A verdict on real scores: 600 rows, 60 of them fraud, a baseline, a part that is worse, costs."""
    random = np.random.default_rng(0)
    fraud = np.repeat([1, 0], [60, 540])
    score = 1 / (1 + np.exp(-(random.normal(size=600) + 4 * fraud - 2)))
    before = 1 / (1 + np.exp(-(random.normal(size=600) + 2 * fraud - 2)))
    policy = Policy(cost_fn=500, cost_fp=5, items_per_day=2000, alerts_per_day=300)
    names = np.array(["ok", "fraud"])
    return judge(
        names[fraud],
        score,
        positive="fraud",
        labels=["ok", "fraud"],
        policy=policy,
        baseline=before,
        slices={"region": random.choice(["EU", "US"], 600)},
    )


def full() -> Document:
    """All parts: the search, the chosen training diagnosed (its validation loss turned), and the verdict."""
    document = normal()
    winner = document.trials[3]
    turned = tuple(
        replace(one, values={"val_loss": round(0.6 - 0.1 * i if i < 5 else 0.2 + 0.02 * (i - 4), 3)})
        for i, one in enumerate(winner.evaluations)
    )
    trials = (*document.trials[:3], replace(winner, evaluations=turned), *document.trials[4:])
    document = replace(document, trials=trials, judgement=judged())
    return replace(document, diagnosed=diagnosed(document))


@cache
def page(sample: Callable[[], Document]) -> str:
    """The HTML page of a sample, drawn once for all tests."""
    return to_html(sample())


ALL = (normal, regression, unfinished, empty, hostile, single, full)
