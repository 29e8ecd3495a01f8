"""The tables of a judgement, as texts ready to be laid out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rightrate.report import words
from rightrate.report.judged import at_prevalence
from rightrate.report.judged import words as say
from rightrate.report.table import Table
from rightrate.scoring.figure import Figure
from rightrate.verdict import Judgement

# More classes than these make a matrix that nobody reads; the number.
MATRIX_CLASSES = 12
_PER_CLASS = ("precision", "recall", "f1", "specificity")
_BRIEF = ("precision", "recall", "f1")


def criteria(judgement: Judgement, most: int | None = None, *, skipped: int = 0) -> Table:
    """Return all criteria, those that decided first, without the first `skipped`; `most` is the number of the last."""
    shown = judgement.criteria[skipped:most]
    rows = tuple(
        (
            say.mark(c),
            words.clean(c.code),
            say.short(c.name, 120),
            say.value(c.metric, c.figure),
            say.interval(c.metric, c.figure),
            say.rows_counted(c.figure.n),
            say.bar(c),
            c.band.value if c.band else "",
            say.evidence(c),
        )
        for c in shown
    )
    tones = {"pass": "good", "FAIL": "bad", "warn": "bad", "open": "open"}
    columns = ("result", "code", "criterion", "value", "interval", "rows", "bar", "band", "evidence")
    return Table(
        columns,
        rows,
        note=more(skipped + len(shown), len(judgement.criteria)),
        tones=tuple(tones.get(row[0], "") for row in rows),
    )


def more(shown: int, every: int) -> str | None:
    """Return how many rows were left out; None where all are shown.

    Example:
        >>> more(12, 100), more(3, 3)
        ('and 88 more', None)
    """
    return f"and {every - shown:,} more" if every > shown else None


def worst_first(judgement: Judgement) -> list[str]:
    """Return the class names by their lower one of precision and recall; those without either come last."""
    return sorted(judgement.per_class, key=lambda name: _lowest(judgement, name))


def _lowest(judgement: Judgement, name: str) -> float:
    figures = judgement.per_class[name]
    values = [figures[metric].value for metric in ("precision", "recall") if metric in figures]
    return min((value for value in values if value is not None and not math.isnan(value)), default=math.inf)


def per_class(judgement: Judgement, most: int | None = None, *, brief: bool = False, skipped: int = 0) -> Table:
    """Return the figures of each class: all in their own order, or the `most` worst ones, worst first.

    Args:
        skipped: how many of the worst to leave out, as another table shows them.
        brief: no specificity, and no interval of F1, for 80 columns.
    """
    names = list(judgement.per_class)
    cut = most is not None and len(names) > most
    shown = worst_first(judgement)[skipped:most] if cut or skipped else names
    wanted = _BRIEF if brief else _PER_CLASS
    present = [metric for metric in wanted if any(metric in judgement.per_class[name] for name in shown)]
    rows = tuple(
        (
            say.class_name(name),
            say.value("support", _figure(judgement, name, "support")),
            *(
                (say.value if brief and metric == "f1" else say.with_interval)(metric, _figure(judgement, name, metric))
                for metric in present
            ),
        )
        for name in shown
    )
    positive = shown.index(judgement.positive) if judgement.positive in shown else None
    note = f"the worst {len(shown)} first, {more(len(shown), len(names))}" if cut else None
    return Table(("class", "rows", *(say.metric_name(metric) for metric in present)), rows, positive, note)


def _figure(judgement: Judgement, name: str, metric: str) -> Figure:
    return judgement.per_class[name].get(metric) or Figure.missing("not part of this evaluation")


def not_measured(judgement: Judgement) -> tuple[str, ...]:
    """Return what was not measured, and why, each reason once."""
    reasons: dict[str, list[str]] = {}
    for metric, figure in judgement.metrics.items():
        if figure.why is not None:
            reasons.setdefault(figure.why, []).append(say.metric_name(metric))
    for name, figures in judgement.per_class.items():
        for metric, figure in figures.items():
            if figure.why is not None:
                reasons.setdefault(figure.why, []).append(f"{say.metric_name(metric)} of '{say.class_name(name)}'")
    return tuple(say.sentence(f"{say.listed(whose, 4, ', ')} ({why})") for why, whose in reasons.items())


def confusion(judgement: Judgement, *, numbered: bool) -> Table:
    """Return the confusion matrix: a row for each true class, a column for each answered one.

    Args:
        numbered: columns are called by the number of their class, where names would not fit.
    """
    names = [say.class_name(name, 24) for name in judgement.class_names]
    labels = [f"{number} {name}" for number, name in enumerate(names, 1)] if numbered else names
    columns = ("true", *(str(number) if numbered else name for number, name in enumerate(names, 1)))
    rows = tuple(
        (label, *(words.count(count) for count in counts))
        for label, counts in zip(labels, judgement.confusion, strict=True)
    )
    return Table(columns, rows)


def top_confusions(judgement: Judgement, most: int) -> Table:
    """Return the most frequent wrong answers, and what share of their true class they are."""
    names = judgement.class_names
    wrong = [
        (count, true, answered, sum(counts))
        for true, counts in enumerate(judgement.confusion)
        for answered, count in enumerate(counts)
        if true != answered and count
    ]
    wrong.sort(key=lambda cell: (-cell[0], cell[1], cell[2]))
    rows = tuple(
        (
            say.class_name(names[true]),
            say.class_name(names[answered]),
            words.count(count),
            words.percent(count / total),
        )
        for count, true, answered, total in wrong[:most]
    )
    columns = ("true", "answered", "rows", "share of the true class")
    return Table(columns, rows, note=more(len(rows), len(wrong)))


def metrics(judgement: Judgement) -> Table:
    """Return the measured figures of the whole evaluation."""
    rows = tuple(
        (say.metric_name(metric), say.value(metric, figure), say.interval(metric, figure), say.rows_counted(figure.n))
        for metric, figure in judgement.metrics.items()
        if figure.measured
    )
    return Table(("figure", "value", "interval", "rows"), rows)


def operating_points(judgement: Judgement) -> Table:
    """Return the thresholds that could be used instead; a wish that cannot be met has the nearest one."""
    points = judgement.operating_points
    costs = any(point.cost is not None for point in points)
    rows = tuple(
        (
            say.short(point.goal if point.feasible else f"cannot be met: {point.goal}", 120),
            _threshold(point.threshold),
            say.with_interval("precision", point.precision),
            say.with_interval("recall", point.recall),
            say.value("alarms", point.alarms),
            *(("" if point.cost is None else words.number(point.cost),) if costs else ()),
        )
        for point in points
    )
    columns = ("goal", "threshold", "precision", "recall", "alarms")
    return Table((*columns, *(("cost of a row",) if costs else ())), rows)


def _threshold(value: float | None) -> str:
    return "none" if value is None else words.number(value)


def comparison(judgement: Judgement) -> Table | None:
    """Return the differences to the baseline; None where there is none, or nothing to list."""
    if judgement.comparison is None or not judgement.comparison.differences:
        return None
    rows = tuple(
        (
            say.metric_name(metric),
            say.difference(metric, figure),
            say.difference_interval(metric, figure),
            say.settles(figure),
        )
        for metric, figure in judgement.comparison.differences.items()
    )
    return Table(("figure", "model minus baseline", "interval", "evidence"), rows)


def slices(judgement: Judgement, most: int | None = None) -> Table:
    """Return the parts of the rows, the worst first; at most `most` of them."""
    shown = judgement.slices[:most]
    rows = tuple(
        (
            say.short(f"{part.column} = {part.value}"),
            say.metric_name(part.metric),
            say.value(part.metric, part.figure),
            say.interval(part.metric, part.figure),
            say.rows_counted(part.figure.n),
        )
        for part in shown
    )
    return Table(("part", "figure", "value", "interval", "rows"), rows, note=more(len(shown), len(judgement.slices)))


def thresholds(judgement: Judgement, most: int) -> Table | None:
    """Return what each threshold does, thinned evenly to `most` rows; None without such a curve."""
    names = ("threshold", "precision", "recall", "alarms")
    curve = at_prevalence.curves(judgement).get("thresholds", {})
    if not all(curve.get(name) for name in names):
        return None
    lines = [line for line in zip(*(curve[name] for name in names), strict=True) if math.isfinite(line[0])]
    kept = _evenly(lines, most)
    rows = tuple((words.number(line[0]), *(_share(share) for share in line[1:])) for line in kept)
    return Table(names, rows, note=_note(judgement, len(kept), len(lines), "thresholds"))


def _evenly(lines: Sequence[tuple[float, ...]], most: int) -> list[tuple[float, ...]]:
    """Return at most `most` lines, the first and the last among them."""
    if len(lines) <= most:
        return list(lines)
    return [lines[round(i * (len(lines) - 1) / (most - 1))] for i in range(most)]


def _share(value: float) -> str:
    return words.percent(None if math.isnan(value) else value)


def ranking(judgement: Judgement, most: int) -> Table:
    """Return the numbers behind the chart of precision and recall: by threshold where that is known."""
    by_threshold = thresholds(judgement, most)
    if by_threshold is not None:
        return by_threshold
    curve = at_prevalence.curves(judgement).get("precision_recall", {})
    lines = list(zip(curve.get("recall", ()), curve.get("precision", ()), strict=True))
    kept = _evenly(lines, most)
    note = _note(judgement, len(kept), len(lines), "points")
    return Table(("recall", "precision"), tuple(tuple(map(_share, line)) for line in kept), note=note)


def _note(judgement: Judgement, kept: int, every: int, what: str) -> str | None:
    """At which prevalence these are, and how many of them; None where there is nothing to say."""
    cut = "" if kept == every else f"{kept} of {every} {what}"
    return ", ".join(part for part in (cut, at_prevalence.prevalence(judgement).said) if part) or None


def calibration(judgement: Judgement) -> Table:
    """Return the numbers behind the chart of calibration."""
    curve = judgement.curves.get("calibration", {})
    lines = zip(*(curve.get(name, ()) for name in ("confidence", "observed", "count")), strict=True)
    rows = tuple((_share(said), _share(seen), say.rows_counted(count)) for said, seen, count in lines)
    return Table(("mean predicted probability", "observed share", "rows"), rows)
