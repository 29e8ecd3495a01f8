"""The report as plain data, for `result.json`.

JSON has no infinity and no "not a number". Such a value is written as null, and a field `not_finite` beside
it says what it was; null without such an entry means "not measured". Nothing ever turns into 0.

    format              1; grows when a field changes its meaning or goes away, not when one is added
    kind                "tune", or "find": a search without a final training
    rightrate           version that wrote the file
    title               what was tuned
    finished            false where the run ended early
    unfinished          why it ended early, or null
    learning_rate       the chosen rate, or null
    looked_at           share of the schedule that candidates were meant to train; 1 but for "find"
    interval            [low, high]: rates that cannot be told apart from it, or null; of "find": where the best
                        rate probably lies
    schedule            null without a rate
        name, peak, steps
        description     one sentence
        rates           {steps, values, points, thinned}: the rate of each step, counted from 0, thinned to at
                        most 1000 of `points` points
        why             why this shape, one sentence; empty where nobody asked
    shapes              the shapes of the schedule that were compared at the chosen rate, the one of all candidates
                        first; empty where none were
        description     one sentence
        name, steps     of the schedule
        shared          first steps that were not trained for it, since another schedule had
        values          validation values at its end, by Keras's names
        not_finite      as everywhere
        chosen          whether it is `schedule`
    objective           {name, larger_is_better}
    chosen              index into `trials`, or null
    trials              every candidate, by rising learning rate
        learning_rate   the peak of its schedule
        role            its place in words, e.g. "too low"
        steps           optimizer steps done
        total_steps     optimizer steps of a training at full length
        epochs          epochs trained
        ended           "finished", "diverged", "overtaken" or "interrupted"
        why             the same as a sentence with numbers
        train_loss      {steps, values, points, thinned, not_finite}: the loss of each training batch, steps
                        counted from 1, thinned to at most 1000 of `points` points; curves.csv has them all.
                        Always kept: the first, the last, and each that is not finite (evenly thinned above
                        500 of them). `not_finite` is null or {count, first_step, steps, values}: how many
                        there are in the whole curve, and what the kept ones were
        evaluations     [{step, epoch, samples, values, not_finite}]: `samples` counts the validation samples
                        that were used, `values` are by Keras's names
        scores          null where not measured, else {accuracy, majority, precision, recall, f1, positive,
                        samples, positives, found, confusion}: shares from 0 to 1; confusion counts by true
                        class (rows) and predicted class (columns)
    cost                {full_trainings, estimated_full_trainings, steps, samples, seconds, not_finite, plan};
                        plan is {prefix, prefix_cached, step_share, exactness, cache_bytes,
                        multiply_adds, by_step}: by_step where the outputs kept are those of a step, not of a
                        sample
    findings            [{code, title, severity, advice, evidence, not_finite}]
    about               how it was measured, by label
    headline            the answer in one sentence
    next_steps          what to do next, as sentences, the most useful first
    verdict             whether the fine-tuned model is fit (docs/verdict-format.md), or null where nobody judged it
    diagnosis           the chosen training as the rules of a diagnosis see it (docs/diagnosis-format.md), or null where
                        none was trained to its end
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from rightrate.curves import Curve
from rightrate.report import sections, words
from rightrate.report.diagnosed.as_json import to_json as diagnosis_json
from rightrate.report.document import Document
from rightrate.report.judged.as_json import to_json as verdict_json
from rightrate.report.roles import Role, roles
from rightrate.report.thinning import thin
from rightrate.schedules import Schedule
from rightrate.search import Cost, Evaluation, Trial
from rightrate.search.shaping import Shaped

FORMAT = 1


def to_json(document: Document) -> str:
    """Return the text of `result.json`: strict JSON, as described in this module."""
    return json.dumps(to_dict(document), allow_nan=False, ensure_ascii=False, indent=1) + "\n"


def to_dict(document: Document) -> dict[str, Any]:
    """Return the document as plain dicts, lists, strings, numbers and None, as described in this module."""
    return {
        "format": FORMAT,
        "kind": "tune" if document.looked_at >= 1 else "find",
        "rightrate": version("rightrate"),
        "title": document.title,
        "finished": document.unfinished is None,
        "unfinished": document.unfinished,
        "learning_rate": _plain(document.learning_rate),
        "looked_at": document.looked_at,
        "interval": None if document.interval is None else [_plain(end) for end in document.interval],
        "schedule": None if document.schedule is None else _schedule(document.schedule),
        "shapes": [_shape(one, i == document.chosen_shape) for i, one in enumerate(document.shaped)],
        "objective": {
            "name": document.objective.name,
            "larger_is_better": document.objective.larger_is_better,
        },
        "chosen": document.chosen,
        "trials": [_trial(trial, role) for trial, role in zip(document.trials, roles(document), strict=True)],
        "cost": _cost(document.cost),
        "findings": [
            {
                "code": finding.code,
                "title": finding.title,
                "severity": finding.severity.value,
                "advice": finding.advice,
                "evidence": _values(finding.evidence),
                "not_finite": _not_finite(finding.evidence),
            }
            for finding in document.findings
        ],
        "about": {str(label): str(text) for label, text in document.about.items()},
        "headline": sections.headline(document),
        "next_steps": list(sections.next_steps(document)),
        "verdict": None if document.judgement is None else verdict_json(document.judgement),
        "diagnosis": None if document.diagnosed is None else diagnosis_json(document.diagnosed),
    }


def _plain(value: Any) -> Any:
    """Turn NumPy's scalars into Python's, and what JSON cannot say into None."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): _plain(value) for name, value in values.items()}


