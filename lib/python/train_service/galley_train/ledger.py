"""What happens once happens once: the protocol's rules for operation ids, parts and epochs. Standard library only."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .refusal import Refusal

_KEPT = 128


@dataclass
class _Answer:
    digest: str
    result: Future


@dataclass
class _Step:
    operation_id: str
    parts: dict[int, _Answer] = field(default_factory=dict)


class Ledger:
    """Of one model. Calls may come from many threads; the work runs in the executor, one after the other as it came in."""

    def __init__(self, executor: Executor, forget_gradient: Callable[[], None]) -> None:
        self.epoch = 0
        self._executor = executor
        self._forget_gradient = forget_gradient
        self._lock = threading.RLock()
        self._open: _Step | None = None
        self._taken: OrderedDict[str, _Answer] = OrderedDict()
        self._done: OrderedDict[str, _Answer] = OrderedDict()

    def part(self, asked: dict, digest: str, work: Callable[[], Any]) -> Future:
        """A part of a step's gradient. Work that fails with anything but a Refusal has spoilt the whole gradient."""
        with self._lock:
            self._check_epoch(asked["epoch"])
            operation_id, part = asked["operation_id"], asked["part"]
            if operation_id in self._taken:
                raise Refusal("conflict", f"The step {operation_id} was taken already")
            step = self._step(operation_id)
            known = step.parts.get(part)
            if known is not None:
                return _first(known, digest, operation_id)
            result = self._executor.submit(self._guard_part, step, part, work)
            step.parts[part] = _Answer(digest, result)
            return result

    def update(self, asked: dict, digest: str, work: Callable[[], Any]) -> Future:
        """The optimizer's step along the gathered gradient, if it is whole."""
        with self._lock:
            self._check_epoch(asked["epoch"])
            operation_id = asked["operation_id"]
            known = self._taken.get(operation_id)
            if known is not None:
                return _first(known, digest, operation_id)
            step = self._open if self._open is not None and self._open.operation_id == operation_id else None
            if step is not None:
                self._open = None
            result = self._executor.submit(self._guard_update, asked, step, work)
            _remember(self._taken, operation_id, _Answer(digest, result))
            return result

    def once(self, asked: dict, digest: str, work: Callable[[], Any]) -> Future:
        with self._lock:
            known = self._done.get(asked["operation_id"])
            if known is not None:
                return _first(known, digest, asked["operation_id"])
            self._check_epoch(asked["epoch"])
            result = self._executor.submit(work)
            _remember(self._done, asked["operation_id"], _Answer(digest, result))
            return result

    def load(self, asked: dict, digest: str, work: Callable[[], dict]) -> Future:
        """Begins a new epoch at once; if the work fails, the epoch before goes on."""
        with self._lock:
            known = self._done.get(asked["operation_id"])
            if known is not None:
                return _first(known, digest, asked["operation_id"])
            self._check_epoch(asked["epoch"])
            self.epoch += 1
            if self._open is not None:
                self._executor.submit(self._forget_gradient)
                self._open = None
            taken, self._taken = self._taken, OrderedDict()
            result = self._executor.submit(self._guard_load, self.epoch, taken, work)
            # of the epochs before, only the loads' own answers are still wanted
            self._done.clear()
            _remember(self._done, asked["operation_id"], _Answer(digest, result))
            return result

    def _step(self, operation_id: str) -> _Step:
        if self._open is None or self._open.operation_id != operation_id:
            if self._open is not None:
                self._executor.submit(self._forget_gradient)
            self._open = _Step(operation_id)
        return self._open

    def _guard_part(self, step: _Step, part: int, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Refusal:
            with self._lock:
                step.parts.pop(part, None)
            raise
        except Exception:
            # some of it may be in the gradient: none of the step can be used
            with self._lock:
                step.parts.clear()
                if self._open is step:
                    self._open = None
            self._forget_gradient()
            raise

    def _guard_update(self, asked: dict, step: _Step | None, work: Callable[[], Any]) -> Any:
        operation_id = asked["operation_id"]
        try:
            with self._lock:
                gathered = set() if step is None else set(step.parts)
            missing = sorted(set(range(asked["parts"])) - gathered)
            if missing:
                raise Refusal(
                    "gradient_incomplete",
                    f"The step {operation_id} of {asked['parts']} parts was not taken: "
                    f"part {', '.join(map(str, missing))} is not here. Send its parts again.",
                )
            if len(gathered) > asked["parts"]:
                raise Refusal("conflict", f"The step {operation_id} has {len(gathered)} parts, not {asked['parts']}")
            return work()
        except Exception:
            with self._lock:
                self._taken.pop(operation_id, None)
            if step is not None:
                # nobody can go on with it: the step is no longer the open one
                with suppress(Exception):
                    self._forget_gradient()
            raise

    def _guard_load(self, epoch: int, taken: OrderedDict, work: Callable[[], dict]) -> dict:
        try:
            return {**work(), "epoch": epoch}
        except Exception:
            with self._lock:
                if self.epoch == epoch:
                    self.epoch -= 1
                    self._taken = taken
            raise

    def _check_epoch(self, epoch: int) -> None:
        if epoch != self.epoch:
            raise Refusal(
                "stale_epoch",
                f"The call belongs to epoch {epoch}, and the model is in epoch {self.epoch}: "
                "a state was loaded in between. Open the model again.",
            )


def _first(known: _Answer, digest: str, operation_id: str) -> Future:
    if known.digest != digest:
        raise Refusal("conflict", f"The operation {operation_id} was asked for with other content")
    return known.result


def _remember(answers: OrderedDict, operation_id: str, answer: _Answer) -> None:
    answers[operation_id] = answer
    while len(answers) > _KEPT:
        answers.popitem(last=False)
