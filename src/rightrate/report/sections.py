"""The words of a report, section by section; terminal, Markdown and HTML lay out these and add none."""

from __future__ import annotations

from rightrate.diagnosis import Severity
from rightrate.report import words
from rightrate.report.diagnosed import sections as diagnosed
from rightrate.report.document import Document
from rightrate.report.judged import words as say
from rightrate.report.section import Pair
from rightrate.scoring.scores import Scores
from rightrate.search import Cost, Ended, Plan, Trial
from rightrate.verdict import Judgement

#: A list that is read to its end.
_MOST_STEPS = 5
#: Of them at most so many are about the fine-tuned model.
_MOST_JUDGED = 3


def heading(document: Document) -> str:
    """Return the report's title."""
    return f"Learning rate for {words.shorten(document.title)}"


def headline(document: Document) -> str:
    """Return the answer in one sentence."""
    if document.learning_rate is None:
        return "No learning rate was chosen."
    rate = words.rate(document.learning_rate)
    if document.looked_at < 1:
        part = words.percent(document.looked_at)
        return f"Use a learning rate of {rate}: that is where the first {part} of the training head."
    return f"Use a learning rate of {rate}."


def banner(document: Document) -> str | None:
    """Return what a reader of an unfinished run must know before anything else; None where it finished."""
    if document.unfinished is None:
        return None
    reason = words.clean(document.unfinished).strip().rstrip(".")
    result = "no rate could be chosen" if document.learning_rate is None else "the answer is provisional"
    return f"This run did not finish: {reason}. What follows is what was measured until then; {result}."


def interval(document: Document) -> str:
    """Return in words which rates cannot be told apart from the chosen one."""
    if document.learning_rate is None:
        return words.NOT_MEASURED
    if document.interval is None:
        return f"{words.NOT_MEASURED}: nothing says how far the rate can be moved"
    low, high = (words.rate(end) for end in document.interval)
    if document.looked_at < 1:
        return f"{low} to {high}: the best rate probably lies in between; nothing was trained to its end"
    if len(document.trials) == 1:
        return f"{words.NOT_MEASURED}: no other rate was tried"
    if low == high:
        return f"{low} alone: every other rate that was tried did measurably worse"
    return f"{low} to {high}: rates that cannot be told apart from it"


def interval_in_short(document: Document) -> str:
    """Return the same in a few words, to stand below the rate."""
    if document.interval is None or document.learning_rate is None or len(document.trials) == 1:
        return "interval not measured"
    low, high = (words.rate(end) for end in document.interval)
    return "no other rate did as well" if low == high else f"interval {low} to {high}"


def next_steps(document: Document) -> tuple[str, ...]:
    """Return what to do next: what to mend first, and how to train where nothing is to be mended."""
    judged = () if document.judgement is None else document.judgement.next_steps[:_MOST_JUDGED]
    steps = [words.clean(step) for step in judged]
    if document.diagnosed is not None and document.diagnosed.main.findings:
        steps.append(words.clean(document.diagnosed.main.leading.advice))
    serious = [finding for finding in document.findings if finding.severity is not Severity.HINT and finding.advice]
    steps += [words.clean(finding.advice) for finding in serious]
    if document.learning_rate is not None:
        steps.append(
            f"Train with a peak rate of {words.rate(document.learning_rate)}. {words.schedule(document.schedule)}"
        )
    return tuple(dict.fromkeys(step for step in steps if step))[:_MOST_STEPS]


def answer(document: Document) -> tuple[Pair, ...]:
    """Return the answer and what was measured at it, as labels and texts."""
    rate = "none chosen" if document.learning_rate is None else words.rate(document.learning_rate)
    pairs: list[Pair] = [
        ("Learning rate", rate),
        ("Interval", interval(document)),
        ("Schedule", words.schedule(document.schedule)),
    ]
    winner = document.winner
    if winner is None:
        return tuple(pairs)
    for name in dict.fromkeys(("val_loss", document.objective.name)):
        if name == "val_loss" or winner.last(name) is not None:
            pairs.append((_capital(words.measure(name)), _at_winner(winner, name)))
    return (*pairs, *_score_pairs(winner.scores))


