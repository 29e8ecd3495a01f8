"""`Hub`: one poller reads files; every browser gets the same prepared text, so that fifty cost little more than one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from rightrate.live.runs import Runs
from rightrate.report.page_files import embedded

#: Seconds between two looks, while somebody watches and while nobody does.
OFTEN, SELDOM = 0.3, 5.0
#: Seconds after which a browser hears that the connection lives, where nothing has changed.
BEAT = 5.0
#: Seconds that a page of the list may wait for runs that were not read yet.
PATIENCE = 0.2
#: The channel of the list of runs; the others are called by the id of their run.
LIST = ""
_LOG = logging.getLogger(__name__)
_BEATING = "event: beat\ndata:\n\n"


@dataclass
class Channel:
    """What the browsers on one page get.

    Args:
        text: the newest message.
        version: counts messages.
        watching: browsers.
        news: set when there is a newer message, and replaced. No lock is held while a browser waits: its going away may
            cancel it at any point.
    """

    text: str = ""
    version: int = 0
    watching: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Let whoever waits look."""
        news, self.news = self.news, asyncio.Event()
        news.set()


class Hub:
    """Reads while somebody watches, and hands out what came of it.

    Args:
        runs: what there is to be read.
        idle_seconds: how long nobody may have looked after the last change before `is_idle`; None for ever.
    """

    def __init__(self, runs: Runs, idle_seconds: float | None) -> None:
        self.runs = runs
        self._idle_seconds = idle_seconds
        self._channels: dict[str, Channel] = {}
        self._wanted = asyncio.Event()
        self._looked_at = time.monotonic()
        self._said: str | None = None
        self.is_closing = False

    def look(self) -> None:
        """Somebody has looked."""
        self._looked_at = time.monotonic()

    @property
    def is_idle(self) -> bool:
        """Whether nobody has looked for long enough, counted from the last look and from the last change."""
        if self._idle_seconds is None or any(one.watching for one in self._channels.values()):
            return False
        newest = max((run.changed for run in self.runs.scanned.runs), default=0.0)
        return min(time.monotonic() - self._looked_at, time.time() - newest) > self._idle_seconds

    async def begin(self) -> None:
        """Read what was not read yet, for a page that is about to be sent; what takes long is left to the poller."""
        began = time.monotonic()
        for run in self.runs.scanned.runs:
            if time.monotonic() - began > PATIENCE:
                return
            if self.runs.is_unread(run):
                self.runs.advance(run, is_open=False)
                await asyncio.sleep(0)

    async def poll(self) -> None:
        """Read until the server closes. An error of one look is not the end of looking."""
        while not self.is_closing:
            self._wanted.clear()  # before looking who watches: who comes after that is not waited for
            watched = [key for key, one in self._channels.items() if one.watching]
            try:
                self.runs.scan()
                for key in watched:
                    await self._advance(key)
            except Exception as error:  # a bug of ours: said once, and whoever watches sees the rest
                if str(error) != self._said:
                    self._said = str(error)
                    _LOG.exception("A look at %s failed.", self.runs.root)
            if watched:
                self.look()
            pause = OFTEN if watched else SELDOM
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), pause)

    async def messages(self, key: str) -> AsyncIterator[str]:
        """What one browser gets: the newest message each time; a slow one misses those in between, no queue grows."""
        channel = self._channels.setdefault(key, Channel())
        channel.watching += 1
        self._wanted.set()
        seen = 0
        try:
            yield "retry: 1000\n\n"
            while not self.is_closing:
                if channel.version == seen:
                    with suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(channel.news.wait(), BEAT)
                if channel.version == seen:
                    yield _BEATING
                    continue
                seen = channel.version
                yield channel.text
        finally:
            channel.watching -= 1
            if not channel.watching:
                self._channels.pop(key, None)

    def close(self) -> None:
        """Let all browsers go."""
        self.is_closing = True
        self._wanted.set()
        for channel in self._channels.values():
            channel.wake()

    async def _advance(self, key: str) -> None:
        """Read on what a page shows, and send what has changed: at the latest every `OFTEN` while much is read."""
        sent = time.monotonic()
        pending = [run for run in self.runs.scanned.runs if key == LIST or run.id == key]
        while pending:
            more = []
            for run in pending:
                if self.runs.advance(run, is_open=key != LIST):
                    more.append(run)
                await asyncio.sleep(0)  # whoever asks for a page gets a turn
                if time.monotonic() - sent > OFTEN:
                    self._publish(key)
                    sent = time.monotonic()
            pending = more
            if key == LIST:
                break  # the list goes on with the next look, so that no log holds up the others
        self._publish(key)

    def _publish(self, key: str) -> None:
        channel = self._channels.get(key)
        run = self.runs.run(key)
        if channel is None:
            return
        now = time.time()
        if run is not None:
            shown = self.runs.page(run, now)
        else:
            shown = self.runs.listed(now) if key == LIST else self.runs.gone()
        text = f"data: {embedded(shown)}\n\n"
        if text == channel.text:
            return
        channel.text = text
        channel.version += 1
        channel.wake()
