"""The sections of a judgement in their order; terminal, Markdown and HTML lay out these and add none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import Enum

from rightrate.report import words
from rightrate.report.judged import at_prevalence, tables
from rightrate.report.judged import words as say
from rightrate.report.judged.matrix import matrix
from rightrate.report.section import Pair, Section
from rightrate.verdict import Judgement, Policy

# What a reader of the matrix must know, and no heading says.
MATRIX_WORDS = "Rows are the true class, columns what the model answered."


@dataclass(frozen=True)
class Limits:
    """How much of each list an output shows; None shows all.

    Args:
        criteria, classes, confusions, slices, findings, steps: most entries of each list.
        matrix: most classes of a confusion matrix.
        names: most characters of all class names together that can stand above the matrix's columns; more are
            replaced by the numbers of the classes.
        brief: leave out what 80 columns have no room for.
        unfolded: most rows of the criteria and of the classes that are seen at once, where an output can fold the
            rest away; None where it cannot.
    """

    criteria: int | None = None
    classes: int | None = None
    confusions: int = 20
    slices: int | None = None
    findings: int | None = None
    steps: int | None = None
    matrix: int = tables.MATRIX_CLASSES
    names: int = 150
    brief: bool = False
    unfolded: int | None = None


def sections(judgement: Judgement, limits: Limits) -> tuple[Section, ...]:
    """Return those sections that have something to say, in the order of every output."""
    made = (
        criteria(judgement, limits),
        next_steps(judgement, limits),
        findings(judgement, limits),
        per_class(judgement, limits),
        confusion(judgement, limits),
        operating_points(judgement, limits),
        comparison(judgement),
        slices(judgement, limits),
        figures(judgement),
        about(judgement),
    )
    return tuple(section for section in made if section is not None)


def criteria(judgement: Judgement, limits: Limits) -> Section:
    """Return the criteria with what they still need; a policy without any says so."""
    shown = judgement.criteria[: limits.criteria]
    needed = [sentence for sentence in map(say.needed, shown) if sentence]
    reasons = [f"{words.clean(c.code)}, {say.short(c.name, 120)}: {say.sentence(c.reason)}" for c in shown if c.reason]
    if not judgement.criteria:
        return Section("criteria", "Criteria", before=("No criterion was judged, so nothing was passed.",))
    most = limits.findings if limits.unfolded is None else limits.unfolded
    after = (*_cut(reasons, most), *_cut(needed, most))
    if limits.unfolded is None or len(shown) <= limits.unfolded:
        return Section("criteria", "Criteria", table=tables.criteria(judgement, limits.criteria), after=after)
    return Section(
        "criteria",
        "Criteria",
        table=replace(tables.criteria(judgement, limits.unfolded), note=None),
        after=after,
        folded=tables.criteria(judgement, limits.criteria, skipped=limits.unfolded),
    )


def next_steps(judgement: Judgement, limits: Limits) -> Section | None:
    """Return what to do next."""
    if not judgement.next_steps:
        return None
    return Section("next", "What to do next", steps=_cut(map(say.sentence, judgement.next_steps), limits.steps))


def findings(judgement: Judgement, limits: Limits) -> Section | None:
    """Return what else to know, the most serious first."""
    if not judgement.findings:
        return None
    shown = judgement.findings[: limits.findings]
    found = tuple(
        (f"{f.severity.value} {words.clean(f.code)}", say.sentence(f.title), say.sentence(f.advice)) for f in shown
    )
    rest = tables.more(len(shown), len(judgement.findings))
    return Section("findings", "Findings", findings=found, after=(rest,) if rest else ())


def per_class(judgement: Judgement, limits: Limits) -> Section | None:
    """Return the figures of each class; the worst ones where there are too many."""
    if not judgement.per_class:
        return None
    title = "Labels" if judgement.task == "multilabel" else "Classes"
    share = at_prevalence.prevalence(judgement)
    own = at_prevalence.Prevalence(share.rows, None).said
    before = (f"Precision here is {own}.",) if share.production is not None else ()
    if limits.unfolded is None or len(judgement.per_class) <= limits.unfolded:
        return Section("classes", title, before, table=tables.per_class(judgement, limits.classes, brief=limits.brief))
    note = f"the worst {limits.unfolded} first"
    worst = replace(tables.per_class(judgement, limits.unfolded), note=note)
    rest = tables.per_class(judgement, limits.classes, skipped=limits.unfolded)
    return Section("classes", title, before, table=worst, folded=rest)


def confusion(judgement: Judgement, limits: Limits) -> Section | None:
    """Return the confusion matrix, or the top confusions where it would be too large to read."""
    count = len(judgement.confusion)
    if not count:
        return None
    if count <= limits.matrix:
        called_by_number = numbered(judgement, limits)
        table = tables.confusion(judgement, numbered=called_by_number)
        cells = matrix(judgement, numbered=called_by_number)
        numbers = " A column's number is that of its class." if called_by_number else ""
        return Section("confusion", "Confusion matrix", before=(MATRIX_WORDS + numbers,), matrix=cells, table=table)
    top = tables.top_confusions(judgement, limits.confusions)
    if not top.rows:
        return Section("confusion", "Confusions", before=("No row was answered wrongly.",))
    said = f"The matrix of {count} classes would be too large to read: these are its largest wrong cells."
    return Section("confusion", "Confusions", before=(said,), table=top)


def numbered(judgement: Judgement, limits: Limits) -> bool:
    """Tell whether the matrix's columns are called by number, since the names would not fit above them."""
    return sum(len(say.class_name(name, 24)) + 1 for name in judgement.class_names) > limits.names


