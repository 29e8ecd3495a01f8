"""Names of columns and tags -> Keras's words, by one table; two candidates are a question, never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rightrate.errors import DataError, is_near, nearest
from rightrate.importers.logs.log import Columns

QUANTITIES: Mapping[str, str] = {
    "loss": "loss",
    "accuracy": "accuracy",
    "acc": "accuracy",
    "learning_rate": "learning_rate",
    "learningrate": "learning_rate",
    "learning rate": "learning_rate",
    "lr": "learning_rate",
    "gradient_norm": "gradient_norm",
    "grad_norm": "gradient_norm",
    "gradnorm": "gradient_norm",
    "global_gradient_norm": "gradient_norm",
    "global_grad_norm": "gradient_norm",
}
"""What is left of a name without its split, in lower case -> the name in Keras's words."""

SPLITS: Mapping[str, str] = {
    "train": "",
    "training": "",
    "val": "val_",
    "valid": "val_",
    "validation": "val_",
    "eval": "val_",
    "evaluation": "val_",
    "dev": "val_",
}
"""The split at the beginning or end of a name -> the prefix in Keras's words. `test` is not validation."""

MUST_BE_CLEAR = ("loss", "val_loss")
"""Two candidates for one of these stop the reading; for others both keep their own name, with a warning."""

_MARKS = r"[\s/_.:|-]+"
_SPLIT_FIRST = re.compile(rf"({'|'.join(SPLITS)}){_MARKS}(.+)", re.IGNORECASE | re.DOTALL)
_SPLIT_LAST = re.compile(rf"(.+?){_MARKS}({'|'.join(SPLITS)})", re.IGNORECASE | re.DOTALL)
_FORKED = re.compile(r"(.+)_(step|epoch)", re.IGNORECASE | re.DOTALL)
_LIGHTNING_RATE = re.compile(r"lr-[^/\s]+(/pg\d+)?", re.IGNORECASE)


def canonical(name: str) -> str:
    """The name in Keras's words.

    Edge cases: an unknown name keeps its spelling, without the word for the training split; `X_step` and `X_epoch`
    (two granularities of one quantity, written by PyTorch Lightning) are read as X.

    Source of the tables: Keras, Hugging Face `Trainer`, PyTorch Lightning (`LearningRateMonitor` writes `lr-Adam`),
    fastai, and PyTorch's tutorials for TensorBoard.

    Example:
        >>> [canonical(name) for name in ("valid_loss", "eval/acc", "Loss/train", "lr-AdamW", "train_f1", "my metric")]
        ['val_loss', 'val_accuracy', 'loss', 'learning_rate', 'f1', 'my metric']
    """
    name = name.strip()
    if _LIGHTNING_RATE.fullmatch(name):
        return "learning_rate"
    prefix, rest = _split(name)
    known = QUANTITIES.get(rest.lower())
    if known is None and (forked := _FORKED.fullmatch(rest)):
        prefix_of_base, base = _split(forked[1]) if not prefix and rest == name else (prefix, forked[1])
        known = QUANTITIES.get(base.lower())
        prefix = prefix_of_base if known else prefix
    if known in ("learning_rate", "gradient_norm"):
        return known
    return prefix + (known or rest)


def _split(name: str) -> tuple[str, str]:
    if first := _SPLIT_FIRST.fullmatch(name):
        return SPLITS[first[1].lower()], first[2]
    if last := _SPLIT_LAST.fullmatch(name):
        return SPLITS[last[2].lower()], last[1]
    return "", name