def _not_finite(values: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(name): words.number(float(value))
        for name, value in values.items()
        if isinstance(value, (float, np.floating)) and not math.isfinite(value)
    }


def _schedule(schedule: Schedule) -> dict[str, Any]:
    kept = thin(schedule.rates)
    return {
        "name": schedule.name,
        "peak": schedule.peak,
        "steps": schedule.steps,
        "description": words.schedule(schedule),
        "why": schedule.why,
        "rates": {
            "steps": kept.tolist(),
            "values": schedule.rates[kept].tolist(),
            "points": schedule.steps,
            "thinned": len(kept) < schedule.steps,
        },
    }


def _shape(one: Shaped, is_chosen: bool) -> dict[str, Any]:
    return {
        "description": words.schedule(replace(one.schedule, why="")),
        "name": one.schedule.name,
        "steps": one.schedule.steps,
        "shared": one.shared,
        "values": _values(one.values),
        "not_finite": _not_finite(one.values),
        "chosen": is_chosen,
    }


def _trial(trial: Trial, role: Role) -> dict[str, Any]:
    return {
        "learning_rate": _plain(trial.learning_rate),
        "role": role.value,
        "steps": int(trial.steps),
        "total_steps": int(trial.total_steps),
        "epochs": float(trial.epochs),
        "ended": trial.ended.value,
        "why": trial.why,
        "train_loss": _train_loss(trial.train_curve),
        "evaluations": [_evaluation(evaluation, trial.steps_per_epoch) for evaluation in trial.evaluations],
        "scores": None if trial.scores is None else _scores(asdict(trial.scores)),
    }


def _train_loss(curve: Curve) -> dict[str, Any]:
    kept = thin(curve.values)
    finite = np.isfinite(curve.values)
    odd = kept[~finite[kept]]
    return {
        "steps": curve.steps[kept].tolist(),
        "values": [_plain(value) for value in curve.values[kept]],
        "points": len(curve),
        "thinned": len(kept) < len(curve),
        "not_finite": None
        if finite.all()
        else {
            "count": int((~finite).sum()),
            "first_step": int(curve.steps[~finite][0]),
            "steps": curve.steps[odd].tolist(),
            "values": [words.number(float(value)) for value in curve.values[odd]],
        },
    }


def _evaluation(evaluation: Evaluation, steps_per_epoch: int) -> dict[str, Any]:
    return {
        "step": int(evaluation.step),
        "epoch": evaluation.step / steps_per_epoch,
        "samples": int(evaluation.samples),
        "values": _values(evaluation.values),
        "not_finite": _not_finite(evaluation.values),
    }


def _scores(scores: dict[str, Any]) -> dict[str, Any]:
    return {**_values(scores), "confusion": [list(row) for row in scores["confusion"]]}


def _cost(cost: Cost) -> dict[str, Any]:
    numbers = {
        "full_trainings": cost.full_trainings,
        "estimated_full_trainings": cost.estimated_full_trainings,
        "steps": cost.steps,
        "samples": cost.samples,
        "seconds": cost.seconds,
    }
    return {**_values(numbers), "not_finite": _not_finite(numbers), "plan": _values(asdict(cost.plan))}
