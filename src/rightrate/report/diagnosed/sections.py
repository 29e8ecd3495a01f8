"""The parts of a diagnosis in their order; terminal, Markdown and HTML lay out these and add none."""

from __future__ import annotations

from collections.abc import Sequence

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.examine import Answer, Examined
from rightrate.diagnosis.reading import Reading
from rightrate.report import words
from rightrate.report.diagnosed import words as say
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.report.section import Pair
from rightrate.report.table import Table


def headline(shown: Diagnosed) -> str:
    """What leads: of several trainings where the best rate lies, of one its cause."""
    if shown.comparison is not None:
        return say.sentence(shown.comparison.sentence)
    return say.sentence(shown.main.leading.sentence)


def advice(shown: Diagnosed) -> str:
    """What to change; empty where there is nothing to change."""
    if shown.comparison is not None:
        return say.sentence(shown.comparison.advice)
    return say.sentence(shown.main.leading.advice)


def leading(examined: Examined) -> tuple[str, str, str]:
    """What leads in one training: the severity with the code (or nothing, where no rule leads), sentence, advice."""
    one = examined.leading
    severity = next((answer.check.severity for answer in examined.answers if answer.rule.code == one.code), None)
    tag = f"{severity.value} {one.code}" if severity is not None else ""
    return tag, say.sentence(one.sentence), say.sentence(one.advice)


def cause(shown: Diagnosed) -> str:
    """What leads in a few words, with a capital."""
    compared = shown.comparison
    if compared is not None:
        rates = [row.learning_rate for row in compared.rows if row.name == compared.chosen]
        known = rates and rates[0] is not None
        return f"Best rate: {say.rate(rates[0])}" if known else "No best rate is known"
    words_of_it = shown.main.leading.cause.words
    return words_of_it[0].upper() + words_of_it[1:]


def tone(examined: Examined) -> str:
    """Whether a reader should be glad: `"good"`, `"bad"` or `"open"`."""
    if examined.leading.cause is Cause.NOT_ENOUGH_DATA or examined.band.band is None:
        return "open"
    return {"good": "good", "fair": "open", "bad": "bad"}[examined.band.band]


def band(examined: Examined) -> tuple[str, str]:
    """The band, and why where that is not what leads anyway."""
    why = say.sentence(examined.band.why)
    return examined.band.band or "not known", "" if why == say.sentence(examined.leading.sentence) else why


def subject(shown: Diagnosed) -> str:
    """What was diagnosed."""
    if shown.has_several:
        return f"{len(shown.examined)} trainings"
    return of_training(shown.main)


def of_training(examined: Examined) -> str:
    """The training's name, and how much of it there is."""
    training = examined.training
    points = Reading(training).points
    unit = "epoch" if training.unit == "epoch" else "point"
    longest = max((len(curve) for curve in training.curves.values()), default=0)
    amount = words.counted(longest if training.unit == "epoch" else max(points, longest), unit)
    return f"{say.name(training.name)}, {amount}"


def others(examined: Examined) -> tuple[tuple[str, str, str], ...]:
    """Each finding but the leading one: its severity with its code, its sentence and its advice."""
    kept = [one for one in examined.findings if one.code != examined.leading.code]
    return tuple(
        (f"{one.severity.value} {one.code}", say.sentence(one.title), say.sentence(one.advice)) for one in kept
    )


def findings(examined: Examined) -> tuple[tuple[str, str, str], ...]:
    """Each finding, the leading one first."""
    first = leading(examined)
    return ((first,) if first[0] else ()) + others(examined)


