"""Ctrl-C: it may end a search, and never what follows from it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def first_only() -> Iterator[None]:
    """The first Ctrl-C raises KeyboardInterrupt as always; later ones, pressed in impatience, do nothing."""
    with _handled(raises=1):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C does nothing: for the seconds in which a finished search is put together and saved."""
    with _handled(raises=0):
        yield


@contextmanager
def _handled(raises: int) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread gets signals
        return
    left = raises

    def handle(number: int, frame: object) -> None:
        nonlocal left
        if left > 0:
            left -= 1
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
