"""Columns of classes in another order than wanted: matched by name, never by place where names are known."""

from __future__ import annotations

from collections.abc import Sequence

from rightrate.errors import DataError
from rightrate.scoring.read_classes import shown


def places(own: Sequence[str], wanted: Sequence[str], *, by_place: bool) -> list[int]:
    """Where each wanted class is among the columns.

    Columns that are called by number, `("0", "1", "2")`, are in the order of their numbers whatever the classes' names.

    Args:
        own: what the columns are called.
        wanted: the classes in their order.
        by_place: whether columns that share no name with the classes are taken in their order, as where the user has
            said which classes these are.

    Raises:
        DataError: other names, or another number of them.

    Example:
        >>> places(["b", "c", "a"], ["a", "b", "c"], by_place=False), places(["1", "0"], ["ok", "bad"], by_place=False)
        ([2, 0, 1], [1, 0])
    """
    if len(own) == len(wanted):
        if set(own) == set(wanted):
            return [list(own).index(name) for name in wanted]
        numbers = [str(number) for number in range(len(wanted))]
        if set(own) == set(numbers):
            return [list(own).index(number) for number in numbers]
        if by_place and not set(own) & set(wanted):
            return list(range(len(own)))
    raise DataError(
        f"The columns are about the classes {shown(own)}; expected {shown(wanted)}, in any order. Name them after "
        "these classes."
    )
