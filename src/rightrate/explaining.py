"""`explain`: the page of a finding, by its code. Rules of a diagnosis bring theirs; the others' are written here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.rule import HEADINGS, Rule
from rightrate.diagnosis.rules import RULES
from rightrate.errors import UsageError, nearest

__all__ = ["OTHERS", "Page", "codes", "explain", "listing", "pages"]


@dataclass(frozen=True)
class Page:
    """The page of a finding that no rule of the diagnosis makes.

    Args:
        code: `RR` and three digits.
        title: what was found, in one line without a full stop.
        means: what it looks at and why it matters.
        mend: what to do.
    """

    code: str
    title: str
    means: str
    mend: str


#: What the hundreds of a code stand for.
FAMILIES = {
    "RR1": "A training (`rr.diagnose`)",
    "RR2": "A search for a rate (`rr.tune`)",
    "RR3": "Bars of a verdict (`rr.judge`)",
    "RR4": "The evaluation behind a verdict (`rr.judge`)",
}

OTHERS: tuple[Page, ...] = (
    Page(
        "RR201",
        "The chosen rate is the lowest or the highest one tried",
        "The best rate lies at the edge of the range, so a better one may lie beyond it. The search moves its range by "
        "itself where it may; it could not here, because the range was given or the budget was spent.",
        "Widen --rates beyond the rate that was chosen, leave --rates out, or raise --budget.",
    ),
    Page(
        "RR202",
        "One seed was tried",
        "All rates saw the same samples in the same order, so their comparison is paired and fair. What another order "
        "or other random weights would do to the loss itself is not measured.",
        "Repeat with another seed before you report the loss.",
    ),
    Page(
        "RR203",
        "The validation part is small",
        "With few validation samples neighbouring rates differ by less than the noise of the measurement.",
        "Validate on 200 samples or more where you can, and read the interval rather than the single rate.",
    ),
    Page(
        "RR204",
        "An accuracy trap among the rates",
        "Accuracy is 90 % or more while fewer than half of the positive class are found: always answering the frequent "
        "class scores nearly as high. At a rate that is too low this is the usual picture.",
        "Judge by precision and recall of the positive class. Where it is the chosen rate: weigh the rare class, train "
        "longer, or choose by recall or F1 with --objective.",
    ),
    Page(
        "RR205",
        "The search did not finish",
        "It was interrupted or ran out of its budget. The rate is the best one that was known then.",
        "Run it again to the end, or with a larger --budget, before you rely on the rate.",
    ),
    Page(
        "RR206",
        "Every rate diverged",
        "Down to the lowest rate the loss became NaN or rose far above where it began. That is rarely the rate alone.",
        "Look at the data and the loss first: labels outside the range of the outputs, inputs that are not scaled, a "
        "loss that does not fit the output. Then try lower --rates.",
    ),
    Page(
        "RR207",
        "No candidate reached what was asked for",
        "min_recall or min_precision was not reached by any model that was trained to the end; the nearest was chosen.",
        "Look whether another threshold reaches it, weigh the class by class_weight, or train longer.",
    ),
    Page(
        "RR208",
        "The model draws random numbers outside Keras's seeds",
        "Such draws cannot be repeated, so candidates saw different noise and another run may differ.",
        "Use keras.random with a SeedGenerator.",
    ),
    Page(
        "RR209",
        "The interval of the rate was not measured",
        "An interval says which rates cannot be told apart. It takes two rates that were trained, and an objective "
        "that can be compared sample by sample.",
        "Use val_loss or val_accuracy as the objective with at least 8 validation samples, and more than one rate.",
    ),
    Page(
        "RR210",
        "Precision and recall were not measured",
        "They exist for classifiers with one label a sample. The finding says what is missing here.",
        "Nothing, where the model is no such classifier.",
    ),
    Page(
        "RR211",
        "The training dataset gave other batches when it was read again",
        "A dataset that does not fit into memory is read again for trainings that begin later: rates beyond the range "
        "or between others, other shapes of the schedule, the repetition with callbacks. Where it shuffles or draws "
        "anew at each reading, these saw other samples, so that more than the rate tells them apart.",
        "Make the dataset give the same at every reading: shuffle with reshuffle_each_iteration=False, augment with "
        "stateless operations and seeds. Or give more memory_limit=, so that it is read once.",
    ),
    Page(
        "RR212",
        "The final training with your callbacks did not finish",
        "The winner is trained once more through Model.fit with your callbacks; that failed or was interrupted. The "
        "model you have is the search's own winner, trained without them.",
        "Mend the callbacks, or leave them out.",
    ),
    Page(
        "RR301",
        "Recall of a class that matters",
        "The share of the class's rows that the model finds, against the bar of the policy (80 % by default).",
        "Lower the threshold first. Then weigh the class or add samples of it, and train again.",
    ),
    Page(
        "RR302",
        "Precision of a class that matters",
        "The share of the answers for this class that are right, against the bar of the policy (80 % by default). With "
        "a production prevalence it is the precision there.",
        "Raise the threshold first. Then add samples that look like the class and are not, and train again.",
    ),
    Page(
        "RR303",
        "A bar of your policy",
        "A figure that your policy asks for beside the default bars. A bar that was not looked at never passes.",
        "What helps depends on the figure; the criterion says by how much it is missed.",
    ),
    Page(
        "RR304",
        "A regression better than always predicting the mean",
        "R2 above 0. At 0 or below the model is no better than the mean of the labels. Above 0 is never enough by "
        "itself: the verdict stays open until your policy says how good is good enough.",
        "Train longer or at another rate; look at the largest errors. Write a bar for MAE, RMSE or R2, or give a "
        "baseline.",
    ),
    Page(
        "RR305",
        "Not worse than the baseline",
        "The model may be worse than its baseline by no more than the margin of the policy. Of classes the answers are "
        "compared row by row, of numbers the errors.",
        "Look at the rows that the baseline answers rightly and this model does not.",
    ),
    Page(
        "RR306",
        "Better than guessing",
        "For a class that most rows have, guesses come near both bars. Recall + specificity - 1 (Youden) must then be "
        "proven above 0, which is what guessing scores.",
        "Judge more rows that are not of this class, or name the rare class with positive=.",
    ),
    Page(
        "RR310",
        "The accuracy trap",
        "Accuracy looks good, but always answering the frequent class scores nearly the same, and a class that matters "
        "is mostly missed. Such a model is not fit, whatever its accuracy.",
        "Look at precision and recall of the class. Lower the threshold, weigh the class, or add samples of it.",
    ),
    Page(
        "RR401",
        "Answers that are NaN",
        "The model answers NaN for some rows. It cannot be shipped like that.",
        "Look for infinities in its inputs, and for a training that diverged.",
    ),
    Page(
        "RR402",
        "The same answer, or probability, in every row",
        "The model does not look at its input, or the threshold lies beyond all of its probabilities.",
        "Look whether the inputs are scaled as in training and whether the training diverged; lower the threshold.",
    ),
    Page(
        "RR403",
        "Probabilities that do not sum to one",
        "Over the classes of a row they should. Sigmoid outputs and scores do not, and then log-loss, Brier score and "
        "calibration mean nothing.",
        "Use softmax, or say task='multilabel'.",
    ),
    Page(
        "RR404",
        "The classes seem to be in another order",
        "The same answers would be far better if classes were exchanged: the names were handed over in another order "
        "than the model's outputs have.",
        "Give labels= in the order of the outputs (Keras sorts class folders by name), or positive=.",
    ),
    Page(
        "RR405",
        "Classes in no row, or never answered",
        "A class that is in no row is not judged. One that is never answered is always missed.",
        "Judge rows of every class; lower the threshold of a silent one, or weigh it in training.",
    ),
    Page(
        "RR406",
        "Classes with too few rows to prove anything",
        "Even if all of their rows were right, the interval would not clear the bar.",
        "Judge more rows of these classes.",
    ),
    Page(
        "RR407",
        "Too good to be true",
        "Hardly a mistake in a hundred rows or more is a leak more often than a model.",
        "Look for rows that were trained on, and for an input that gives the label away.",
    ),
    Page(
        "RR408",
        "An evaluation that looks rebalanced",
        "As many positives as negatives are rare in nature. Precision depends on how frequent the class is, so it may "
        "be much lower in production.",
        "Say the share of positives in production with prevalence=.",
    ),
    Page(
        "RR409",
        "Only labels were given",
        "Without probabilities, ranking, calibration and thresholds cannot be measured.",
        "Give the model's probabilities instead of its labels.",
    ),
    Page(
        "RR410",
        "Probabilities that do not mean what they say",
        "Where the model says 90 %, far fewer or far more are so. Its answers may still be right; its probabilities "
        "cannot be used as such.",
        "Fit a temperature on rows that were not trained on; the answers do not change by it.",
    ),
    Page(
        "RR411",
        "A part of the rows that is worse",
        "The interval of this part, corrected for having looked at many, lies wholly below the figure of all rows.",
        "Look at these rows, add samples like them, and put a bar for them into the policy.",
    ),
    Page(
        "RR412",
        "Something was assumed while reading",
        "The sentence says what: the order of the classes, the positive one, or how columns were understood.",
        "Say it yourself where the assumption is wrong.",
    ),
    Page(
        "RR413",
        "Rows that were also trained on",
        "The model may know them by heart, so every figure is too good.",
        "Take them out, and judge again.",
    ),
    Page(
        "RR414",
        "These rows have also chosen the learning rate",
        "A rate that was chosen by these rows suits them better than new ones, so every figure here is too good.",
        "Judge rows that nothing was chosen on: test_data= in rr.tune, or `rightrate judge`.",
    ),
    Page(
        "RR415",
        "A waiver has expired",
        "Its last day has passed, so it holds no more and somebody must decide anew.",
        "Mend what it waived, or give it a later day with a reason, or take the line out of the policy.",
    ),
    Page(
        "RR416",
        "Too few groups for an interval",
        "Rows of a group are not independent, so whole groups are resampled. Below 20 intervals are too narrow.",
        "Judge 20 groups or more before you trust an interval.",
    ),
    Page(
        "RR417",
        "A threshold was wished for and none was chosen",
        "The policy names costs, a recall, a precision or alarms a day, and this evaluation has nothing to choose by.",
        "Give probabilities, or say which class is positive; or take the wish out of the policy.",
    ),
)
"""In the order of their codes."""


def explain(code: str) -> str:
    """The page of a finding, as Markdown: what it means, why it matters, and what to do.

    Args:
        code: such as `"RR101"`; small letters are understood.

    Raises:
        UsageError: no finding has this code.

    Example:
        >>> print(explain("rr203").splitlines()[0])
        # RR203: The validation part is small
    """
    texts = _texts()
    wanted = code.strip().upper()
    if wanted not in texts:
        raise UsageError(f"No finding has the code {code!r}. {_offer(wanted, texts)}")
    return texts[wanted]


def _offer(wanted: str, known: Iterable[str]) -> str:
    """The nearest numbers for a code that is none, since its letters say nothing; else the nearest words."""
    if not re.fullmatch(r"RR\d{1,4}", wanted):
        return nearest(wanted, known)
    close = sorted(known, key=lambda code: (abs(int(code[2:]) - int(wanted[2:])), code))[:3]
    return f"Did you mean {' or '.join(close)}?"


def codes() -> tuple[str, ...]:
    """Every code that has a page, in order."""
    return tuple(_texts())


def listing() -> str:
    """All findings by what they point to, as Markdown.

    Example:
        >>> "RR101" in listing()
        True
    """
    return _index(link=False)


def pages() -> dict[str, str]:
    """The files of `docs/rules`: their names and texts."""
    return {"README.md": _index(link=True), **{f"{code}.md": text + "\n" for code, text in _texts().items()}}


def _texts() -> dict[str, str]:
    texts = {rule.code: _of_rule(rule) for rule in RULES}
    texts |= {page.code: _of_other(page) for page in OTHERS}
    return {code: texts[code] for code in sorted(texts)}


def _of_rule(rule: Rule) -> str:
    points_to = f"Points to: {rule.cause.words}." if rule.cause is not Cause.NONE else "It is advice, and never leads."
    parts = rule.parts
    body = [f"## {heading}\n\n{parts[heading]}" for heading in HEADINGS if heading in parts]
    return "\n\n".join([f"# {rule.code}: {rule.title}", f"Name: `{rule.name}`. {points_to}", *body])


def _of_other(page: Page) -> str:
    family = f"About: {FAMILIES[page.code[:3]]}."
    return (
        f"# {page.code}: {page.title}\n\n{family}\n\n## What it means\n\n{page.means}\n\n## What to do\n\n{page.mend}"
    )


def _index(*, link: bool) -> str:
    parts = ["# The findings", "`rightrate explain CODE` shows one of these pages."]
    if link:
        parts.append("Generated by `python scripts/make_rule_pages.py` from the source; do not edit them here.")
    parts.append(f"## {FAMILIES['RR1']}")
    causes = [cause for cause in Cause if any(rule.cause is cause for rule in RULES)]
    for cause in causes:
        title = "advice only" if cause is Cause.NONE else cause.words
        parts.append(f"### Points to: {title}")
        parts.append(_list(((rule.code, rule.title) for rule in RULES if rule.cause is cause), link))
    for family, title in FAMILIES.items():
        members = [(page.code, page.title) for page in OTHERS if page.code.startswith(family)]
        if members:
            parts += [f"## {title}", _list(members, link)]
    return "\n\n".join(parts) + "\n"


def _list(items: Iterable[tuple[str, str]], link: bool) -> str:
    return "\n".join(
        f"- [{code}]({code}.md): {title}" if link else f"- {code}: {title}" for code, title in sorted(items)
    )