def resolve(names: Iterable[str], columns: Columns, path: str) -> tuple[dict[str, str], list[str]]:
    """Give each raw name its name in Keras's words.

    Args:
        names: raw names of one training that have values.
        columns: what the user said, by quantity; it wins over the table.
        path: of the log, for the error.

    Returns:
        raw name -> name, each name once; and warnings.

    Raises:
        DataError: two columns could both be the loss, or the validation loss.

    Example:
        >>> resolve(["train_loss", "valid_loss"], {}, "log.csv")[0]
        {'train_loss': 'loss', 'valid_loss': 'val_loss'}
    """
    said = {raw: name for name, raw in columns.items()}
    candidates: dict[str, list[str]] = {}
    for raw in names:
        if raw not in said:
            candidates.setdefault(canonical(raw), []).append(raw)
    names_of = {raw: said[raw] for raw in names if raw in said}
    warnings = []
    for name, raws in candidates.items():
        winner = None if name in columns else _winner(raws)
        if winner is None and name not in columns:
            question = (
                f"{_listed(raws)} could each be {name!r}. Say which with "
                f"columns={{{name!r}: {raws[0]!r}}} or columns={{{name!r}: {raws[1]!r}}}."
            )
            if name in MUST_BE_CLEAR:
                raise DataError(f"The log '{path}' does not say which column is {name!r}: {question}")
            warnings.append(f"No curve {name!r} was read: {question}")
        for raw in raws:
            names_of[raw] = name if raw == winner else raw
    return _each_once(names_of), warnings


def _winner(raws: list[str]) -> str | None:
    """The only candidate, or of `X_step` and `X_epoch` the finer one; None where it is a question."""
    if len(raws) == 1:
        return raws[0]
    by_step = [raw for raw in raws if raw.lower().endswith("_step")]
    by_epoch = [raw for raw in raws if raw.lower().endswith("_epoch")]
    if len(raws) == 2 and len(by_step) == 1 and len(by_epoch) == 1 and by_step[0][:-5] == by_epoch[0][:-6]:
        return by_step[0]
    return None


def _each_once(names_of: dict[str, str]) -> dict[str, str]:
    """Let a raw name that collides with another one's new name stay apart."""
    taken: set[str] = set()
    result = {}
    for raw, name in sorted(names_of.items(), key=lambda pair: pair[0] == pair[1]):
        while name in taken:
            name += " (column)"
        taken.add(name)
        result[raw] = name
    return {raw: result[raw] for raw in names_of}


KNOWN = (*dict.fromkeys([*QUANTITIES.values(), "val_loss", "val_accuracy"]), "epoch", "step")
"""What a column may be mapped to for the rules to know it; any other name is a metric of the user's own."""


def check_names(columns: Columns) -> None:
    """Refuse a mapping whose quantity is nearly one that the rules know, or that takes the loss away.

    Raises:
        DataError: such a name.

    Example:
        >>> check_names({"val_loss": "vce", "my_score": "score"})
        >>> check_names({"vall_loss": "vce"})
        Traceback (most recent call last):
        ...
        rightrate.errors.DataError: `columns` maps 'vce' to 'vall_loss', which no rule knows. Did you mean val_loss?
    """
    for name, raw in columns.items():
        meant = canonical(name)
        if name not in KNOWN and (meant in KNOWN or is_near(name, KNOWN)):
            hint = f"Did you mean {meant}?" if meant in KNOWN else nearest(name.lower(), KNOWN, limit=1)
            raise DataError(f"`columns` maps {raw!r} to {name!r}, which no rule knows. {hint}")
        taken = canonical(raw)
        if name not in KNOWN and taken in MUST_BE_CLEAR and taken not in columns:
            raise DataError(
                f"`columns` maps {raw!r}, which would be read as {taken!r}, to {name!r}, which no rule knows. Leave it "
                f"out, or say which column is {taken!r}. It is written name=column; was that meant the other way round?"
            )


def check_columns(columns: Columns, names: Iterable[str], path: str) -> None:
    """Refuse a mapping to a column that the file does not have.

    Raises:
        DataError: such a column, or one column for two quantities.
    """
    known = set(names)
    for name, raw in columns.items():
        if raw not in known:
            raise DataError(
                f"columns={{{name!r}: {raw!r}}} names a column that '{path}' does not have. {nearest(raw, known)}"
            )
    if len(set(columns.values())) < len(columns):
        raise DataError(f"`columns` must name each column once. Received: {dict(columns)!r}.")


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names[:-1])) + f" and {names[-1]!r}"