def operating_points(judgement: Judgement, limits: Limits) -> Section | None:
    """Return the thresholds that could be used instead; terminals and pages tell only the wishes that cannot be met."""
    points = judgement.operating_points
    if not points:
        return None
    short = limits.brief or limits.unfolded is not None
    said = tuple(say.sentence(p.said) for p in points if p.said and not (short and p.feasible))
    share = at_prevalence.prevalence(judgement)
    where = f", {share.said}" if share.production is not None else ""
    before = (
        f"Precision, recall and alarms are of rows that the threshold was not chosen on{where}; a wish that was met "
        "where it was chosen may be missed there.",
    )
    if limits.brief:
        costs = [(say.sentence(p.goal), p.cost) for p in points if p.cost is not None]
        said += tuple(f"{goal[:1].upper()}{goal[1:]}: {words.number(cost)} for each row." for goal, cost in costs)
    return Section(
        "thresholds", "Other thresholds", before=before, table=tables.operating_points(judgement), after=said
    )


def comparison(judgement: Judgement) -> Section | None:
    """Return the model against its baseline."""
    against = judgement.comparison
    if against is None:
        return None
    title = f"Against {say.short(against.baseline)}"
    return Section("comparison", title, before=(say.sentence(against.said),), table=tables.comparison(judgement))


def slices(judgement: Judgement, limits: Limits) -> Section | None:
    """Return the parts of the rows, the worst first."""
    if not judgement.slices:
        return None
    said = ("The worst first; intervals are wider, since many parts were looked at.",)
    return Section("slices", "Parts of the rows", before=said, table=tables.slices(judgement, limits.slices))


def figures(judgement: Judgement) -> Section | None:
    """Return the figures of the whole evaluation, and why others were not measured."""
    if not judgement.metrics and not judgement.per_class:
        return None
    missing = tables.not_measured(judgement)
    table = tables.metrics(judgement)
    after = (f"Not measured: {say.listed(missing, 6)}.",) if missing else ()
    if not table.rows and not after:
        return None
    return Section("figures", "All rows together", table=table if table.rows else None, after=after)


def about(judgement: Judgement) -> Section:
    """Return how it was measured: the policy, and what was judged with what."""
    line = say.policy_line(judgement.policy)
    pairs: list[Pair] = [("Judged", say.subject(judgement))]
    pairs += [(say.short(str(label)), say.sentence(str(text))) for label, text in judgement.about.items()]
    changed = _changed(judgement.policy)
    if changed:
        pairs.append(("Policy, where it is not the default", say.sentence(changed)))
    return Section("about", "How it was measured", before=(line,) if line else (), pairs=tuple(pairs))


def _changed(policy: Mapping[str, object]) -> str:
    """Return the settings of the policy that differ from the default ones."""
    default = asdict(Policy())
    own = [(name, plain(value)) for name, value in policy.items() if plain(value) != plain(default.get(name))]
    return ", ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in own)


def plain(value: object) -> object:
    """Return a value as JSON has it: enumerations by value, dates as text, tuples as lists, NaN as None.

    Example:
        >>> plain({"a": (1, float("nan"), date(2027, 1, 31))})
        {'a': [1, None, '2027-01-31']}
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "item") and not isinstance(value, str):  # a scalar of NumPy
        return plain(value.item())
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def _cut(sentences: Iterable[str], most: int | None) -> tuple[str, ...]:
    every = tuple(sentences)
    rest = tables.more(len(every[:most]), len(every))
    return (*every[:most], *((rest,) if rest else ()))
