"""Rules that a user does not want to hear of, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from rightrate.diagnosis.rules import RULES
from rightrate.errors import UsageError, nearest


def checked_reasons(ignore: Mapping[str, str] | None) -> dict[str, str]:
    """The reasons by code.

    Raises:
        UsageError: not a mapping, an unknown code, or a reason that is missing.

    Example:
        >>> checked_reasons({"RR125": "dropout"}), checked_reasons(None)
        ({'RR125': 'dropout'}, {})
    """
    if ignore is None:
        return {}
    if not isinstance(ignore, Mapping):
        raise UsageError(f'`ignore` must name a reason for each code: {{"RR125": "dropout"}}. Received: {ignore!r}.')
    codes = [rule.code for rule in RULES]
    for code, reason in ignore.items():
        if code not in codes:
            raise UsageError(f"No rule has the code {code!r}, so it cannot be ignored. {nearest(str(code), codes)}")
        if not isinstance(reason, str) or not reason.strip():
            raise UsageError(f"Ignoring {code} needs a reason, for whoever reads it later. Received: {reason!r}.")
    return dict(ignore)
