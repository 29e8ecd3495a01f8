"""A policy as plain values, and from them: what a TOML file holds and what every report prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any

from rightrate.errors import UsageError, nearest
from rightrate.verdict.metrics import check_bar
from rightrate.verdict.policy import CRITERIA, CRITICAL, Evidence, OnInconclusive, Policy, Requirement, Waiver

_NUMBERS = tuple(
    f.name for f in fields(Policy)
    if f.name not in ("evidence", "interval", "on_inconclusive", "require", "waive", "resamples", "seed")
)  # fmt: skip
_SHARES = ("good", "bad", "level", "prevalence", "min_recall", "min_precision", "margin")
_CHOICES: Mapping[str, Sequence[str]] = {
    "evidence": [e.value for e in Evidence],
    "on_inconclusive": [o.value for o in OnInconclusive],
    "interval": ["wilson", "exact"],
}
#: All replicates are held at once, and each end of a 95 % interval rests on 2500 of so many: more say nothing new.
_MOST_RESAMPLES = 100_000
_WHOLE: Mapping[str, tuple[int, int | None]] = {"resamples": (100, _MOST_RESAMPLES), "seed": (0, None)}
_PAIRS = (("cost_fn", "cost_fp"), ("alerts_per_day", "items_per_day"))
_REQUIRE = ("metric", "min", "max", "class", "slice", "severity", "reason")
_WAIVE = ("code", "reason", "expires", "class")


def as_values(policy: Policy) -> dict[str, object]:
    """Numbers, words and lists only, in the order of `Policy`; what is not set is left out.

    Example:
        >>> as_values(Policy())["good"], "prevalence" in as_values(Policy())
        (0.8, False)
    """
    found: dict[str, object] = {}
    for field in fields(policy):
        value = getattr(policy, field.name)
        if field.name == "require":
            value = [_required_values(r) for r in value]
        elif field.name == "waive":
            value = [_waiver_values(w) for w in value]
        if value is not None and value != []:
            found[field.name] = value.value if isinstance(value, Enum) else value
    return found


def from_values(values: Mapping[str, Any], where: str = "the policy") -> Policy:
    """A checked policy.

    Args:
        values: as `as_values` gives them; `expires` a date or `YYYY-MM-DD`, `slice` as `"column=value"`.
        where: named in errors.

    Raises:
        UsageError: an unknown key, a value of another kind or outside its range, half of a pair. Nothing is ignored.

    Example:
        >>> from_values({"good": 0.9, "require": [{"metric": "recall", "class": "fraud", "min": 0.95}]}).good
        0.9
    """
    _known(values, [f.name for f in fields(Policy)], where)
    for name in _NUMBERS:
        if name in values:
            _check_number(name, values[name], where)
    for name, choices in _CHOICES.items():
        if name in values and values[name] not in choices:
            raise UsageError(f"`{name}` in {where} must be one of {', '.join(choices)}. Received: {values[name]!r}.")
    for name, (least, most) in _WHOLE.items():
        if name not in values:
            continue
        if not _is_whole(values[name]) or values[name] < least or (most is not None and values[name] > most):
            edges = f"{least} or more" if most is None else f"{least} to {most:,}"
            raise UsageError(f"`{name}` in {where} must be a whole number, {edges}. Received: {values[name]!r}.")
    for one, other in _PAIRS:
        if (one in values) != (other in values):
            raise UsageError(f"`{one}` and `{other}` in {where} belong together: give both, or neither.")
    plain = {name: float(value) for name, value in values.items() if name in _NUMBERS}
    policy = Policy(
        **plain,
        evidence=Evidence(values.get("evidence", Policy.evidence)),
        on_inconclusive=OnInconclusive(values.get("on_inconclusive", Policy.on_inconclusive)),
        interval=values.get("interval", Policy.interval),
        resamples=values.get("resamples", Policy.resamples),
        seed=values.get("seed", Policy.seed),
        require=tuple(_requirement(r, where) for r in _tables(values, "require", where)),
        waive=tuple(_waiver(w, where) for w in _tables(values, "waive", where)),
    )
    if policy.bad > policy.good:
        raise UsageError(f"`bad` in {where} must not lie above `good`. Received: {policy.bad:g} and {policy.good:g}.")
    if policy.alerts_per_day and policy.items_per_day and policy.alerts_per_day > policy.items_per_day:
        raise UsageError(f"`alerts_per_day` in {where} must not be more than `items_per_day`.")
    return policy


def check(policy: Policy) -> Policy:
    """The policy itself, if its values make sense.

    Raises:
        UsageError: as `from_values`.
    """
    kinds = (("require", Requirement), ("waive", Waiver))
    if not isinstance(policy, Policy):
        raise UsageError(f"The policy must be a rightrate.Policy. Received: {type(policy).__name__}.")
    for name, kind in kinds:
        for one in getattr(policy, name):
            if not isinstance(one, kind):
                raise UsageError(f"`{name}` in the policy holds {kind.__name__}s only. Received: {one!r}.")
    return from_values(as_values(policy))


def _known(values: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for name in values:
        if name not in known:
            raise UsageError(f"{where} has the unknown key '{name}'. {nearest(str(name), known)}")


def _tables(values: Mapping[str, Any], name: str, where: str) -> Sequence[Mapping[str, Any]]:
    tables = values.get(name, [])
    if not isinstance(tables, (list, tuple)) or not all(isinstance(table, Mapping) for table in tables):
        raise UsageError(f"`{name}` in {where} must be a list of tables ([[tool.rightrate.{name}]] in TOML).")
    return tables


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_number(name: str, value: Any, where: str) -> None:
    if not _is_number(value):
        raise UsageError(f"`{name}` in {where} must be a number. Received: {value!r}.")
    if name in _SHARES and not 0 <= value <= 1:
        raise UsageError(f"`{name}` in {where} must lie between 0 and 1. Received: {value!r}.")
    if name == "level" and not 0.5 <= value < 1:
        raise UsageError(f"`level` in {where} must lie between 0.5 and 1, e.g. 0.95. Received: {value!r}.")
    if name == "prevalence" and not 0 < value < 1:
        raise UsageError(f"`prevalence` in {where} must lie between 0 and 1, both left out. Received: {value!r}.")
    if value < 0 or (name in ("beta", "items_per_day") and value == 0) or value == float("inf"):
        raise UsageError(f"`{name}` in {where} must be a number above 0. Received: {value!r}.")


def _requirement(values: Mapping[str, Any], where: str) -> Requirement:
    where = f"a requirement of {where}"
    _known(values, _REQUIRE, where)
    if not isinstance(values.get("metric"), str):
        raise UsageError(f"`metric` in {where} is missing: name one, e.g. metric = 'recall'.")
    if ("min" in values) == ("max" in values):
        raise UsageError(f"{where} ({values['metric']}) must have `min` or `max`, and only one of them.")
    bar = values.get("min", values.get("max"))
    if not _is_number(bar) or abs(bar) == float("inf"):
        raise UsageError(f"The bar in {where} ({values['metric']}) must be a number. Received: {bar!r}.")
    check_bar(values["metric"], values.get("min"), values.get("max"), where)
    severity = values.get("severity", "block")
    if severity not in ("block", "warn"):
        raise UsageError(f"`severity` in {where} must be block or warn. Received: {severity!r}.")
    return Requirement(
        metric=values["metric"],
        minimum=float(values["min"]) if "min" in values else None,
        maximum=float(values["max"]) if "max" in values else None,
        class_name=str(values["class"]) if "class" in values else None,
        slice_name=_slice(values["slice"], where) if "slice" in values else None,
        severity=severity,
        reason=str(values.get("reason", "")),
    )


def _slice(text: Any, where: str) -> tuple[str, str]:
    column, equals, value = str(text).partition("=")
    if not equals or not column:
        raise UsageError(f"`slice` in {where} must be written column=value. Received: {text!r}.")
    return column, value


def _waiver(values: Mapping[str, Any], where: str) -> Waiver:
    where = f"a waiver of {where}"
    _known(values, _WAIVE, where)
    for name in ("code", "reason", "expires"):
        if not str(values.get(name) or "").strip():
            raise UsageError(f"`{name}` is missing in {where}: a waiver names a code, a reason and a last day.")
    waivable = (*CRITERIA, *CRITICAL)
    if values["code"] not in waivable:
        raise UsageError(
            f"`code` in {where} is {values['code']!r}, which decides nothing and needs no waiver. "
            f"{nearest(str(values['code']), waivable)}"
        )
    expires = values["expires"]
    if isinstance(expires, str):
        try:
            expires = date.fromisoformat(expires)
        except ValueError:
            raise UsageError(f"`expires` in {where} must be a date, YYYY-MM-DD. Received: {expires!r}.") from None
    if isinstance(expires, datetime):
        expires = expires.date()
    if not isinstance(expires, date):
        raise UsageError(f"`expires` in {where} must be a date, YYYY-MM-DD. Received: {expires!r}.")
    return Waiver(
        code=str(values["code"]),
        reason=str(values["reason"]),
        expires=expires,
        class_name=str(values["class"]) if "class" in values else None,
    )


def _required_values(r: Requirement) -> dict[str, object]:
    found: dict[str, object | None] = {
        "metric": r.metric,
        "min": r.minimum,
        "max": r.maximum,
        "class": r.class_name,
        "slice": None if r.slice_name is None else "=".join(r.slice_name),
        "severity": r.severity,
        "reason": r.reason or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _waiver_values(w: Waiver) -> dict[str, object]:
    found = {"code": w.code, "reason": w.reason, "expires": str(w.expires), "class": w.class_name}
    return {name: value for name, value in found.items() if value is not None}
