"""The protocol's operations over models. Knows neither HTTP nor torch."""

import secrets
import sys
import threading
import time
import traceback
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Any, Protocol

from . import VERSION
from .batch import Sequence, read_batch
from .fields import Fields
from .folders import Folders
from .ledger import Ledger
from .refusal import Refusal
from .tensor_body import Vector

PROTOCOL_VERSION = 1


class Trained(Protocol):
    """What the service asks of a model. Calls come from one thread, one after the other."""

    base_model: str
    tuning: dict
    context: int
    vocabulary_size: int
    notes: list[str]
    weight_version: int

    def compute_log_prob(self, batch: list[Sequence], model: str, temperature: float) -> list[list[float]]: ...
    def forward_backward(self, batch: list[Sequence], loss: dict) -> tuple[dict[str, float], int, float]: ...
    def optim_step(self, optimizer: dict) -> dict[str, float]: ...
    def forget_gradient(self) -> None: ...
    def freeze_reference(self) -> None: ...
    def save_state(self, target: Path) -> int: ...
    def save_weights(self, target: Path) -> int: ...
    def load_state(self, folder: Path) -> None: ...
    def close(self) -> None: ...


class _Entry:
    def __init__(self, identifier: str, trained: Trained, executor: ThreadPoolExecutor) -> None:
        self.model_id = f"{identifier}.{secrets.token_hex(6)}"
        self.identifier = identifier
        self.trained = trained
        self.ledger = Ledger(executor, trained.forget_gradient)
        self.written: list[Path] = []
        self.last_call = time.monotonic()
        self.queued = 0


Reply = tuple[Any, dict[str, Vector] | None]


