"""The four kinds of report, ordinary and hostile."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from rightrate.judging import judge
from rightrate.report import html as tuned
from rightrate.report.diagnosed import html as diagnosed
from rightrate.report.judged import compared
from rightrate.report.judged import html as judged
from rightrate.runner.verdict import Verdict
from rightrate.runner.winner import diagnosed as examined
from rightrate.verdict.beyond_chance import corrected
from rightrate.verdict.difference import difference
from tests.report import samples
from tests.report.diagnosed import samples as trainings

#: HTML, script, formula, very long, right-to-left, emoji, nothing at all, blank.
NAMES = (
    "<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "=1+1", "x" * 10_000, "\u202eabc\u05d0\u05d1",
    "\U0001f600" * 30, "", "   ",
)  # fmt: skip


def hostile_verdict(seed: int = 0) -> Verdict:
    """Real answers of eight classes with hostile names, one of them positive."""
    random = np.random.default_rng(seed)
    true = random.integers(0, len(NAMES), 400)
    prob = random.dirichlet(np.ones(len(NAMES)), 400) + 1.5 * np.eye(len(NAMES))[true]
    prob /= prob.sum(axis=1, keepdims=True)
    verdict = judge(true, prob, labels=[name or "\u200b" for name in NAMES], positive=0)
    return replace(verdict, class_names=NAMES, about={NAMES[0]: NAMES[3], **verdict.about})


def _compared(old: Verdict, new: Verdict, names: tuple[str, str]) -> str:
    return compared.to_html(corrected(difference(old, new), old, new), old, new, names)


@cache
def text(kind: str) -> str:
    """The page of that kind."""
    if kind == "tune":
        return samples.page(samples.full)
    if kind == "judge":
        return judged.to_html(samples.judged())
    if kind == "diagnose":
        return diagnosed.to_html(trainings.overfits())
    if kind == "compare":
        return _compared(_weaker(), samples.judged(), ("main/verdict.json", "branch/verdict.json"))
    if kind == "hostile tune":
        document = samples.hostile()
        return tuned.to_html(replace(document, judgement=hostile_verdict(), diagnosed=examined(document)))
    if kind == "hostile judge":
        return judged.to_html(hostile_verdict())
    if kind == "hostile diagnose":
        return diagnosed.to_html(trainings.hostile())
    assert kind == "hostile compare"
    return _compared(hostile_verdict(), hostile_verdict(1), (NAMES[3], NAMES[0]))


def _weaker() -> Verdict:
    random = np.random.default_rng(5)
    fraud = np.repeat([1, 0], [60, 540])
    score = 1 / (1 + np.exp(-(random.normal(size=600) + 2.5 * fraud - 2)))
    names = np.array(["ok", "fraud"])
    return judge(names[fraud], score, positive="fraud", labels=["ok", "fraud"])


KINDS = ("tune", "judge", "diagnose", "compare")
