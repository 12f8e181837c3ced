"""The workers' data path over ZMQ: data to rank 0, its acknowledgement, the signal to execute, the gathered result."""

import time
from collections.abc import Callable
from typing import Any

import zmq

from ..refusal import Refusal

_PING_S = 40.0
_POLL_MS = 1000


class OutcomeUnknown(Exception):
    """The workers were told to execute, and what they did is not known."""


class Workers:
    """Messages are pickles, as NexRL's own client sends them. One operation at a time."""

    def __init__(self, group: dict, host: str, *, ack_s: float = 600.0, result_s: float = 3600.0) -> None:
        self._ack_s = ack_s
        self._result_s = result_s
        self.world_size: int = group["world_size"]
        self._context = zmq.Context()
        self._pushers = []
        for rank in range(self.world_size):
            endpoint = group["worker_endpoints"][str(rank)]
            pusher = self._context.socket(zmq.PUSH)
            pusher.setsockopt(zmq.LINGER, 0)
            pusher.setsockopt(zmq.SNDHWM, 0)
            pusher.connect(f"tcp://{endpoint['ip']}:{endpoint['port']}")
            self._pushers.append(pusher)
        # results come back through the API server's forwarder
        self._results = self._context.socket(zmq.PULL)
        self._results.setsockopt(zmq.LINGER, 0)
        self._results.setsockopt(zmq.RCVTIMEO, _POLL_MS)
        self._results.connect(f"tcp://{host}:{group['zmq_base_port'] + 2}")
        self._ping()

    def run(self, operation: str, data: Any, execute: Callable[[str], None]) -> Any:
        """The result of rank 0. A failure before `execute` is a Refusal, since nothing was done; after it, `OutcomeUnknown`."""
        op_id = f"{operation}_{time.time_ns()}"
        self._pushers[0].send_pyobj(
            {
                "op_id": op_id,
                "phase": "data",
                "operation": operation,
                "data": data,
                "rank": 0,
                "timestamp": time.time(),
                "use_nccl_scatter": True,
            }
        )
        if self._receive(lambda said: said.get("op_id") == op_id and said.get("phase") == "data_ack", self._ack_s) is None:
            raise Refusal("internal", f"NexRL's rank 0 did not acknowledge {operation} within {self._ack_s:g} s; nothing was executed")
        try:
            execute(op_id)
        except Exception as error:
            raise OutcomeUnknown(f"The signal to execute {operation} may or may not have gone out: {error}") from error
        reply = self._receive(lambda said: said.get("op_id") == op_id and "success" in said and "phase" not in said, self._result_s)
        if reply is None:
            raise OutcomeUnknown(f"NexRL's workers gave no result of {operation} within {self._result_s:g} s")
        if not reply["success"]:
            raise OutcomeUnknown(f"NexRL's rank {reply.get('rank')} failed in {operation}: {reply.get('error')}")
        return reply["result"]

    def close(self) -> None:
        for socket in (*self._pushers, self._results):
            socket.close()
        self._context.term()

    def _ping(self) -> None:
        """The first messages of a connection are lost while it is being made: every worker must answer once."""
        op_id = f"ping_{time.time_ns()}"
        for rank, pusher in enumerate(self._pushers):
            pusher.send_pyobj({"op_id": op_id, "phase": "ping", "rank": rank, "timestamp": time.time()})
        missing = set(range(self.world_size))
        end = time.monotonic() + _PING_S
        while missing:
            reply = self._receive(lambda said: said.get("op_id") == op_id and said.get("pong"), end - time.monotonic())
            if reply is None:
                self.close()
                ranks = ", ".join(map(str, sorted(missing)))
                raise Refusal("internal", f"NexRL's worker {ranks} did not answer within {_PING_S:g} s")
            missing.discard(reply["rank"])

    def _receive(self, is_wanted: Callable[[dict], bool], within_s: float) -> dict | None:
        """Drops what belongs to operations that were given up."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            try:
                said = self._results.recv_pyobj()
            except zmq.Again:
                continue
            if is_wanted(said):
                return said
        return None