class Service:
    """All computing is done by one thread, in the order in which it was asked for."""

    def __init__(
        self,
        open_trained: Callable[[dict], Trained],
        folders: Folders,
        *,
        losses: tuple[str, ...],
        kl_estimators: tuple[str, ...],
        max_body_bytes: int,
        max_sequences: int = 4096,
        lease_s: float | None = None,
        max_models: int = 1,
        name: str = "galley-train",
    ) -> None:
        self._open_trained = open_trained
        self._folders = folders
        self._health = {
            "status": "healthy",
            "protocol": "galley-train",
            "version": PROTOCOL_VERSION,
            "server": f"{name} {VERSION}",
            "instance": secrets.token_hex(8),
            "losses": list(losses),
            "kl_estimators": list(kl_estimators),
            "limits": {"max_body_bytes": max_body_bytes, "max_sequences": max_sequences},
        }
        self._lease_s = lease_s
        self._max_models = max_models
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="compute")
        self._lock = threading.Lock()
        self._models: dict[str, _Entry] = {}
        self._opened: dict[str, Any] = {}
        self._operations: dict[str, Callable[[Any, dict[str, Vector], str], Reply]] = {
            "GET health": lambda body, tensors, digest: (self._health, None),
            "GET get_models": lambda body, tensors, digest: (self._list(), None),
            "POST initialize": self._initialize,
            "POST heartbeat": self._heartbeat,
            "POST compute_log_prob": self._compute_log_prob,
            "POST forward_backward": self._forward_backward,
            "POST optim_step": self._optim_step,
            "POST freeze_reference": self._freeze_reference,
            "POST save_checkpoint": self._save_checkpoint,
            "POST load_checkpoint": self._load_checkpoint,
            "POST deregister": self._deregister,
        }

    def answer(self, route: str, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        """A JSON reply, and tensors where the reply has them. Raises `Refusal`."""
        operation = self._operations.get(route)
        if operation is None:
            raise Refusal("not_found", f"There is no {route} below /train/v1")
        return operation(body, tensors, digest)

    def close(self) -> None:
        self._executor.shutdown(cancel_futures=True)

    def _list(self) -> dict:
        with self._lock:
            models = [
                {
                    "model_id": entry.model_id,
                    "identifier": entry.identifier,
                    "base_model": entry.trained.base_model,
                    "queued": entry.queued,
                }
                for entry in self._models.values()
            ]
        return {"models": models}

    def _initialize(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        fields = Fields(body)
        asked = fields.initialize()
        with self._lock:
            opening = self._opened.get(asked["operation_id"])
            if opening is None:
                opening = self._executor.submit(self._open, asked)
                self._opened[asked["operation_id"]] = opening
        try:
            entry = opening.result()
        except Exception:
            # another attempt may succeed: a model on its way down frees its memory
            with self._lock:
                self._opened.pop(asked["operation_id"], None)
            raise
        trained = entry.trained
        return {
            "model_id": entry.model_id,
            "epoch": entry.ledger.epoch,
            "tuning": trained.tuning,
            "weight_version": trained.weight_version,
            "context": trained.context,
            "vocabulary_size": trained.vocabulary_size,
            "lease_s": self._lease_s,
            "notes": trained.notes,
        }, None

    def _open(self, asked: dict) -> _Entry:
        self._drop_silent()
        with self._lock:
            older = [entry for entry in self._models.values() if entry.identifier == asked["identifier"]]
        for entry in older:
            self._close(entry)
        if len(self._models) >= self._max_models:
            names = ", ".join(entry.identifier for entry in self._models.values())
            raise Refusal("too_many_models", f"The server holds {names} already: stop that run first, or start a second server")
        entry = _Entry(asked["identifier"], self._open_trained(asked), self._executor)
        with self._lock:
            self._models[entry.model_id] = entry
        return entry

    def _drop_silent(self) -> None:
        if self._lease_s is None:
            return
        now = time.monotonic()
        with self._lock:
            silent = [e for e in self._models.values() if e.queued == 0 and now - e.last_call > self._lease_s]
        for entry in silent:
            self._close(entry)

    def _close(self, entry: _Entry) -> None:
        with self._lock:
            known = self._models.pop(entry.model_id, None)
        if known is not None:
            entry.trained.close()

    def _find(self, model_id: str) -> _Entry:
        with self._lock:
            entry = self._models.get(model_id)
        if entry is None:
            raise Refusal("no_model", f"There is no model {model_id}: it was closed, opened again elsewhere, or the server was started again. Open it again.")
        entry.last_call = time.monotonic()
        return entry

    def _run(self, entry: _Entry, future: Any) -> Any:
        with self._lock:
            entry.queued += 1
        try:
            return future.result()
        finally:
            with self._lock:
                entry.queued -= 1
            entry.last_call = time.monotonic()

    def _alive(self, entry: _Entry, work: Callable[[], Any]) -> Callable[[], Any]:
        """Work that waited may find its model closed."""

        def guarded() -> Any:
            self._find(entry.model_id)
            return work()

        return guarded

    def _fatal(self, entry: _Entry, work: Callable[[], Any]) -> Callable[[], Any]:
        """Work that leaves an unknown model behind when it fails otherwise than by refusing: that model is closed."""

        def guarded() -> Any:
            try:
                return self._alive(entry, work)()
            except Refusal:
                raise
            except Exception as error:
                traceback.print_exc(file=sys.stderr)
                with suppress(Exception):
                    self._close(entry)
                message = f"The model {entry.identifier} failed and was closed: {type(error).__name__}: {error}"
                raise Refusal("model_failed", message) from error

        return guarded

    def _heartbeat(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        self._find(Fields(body).text("model_id"))
        return {"instance": self._health["instance"]}, None

    def _deregister(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        with self._lock:
            entry = self._models.get(Fields(body).text("model_id"))
        if entry is not None:
            self._executor.submit(self._close, entry).result()
        return {"done": True}, None

    def _compute_log_prob(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        fields = Fields(body)
        entry = self._find(fields.text("model_id"))
        model = fields.one_of("model", ("policy", "reference"))
        temperature = fields.positive("temperature")
        batch = read_batch(tensors)
        work = self._alive(entry, lambda: entry.trained.compute_log_prob(batch, model, temperature))
        rows = self._run(entry, self._executor.submit(work))
        values = array("f", [value for row in rows for value in row])
        return {}, {"logprobs": Vector("F32", memoryview(values).cast("B"))}

    def _forward_backward(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        fields = Fields(body)
        entry = self._find(fields.text("model_id"))
        asked = {**fields.write(), "part": fields.count("part")}
        loss = fields.section("loss").loss(self._health["losses"], self._health["kl_estimators"])
        batch = read_batch(tensors)
        work = self._alive(entry, lambda: entry.trained.forward_backward(batch, loss))
        metrics, tokens, weight = self._run(entry, entry.ledger.part(asked, digest, work))
        return {"metrics": metrics, "tokens": tokens, "weight": weight}, None

    def _optim_step(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        fields = Fields(body)
        entry = self._find(fields.text("model_id"))
        asked = {**fields.write(), "parts": fields.count("parts")}
        optimizer = fields.section("optimizer").optimizer()
        work = self._fatal(entry, lambda: entry.trained.optim_step(optimizer))
        return {"metrics": self._run(entry, entry.ledger.update(asked, digest, work))}, None

    def _freeze_reference(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        fields = Fields(body)
        entry = self._find(fields.text("model_id"))
        work = self._fatal(entry, entry.trained.freeze_reference)
        self._run(entry, entry.ledger.once(fields.write(), digest, work))
        return {"done": True}, None

    def _save_checkpoint(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        fields = Fields(body)
        entry = self._find(fields.text("model_id"))
        target = self._folders.place(fields.text("local_path"))
        keep = fields.optional_count("keep")
        weights_only = fields.flag("save_weight_only")

        def save() -> dict:
            size = self._save_weights(entry, target, keep) if weights_only else entry.trained.save_state(target)
            return {"path": str(target), "bytes": size, "weight_version": entry.trained.weight_version}

        return self._run(entry, entry.ledger.once(fields.write(), digest, self._alive(entry, save))), None

    def _save_weights(self, entry: _Entry, target: Path, keep: int | None) -> int:
        size = entry.trained.save_weights(target)
        entry.written = [*(older for older in entry.written if older != target), target]
        while keep is not None and len(entry.written) > max(keep, 1):
            rmtree(entry.written.pop(0), ignore_errors=True)
        return size

    def _load_checkpoint(self, body: Any, tensors: dict[str, Vector], digest: str) -> Reply:
        fields = Fields(body)
        entry = self._find(fields.text("model_id"))
        folder = self._folders.place(fields.text("path"))

        def load() -> dict:
            entry.trained.load_state(folder)
            return {"weight_version": entry.trained.weight_version}

        return self._run(entry, entry.ledger.load(fields.write(), digest, self._fatal(entry, load))), None
