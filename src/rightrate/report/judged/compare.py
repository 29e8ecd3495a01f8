"""What changed between two verdicts, as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from rightrate.report.judged import words as say
from rightrate.report.judged.markdown import escaped
from rightrate.scoring.figure import Figure
from rightrate.verdict import Outcome
from rightrate.verdict.difference import Change, Difference

# Rows of the table: a comment must be read, and its limit is 64 KB.
_MOST = 60
_SAID = {Outcome.FIT: "FIT", Outcome.NOT_FIT: "NOT FIT", Outcome.NOT_ENOUGH_EVIDENCE: "NOT ENOUGH EVIDENCE"}


def to_markdown(difference: Difference) -> str:
    """The two answers, then every figure that both have: the proven changes first.

    Example:
        >>> from rightrate.verdict.difference import Difference
        >>> print(to_markdown(Difference(Outcome.NOT_FIT, Outcome.FIT, "Recall is low.", "All is well.", (), (), ())))
        ## NOT FIT → FIT
        <BLANKLINE>
        - before: Recall is low.
        - now: All is well.
        <BLANKLINE>
        No figure is in both verdicts.
        <BLANKLINE>
    """
    lines = [
        f"## {_SAID[difference.old]} → {_SAID[difference.new]}",
        "",
        f"- before: {escaped(difference.old_reason)}",
        f"- now: {escaped(difference.new_reason)}",
        "",
    ]
    if difference.mismatch:
        lines += [f"**{escaped(difference.mismatch)}**", ""]
    changes = difference.changes
    if changes:
        proven = sum(change.proven for change in changes)
        looks = f" (Holm's correction for {len(changes)} figures)" if len(changes) > 1 else ""
        lines += [f"{proven} of {len(changes)} figures changed beyond chance{looks}.", "", *_table(changes[:_MOST])]
        if len(changes) > _MOST:
            lines += ["", f"And {len(changes) - _MOST} more figures; the JSON files have them."]
    else:
        lines.append("No figure is in both verdicts.")
    for name, only in (("before", difference.only_old), ("now", difference.only_new)):
        if only:
            lines += ["", f"Measured only {name}: {escaped(say.listed(map(named, only), 12, ', '))}."]
    if changes:
        lines += [
            "",
            "The rows of the two are taken as independent. Where both judged the same rows, "
            "`rightrate judge NEW --baseline OLD` pairs them and proves more.",
        ]
    return "\n".join(lines) + "\n"


def _table(changes: Iterable[Change]) -> list[str]:
    rows = ["| figure | before | now | change | |", "| --- | ---: | ---: | ---: | --- |"]
    for change in changes:
        metric = change.name.split(" of ")[0]
        cells = (
            escaped(named(change.name)),
            say.with_interval(metric, change.old),
            say.with_interval(metric, change.new),
            _moved(metric, change.difference),
            meaning(change),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def named(name: str) -> str:
    """Write a figure's name.

    Example:
        >>> named("macro_f1"), named("f1 of 'my_class'")
        ('macro F1', "F1 of 'my_class'")
    """
    metric, of, label = name.partition(" of ")
    return f"{say.metric_name(metric)}{of}{say.short(label, 80)}"


def _moved(metric: str, figure: Figure) -> str:
    return say.difference(metric, figure)


def meaning(change: Change) -> str:
    """Write whether a change is for the better, and whether it is proven."""
    if change.better is None:
        return "unchanged"
    return f"{'better' if change.better else 'worse'}, {'proven' if change.proven else 'not proven'}"
