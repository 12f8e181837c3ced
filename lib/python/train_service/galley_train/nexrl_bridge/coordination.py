"""NexRL's coordination API: commands, and where the workers listen. Standard library only."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from ..refusal import Refusal

# init_model and checkpoints of large models; NexRL itself waits an hour for its workers
_LONG_S = 3600.0
_QUICK_S = 30.0


class CoordinationError(Exception):
    """The API server did not do as it was asked, or nobody knows whether it did."""


class Coordination:
    def __init__(self, url: str, identifier: str) -> None:
        self._url = url.rstrip("/")
        self._identifier = identifier

    @property
    def host(self) -> str:
        return urllib.parse.urlsplit(self._url).hostname or "127.0.0.1"

    def group(self) -> dict:
        """World size, ports and the workers' endpoints; raises a Refusal while workers are missing."""
        info = self._call("GET", "get_worker_group_info", timeout=_QUICK_S)
        if info.get("dispatch_mode", "scatter") != "scatter":
            raise Refusal("unsupported", f"NexRL's dispatch mode is {info['dispatch_mode']}; the bridge needs scatter")
        found = len(info.get("worker_endpoints", {}))
        if found < info["world_size"]:
            raise Refusal("too_many_models", f"{found} of {info['world_size']} NexRL workers have reported: wait until all have")
        return info

    def initialize(self, config: dict, role: str) -> None:
        body = {"role": role, "config_dict": config, "identifier": self._identifier, "dispatch_mode": "scatter"}
        self._call("POST", "initialize", body, named_by_query=False)
        self._call("POST", "init_model")

    def execute(self, op_id: str) -> None:
        body = {"op_id": op_id, "identifier": self._identifier}
        self._call("POST", "execute", body, timeout=_QUICK_S, named_by_query=False)

    def save(self, path: str, *, weights_only: bool) -> None:
        reply = self._call(
            "POST",
            "save_checkpoint",
            {
                "local_path": path,
                "hdfs_path": None,
                "global_step": 0,
                "saved_fully_shared_ckpt": not weights_only,
                "save_weight_only": weights_only,
                "remove_previous_ckpt": False,
            },
        )
        # it reports success even when workers failed
        if reply.get("workers_saved") != reply.get("total_workers"):
            raise CoordinationError(f"{reply.get('workers_saved')} of {reply.get('total_workers')} NexRL workers saved to {path}")

    def load(self, path: str) -> None:
        body = {"path": path, "del_local_after_load": False, "load_weight_only": False}
        self._call("POST", "load_checkpoint", body)

    def _call(self, method: str, name: str, body: Any = None, *, timeout: float = _LONG_S, named_by_query: bool = True) -> dict:
        query = f"?{urllib.parse.urlencode({'identifier': self._identifier})}" if named_by_query else ""
        request = urllib.request.Request(
            f"{self._url}/{name}{query}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as reply:
                return json.loads(reply.read())
        except urllib.error.HTTPError as error:
            said = error.read(500).decode(errors="replace")
            raise CoordinationError(f"NexRL's {name} answered {error.code}: {said}") from error
        except (OSError, ValueError) as error:
            raise CoordinationError(f"NexRL's {name} failed: {error}") from error
