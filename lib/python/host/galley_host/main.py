"""One Python process: a thread reads frames, the main thread runs calls, a third watches their time limits."""

import asyncio
import faulthandler
import os
import signal
import threading
import time
from typing import Any

from .channel import Channel
from .describe import describe_error
from .lanes import Lane
from .loading import Loaded
from .prints import CURRENT_CALL, capture_prints
from .requests import open_requests

#: Seconds between two looks at the time limits.
LOOK = 0.05
#: Seconds between two signs of life.
BEAT = 1.0
#: Seconds in which a call that runs may still end after Node has gone.
GRACE = 0.5


class Host:
    def __init__(self) -> None:
        self.channel = Channel()
        self.printed = capture_prints(self.channel)
        self.requests = open_requests(self.channel)
        self.main_lane = Lane()
        self.lanes: dict[int, Lane] = {}
        self.things: dict[int, Loaded] = {}
        self.running: dict[int, tuple[float, float]] = {}
        self.tasks: dict[int, "asyncio.Task[None]"] = {}
        self.is_busy = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    # --- the thread that reads

    def read_frames(self) -> None:
        while (messages := self.channel.read()) is not None:
            self._receive(messages)
        self.main_lane.close()
        time.sleep(GRACE)
        _end_group()

    def _receive(self, messages: list[dict[str, Any]]) -> None:
        waiting: dict[Lane, list[dict[str, Any]]] = {}
        for message in messages:
            kind = message["k"]
            if kind == "call":
                lane = self.lanes.get(message["handle"], self.main_lane)
                waiting.setdefault(lane, []).append(message)
            elif kind == "load":
                waiting.setdefault(self.main_lane, []).append(message)
            elif kind == "told":
                self.requests.told(message)
            elif kind == "recall":
                self._recall(set(message["ids"]))
        for lane, jobs in waiting.items():
            lane.put(jobs)
        self.is_busy.set()

    def _recall(self, ids: set[int]) -> None:
        taken = [id for lane in (self.main_lane, *self.lanes.values()) for id in lane.recall(ids)]
        if taken:
            self.channel.post({"k": "recalled", "ids": taken}, flush=True)
        for id in ids.intersection(self.tasks):
            if self.loop is not None:
                self.loop.call_soon_threadsafe(self.tasks[id].cancel)

    # --- the thread that watches

    def watch(self) -> None:
        told: set[int] = set()
        beat_at = 0.0
        while self.is_busy.wait():
            time.sleep(LOOK)
            now = time.monotonic()
            running = dict(self.running)
            told &= running.keys()
            for id, (since, limit) in running.items():
                if now - since >= limit and id not in told:
                    told.add(id)
                    self.channel.post({"k": "overdue", "id": id})
            if now - beat_at >= BEAT and running:
                beat_at = now
                self.channel.post({"k": "alive"})
            if now - self.channel.flushed_at >= LOOK:
                self.channel.flush()
            # cleared before the look: a call that begins between the two sets it again
            self.is_busy.clear()
            if self.running:
                self.is_busy.set()

    # --- the threads that run calls

    def run_lane(self, lane: Lane) -> None:
        while (job := lane.take(self.channel.flush)) is not None:
            if job["k"] == "load":
                self._load(job)
            else:
                self._call(job, is_main=lane is self.main_lane)
            self.channel.flush_if_due(time.monotonic())

    def _load(self, spec: dict[str, Any]) -> None:
        handle = spec["handle"]
        try:
            thing = self.things[handle] = Loaded(spec)
            if spec["threads"] > 1:
                lane = self.lanes[handle] = Lane()
                for _ in range(spec["threads"]):
                    threading.Thread(target=self.run_lane, args=(lane,), daemon=True).start()
            facts = {"isAsync": thing.is_async(), "methods": thing.own_methods()}
            self.channel.post({"k": "loaded", "handle": handle, **facts}, flush=True)
        except BaseException as error:
            missing = error.name if isinstance(error, ModuleNotFoundError) else None
            about = describe_error(error, spec["roots"])
            self.channel.post({"k": "unloaded", "handle": handle, "error": about, "missing": missing}, flush=True)

    def _call(self, job: dict[str, Any], is_main: bool) -> None:
        id = job["id"]
        start = time.monotonic()
        self.running[id] = (start, job["limit"])
        if not self.is_busy.is_set():
            self.is_busy.set()
        token = CURRENT_CALL.set(id)
        try:
            value = self.things[job["handle"]].method(job["method"])(*job["args"], **job["kwargs"])
            if asyncio.iscoroutine(value):
                self._run_later(job, value)
                return
            self._finish(id, {"k": "done", "id": id, "value": value})
        except BaseException as error:
            self._fail(job, error)
        finally:
            CURRENT_CALL.reset(token)
            if is_main:
                self.channel.spent(time.monotonic() - start)

    def _run_later(self, job: dict[str, Any], value: Any) -> None:
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            threading.Thread(target=self.loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._await(job, value), self.loop)

    async def _await(self, job: dict[str, Any], value: Any) -> None:
        id = job["id"]
        task = asyncio.current_task()
        if task is not None:
            self.tasks[id] = task
        CURRENT_CALL.set(id)
        try:
            self._finish(id, {"k": "done", "id": id, "value": await value})
        except BaseException as error:
            self._fail(job, error)
        finally:
            self.tasks.pop(id, None)
            self.channel.flush()

    def _finish(self, id: int, message: dict[str, Any]) -> None:
        self.running.pop(id, None)
        self.printed.finish(id)
        self.channel.post(message)

    def _fail(self, job: dict[str, Any], error: BaseException) -> None:
        roots = self.things[job["handle"]].spec["roots"] if job["handle"] in self.things else []
        self._finish(job["id"], {"k": "error", "id": job["id"], "error": describe_error(error, roots)})


def _end_group() -> None:
    """Node has gone: nothing of this process stays, not even what user code started."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def main() -> None:
    # a process that crashes says where, on the real error stream
    faulthandler.enable(file=os.fdopen(os.dup(2), "wb", buffering=0))
    # Ctrl-C in a terminal is for Node, which then closes this process
    signal.signal(signal.SIGINT, lambda *_: None)
    host = Host()
    threading.Thread(target=host.read_frames, daemon=True).start()
    threading.Thread(target=host.watch, daemon=True).start()
    host.channel.post({"k": "ready"}, flush=True)
    host.run_lane(host.main_lane)
    host.channel.flush()
