"""What is to be said of many trainings alike is said once, with their number."""

from __future__ import annotations

from collections.abc import Iterable


def said_once(said: Iterable[tuple[str, str]]) -> list[str]:
    """Join warnings whose words are the same.

    Args:
        said: the note that goes in front of a warning, such as `"trial 0: "` or nothing; and the warning.

    Returns:
        One sentence for each different warning, in the order in which they came first.

    Example:
        >>> said_once([("trial 0: ", "No loss."), ("trial 1: ", "No loss."), ("trial 1: ", "Cut off."), ("", "Long.")])
        ['trial 0 and 1 more: No loss.', 'trial 1: Cut off.', 'Long.']
    """
    notes: dict[str, list[str]] = {}
    for note, warning in said:
        notes.setdefault(warning, []).append(note)
    return [_note(of_this) + warning for warning, of_this in notes.items()]


def _note(notes: list[str]) -> str:
    first = notes[0].removesuffix(": ")
    return f"{first} and {len(notes) - 1} more: " if first and len(notes) > 1 else notes[0]
