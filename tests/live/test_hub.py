"""One poller for all browsers: each hears what is new as soon as it is read, and a slow one only the newest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rightrate.live import hub as hubs
from rightrate.live.hub import LIST, Hub
from rightrate.live.runs import Runs

from . import logs


async def next_message(messages: AsyncIterator[str]) -> dict:
    async for text in messages:
        if text.startswith("data: {"):
            return json.loads(text.removeprefix("data: "))
    raise AssertionError("the messages ended")


def at(step: int) -> dict:
    return {"step": step, "loss": 1 / step}


def test_news_wakes_every_browser_and_a_slow_one_gets_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "BEAT", 1e6)  # nobody looks by chance
    log = logs.write(tmp_path / "watch.jsonl", logs.watch(), at(1))

    async def check() -> None:
        hub = Hub(Runs(tmp_path.resolve()), None)
        hub.runs.scan()
        run = hub.runs.scanned.runs[0].id
        poller = asyncio.create_task(hub.poll())
        quick = [hub.messages(run) for _ in range(5)]
        slow = hub.messages(run)
        for browser in (*quick, slow):
            assert "step 1 of" in (await next_message(browser))["sentence"]
        for step in range(2, 5):
            logs.append(log, at(step))
            for shown in await asyncio.gather(*map(next_message, quick)):
                assert f"step {step} of" in shown["sentence"]
        assert "step 4 of" in (await next_message(slow))["sentence"]
        hub.close()
        await poller
        assert [text async for text in slow] == []

    asyncio.run(asyncio.wait_for(check(), 120))


def test_all_browsers_get_the_very_same_text(tmp_path: Path) -> None:
    logs.write(tmp_path / "watch.jsonl", logs.watch(), at(1))

    async def check() -> None:
        hub = Hub(Runs(tmp_path.resolve()), None)
        poller = asyncio.create_task(hub.poll())
        browsers = [hub.messages(LIST) for _ in range(3)]
        texts = []
        for browser in browsers:
            async for text in browser:
                if text.startswith("data: {"):
                    texts.append(text)
                    break
        assert len(set(map(id, texts))) == 1  # prepared once
        hub.close()
        await poller

    asyncio.run(asyncio.wait_for(check(), 120))


def test_a_watched_server_is_never_idle_and_an_old_folder_is(tmp_path: Path) -> None:
    async def check() -> None:
        hub = Hub(Runs(tmp_path.resolve()), 0.0)
        await asyncio.sleep(0.01)
        assert hub.is_idle
        messages = hub.messages(LIST)
        await anext(messages)
        assert not hub.is_idle
        await messages.aclose()
        assert hub.is_idle
        assert not Hub(Runs(tmp_path.resolve()), None).is_idle

    asyncio.run(check())


def test_a_run_whose_folder_is_removed_is_said_to_be_gone_and_shown_again_when_it_is_back(tmp_path: Path) -> None:
    log = logs.write(tmp_path / "run/search.jsonl", *logs.search())

    async def check() -> None:
        hub = Hub(Runs(tmp_path.resolve()), None)
        hub.runs.scan()
        run = hub.runs.scanned.runs[0].id
        poller = asyncio.create_task(hub.poll())
        messages = hub.messages(run)
        assert (await next_message(messages))["status"] == "running"
        lines = log.read_bytes()
        log.unlink()
        gone = (await next_message(messages))["gone"]
        assert gone["state"] == "not there any more" and "removed or moved" in gone["notice"]
        log.write_bytes(lines)
        assert (await next_message(messages))["status"] == "running"
        hub.close()
        await poller

    asyncio.run(asyncio.wait_for(check(), 120))