def comparison(shown: Diagnosed) -> Table | None:
    """The trainings side by side, by rising rate; None where there are not several."""
    if shown.comparison is None:
        return None
    quantity = {"val_loss": "validation loss", "loss": "training loss"}.get(shown.comparison.quantity, "loss")
    by_name = {one.training.name: one for one in shown.examined}
    rows, tones = [], []
    for row in shown.comparison.rows:
        chosen = row.name == shown.comparison.chosen
        rows.append(
            (
                say.rate(row.learning_rate),
                say.loss(row.final),
                say.loss(row.best),
                ("best" if chosen else row.place) if row.place != "unknown" or chosen else "not known",
                by_name[row.name].leading.cause.value.replace("_", " "),
                say.name(row.name),
            )
        )
        tones.append("good" if chosen else "bad" if row.place in ("too high", "too low") else "")
    left = len(shown.examined) - len(rows)
    note = f"{words.counted(left, 'training')} cannot be compared with the others." if left else ""
    columns = ("learning rate", f"final {quantity}", "lowest", "place", "what leads", "training")
    return Table(columns, tuple(rows), note=note or None, tones=tuple(tones))


def rules(examined: Examined) -> Table:
    """Every rule with what came of it."""
    rows = tuple((one.rule.code, one.rule.name, say.outcome(one), say.said(one)) for one in examined.answers)
    tones = tuple(_tone(one) for one in examined.answers)
    return Table(("rule", "name", "answer", "why"), rows, tones=tones)


def rules_in_short(examined: Examined) -> Table:
    """What came of all rules, counted, with the codes."""
    groups: dict[str, list[Answer]] = {}
    for answer in examined.answers:
        groups.setdefault("ignored" if answer.ignored is not None else answer.check.outcome.value, []).append(answer)
    order = [*(outcome.value for outcome in Outcome), "ignored"]
    rows = [
        (group.replace("_", " "), str(len(groups[group])), _codes(groups[group], has_reason=group == "ignored"))
        for group in order
        if group in groups
    ]
    return Table(("answer", "rules", "codes"), tuple(rows))


def missing(examined: Examined) -> tuple[Pair, ...]:
    """What the rules that had not enough data still need, each sentence once."""
    by_why: dict[str, list[str]] = {}
    for answer in examined.answers:
        if answer.check.outcome is Outcome.NOT_ENOUGH_DATA:
            by_why.setdefault(say.sentence(answer.check.why), []).append(answer.rule.code)
    return tuple((", ".join(codes), why) for why, codes in by_why.items())


def about(shown: Diagnosed) -> tuple[Pair, ...]:
    """What was read, and what was known of it."""
    training = shown.training
    pairs = [("Training", of_training(shown.main)), ("Read from", words.shorten(training.source, say.SENTENCE))]
    pairs.append(("Curves", say.listed(map(say.name, training.curves), 12) or "none"))
    peak = Reading(training).peak
    if peak is not None:
        pairs.append(("Learning rate", f"{say.rate(peak)} at its peak"))
    known = training.setting.known
    if known:
        pairs.append(("Known of it", ", ".join(f"{key} = {words.shorten(str(known[key]), 80)}" for key in known)))
    return tuple(pairs)


def plain_lines(shown: Diagnosed) -> list[str]:
    """A few lines without any layout: what leads, the band, the findings."""
    lines = [headline(shown)]
    lines += [advice(shown)] if advice(shown) else []
    if shown.comparison is not None:
        lines += [f"{say.name(shown.training.name)}: {say.sentence(shown.main.leading.sentence)}"]
    lines.append("Band: " + ". ".join(part for part in band(shown.main) if part).removesuffix(".") + ".")
    lines += [f"{tag}: {title} {text}".rstrip() for tag, title, text in others(shown.main)]
    return lines


def _tone(answer: Answer) -> str:
    if not answer.counts or answer.check.severity is None:
        return ""
    return "bad" if answer.check.severity.value == "critical" else "open"


def _codes(answers: Sequence[Answer], *, has_reason: bool) -> str:
    if not has_reason:
        return " ".join(answer.rule.code for answer in answers)
    return "; ".join(f"{answer.rule.code}: {say.sentence(answer.ignored or '')}" for answer in answers)
