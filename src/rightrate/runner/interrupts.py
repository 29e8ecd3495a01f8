"""Ctrl-C: it may end a search, and never what follows from it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def first_only() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C raises KeyboardInterrupt as always; later ones, pressed in impatience, do nothing.

    Yields a function that tells whether it was pressed: inside a library the interrupt may come out as another error.
    """
    with _handled(raises=1) as pressed:
        yield pressed


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C does nothing: for the seconds in which a finished search is put together and saved."""
    with _handled(raises=0):
        yield


@contextmanager
def _handled(raises: int) -> Iterator[Callable[[], bool]]:
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False  # only the main thread gets signals
        return
    left, pressed = raises, False

    def handle(number: int, frame: object) -> None:
        nonlocal left, pressed
        pressed = True
        if left > 0:
            left -= 1
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
