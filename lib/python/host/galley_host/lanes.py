"""Calls that wait for a thread. Several threads may take from one lane; what has not begun can be taken back."""

import threading
from collections import deque
from typing import Any, Callable


class Lane:
    def __init__(self) -> None:
        self._jobs: deque[dict[str, Any]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, jobs: list[dict[str, Any]]) -> None:
        with self._changed:
            self._jobs.extend(jobs)
            self._changed.notify(len(jobs))

    def take(self, when_empty: Callable[[], None]) -> dict[str, Any] | None:
        """The next job; calls `when_empty` before it waits for one. None once the lane is closed."""
        with self._changed:
            if self._jobs:
                return self._jobs.popleft()
        when_empty()
        with self._changed:
            while not self._jobs and not self._is_closed:
                self._changed.wait()
            return None if self._is_closed else self._jobs.popleft()

    def recall(self, wanted: set[int]) -> list[int]:
        with self._changed:
            taken = [job["id"] for job in self._jobs if job.get("id") in wanted]
            if taken:
                self._jobs = deque(job for job in self._jobs if job.get("id") not in wanted)
            return taken

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