def fitness(document: Document) -> tuple[Pair, ...]:
    """Return the verdict on the fine-tuned model and what leads in its training, as labels and texts."""
    judgement, pairs = document.judgement, []
    if judgement is not None:
        pairs.append(("Verdict", f"{say.outcome(judgement)}: {verdict_sentence(judgement)}"))
    if document.diagnosed is not None:
        tag, sentence, _ = diagnosed.leading(document.diagnosed.main)
        pairs.append(("Its training", f"{tag}: {sentence}" if tag else sentence))
    return tuple(pairs)


def verdict_sentence(judgement: Judgement) -> str:
    """Return what decided the verdict on the fine-tuned model, and on which part it was judged."""
    part = judgement.about.get("part")
    return say.sentence(judgement.reason) + (f" Judged on {say.short(part, 80)}." if part else "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _at_winner(winner: Trial, name: str) -> str:
    text = words.measured(name, winner.last(name))
    return text if winner.ended is Ended.FINISHED else f"{text} after {words.trained(winner)} epochs"


def whose(scores: Scores) -> str:
    """Return in words whose precision and recall these are."""
    return "mean over the classes" if scores.positive is None else f"class {words.shorten(scores.positive, 40)}"


def _score_pairs(scores: Scores | None) -> tuple[Pair, ...]:
    if scores is None:
        return (("Precision and recall", words.NOT_MEASURED),)
    recall = words.percent(scores.recall)
    if scores.positives is not None and scores.found is not None:
        recall += f" ({words.count(scores.found)} of {words.counted(scores.positives, 'positive')} found)"
    return (
        (f"Precision, {whose(scores)}", words.percent(scores.precision)),
        (f"Recall, {whose(scores)}", recall),
        (
            "Accuracy",
            f"{words.percent(scores.accuracy)} (always answering the most frequent class: "
            f"{words.percent(scores.majority)})",
        ),
    )


def findings(document: Document) -> tuple[tuple[str, str, str], ...]:
    """Return each finding as its severity with code, its title and its advice."""
    return tuple(
        (f"{finding.severity.value} {finding.code}", words.clean(finding.title), words.clean(finding.advice))
        for finding in document.findings
    )


def cost(document: Document) -> tuple[Pair, ...]:
    """Return what the search cost and what it reused, as labels and texts."""
    spent = document.cost
    return (
        ("Compute", _compute(spent, document.winner)),
        (
            "Work",
            f"{words.counted(spent.steps, 'optimizer step')} of all candidates together, "
            f"{words.counted(spent.samples, 'training sample')}",
        ),
        ("Time", words.seconds(spent.seconds)),
        ("Reused", _reused(spent.plan)),
        ("Exactness", words.clean(spent.plan.exactness)),
    )


def _compute(spent: Cost, winner: Trial | None) -> str:
    included = ", and the winner's is included" if winner is not None and winner.ended is Ended.FINISHED else ""
    estimate = f"estimated before the start: about {words.number(spent.estimated_full_trainings)}"
    unit = f"one full training is one plain fit at full length{included}"
    return f"{_trainings(spent.full_trainings)} ({estimate}); {unit}"


def _trainings(value: float) -> str:
    text = f"{value:.3g}"
    return f"{text} full training" if text == "1" else f"{text} full trainings"


def _reused(plan: Plan) -> str:
    text = words.clean(plan.prefix)
    if not plan.prefix_cached:
        return text
    share, size = words.percent(plan.step_share), words.size(plan.cache_bytes)
    return f"{text} A candidate's step costs {share} of a plain one; the reused outputs take {size}."


def about(document: Document) -> tuple[Pair, ...]:
    """Return how it was measured, as labels and texts."""
    decided = words.measure(document.objective.name)
    better = "larger is better" if document.objective.larger_is_better else "smaller is better"
    own = tuple((words.shorten(str(label)), words.clean(str(text))) for label, text in document.about.items())
    return (("Decided by", f"{decided}, {better}"), *own)
