"""A stand-in for NexRL's API server and one worker group, without a model.

Written after NexRL 1.4.0: api/api_server.py (paths and replies; results with an op_id are forwarded to base port + 2) and
distributed/worker_process.py `worker_loop` (ping/pong, data, data_ack, execute, result). Its weight is one number, which
`update_actor` moves by the sum of the scored advantages; log-probabilities are minus the token id.
Every operation is a line of output.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import torch
import zmq

sys.path.insert(0, str(Path(__file__).resolve().parent / "nexrl_stub"))

from nexrl.train_service_backend.utils.protocol import DataProto

WORLD = 2


class Group:
    def __init__(self) -> None:
        self.context = zmq.Context()
        self.base = _three_ports(self.context)
        self.publisher = self.context.socket(zmq.PUB)
        self.publisher.bind(f"tcp://127.0.0.1:{self.base}")
        self.collector = self.context.socket(zmq.PULL)
        self.collector.bind(f"tcp://127.0.0.1:{self.base + 1}")
        self.forwarder = self.context.socket(zmq.PUSH)
        self.forwarder.bind(f"tcp://127.0.0.1:{self.base + 2}")
        self.endpoints: dict[str, dict] = {}
        self.lock = threading.Lock()
        self.weight = 0.0
        self.is_initialized = False
        threading.Thread(target=self.forward, daemon=True).start()
        for rank in range(WORLD):
            Worker(self, rank).start()
        while len(self.endpoints) < WORLD:
            time.sleep(0.01)

    def forward(self) -> None:
        while True:
            self.forwarder.send_pyobj(self.collector.recv_pyobj())

    def execute(self, op_id: str) -> None:
        with self.lock:
            self.publisher.send_pyobj({"phase": "execute", "op_id": op_id, "timestamp": time.time()})

    def command(self, name: str, body: dict) -> dict:
        tell(name, body.get("local_path") or body.get("path") or "")
        if name == "initialize":
            # as real workers do, a second one changes nothing
            if not self.is_initialized:
                self.weight = 100.0
            self.is_initialized = True
        if name == "save_checkpoint":
            folder = Path(body["local_path"])
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "weight").write_text(str(self.weight))
            return {"status": "success", "workers_saved": WORLD, "total_workers": WORLD}
        if name == "load_checkpoint":
            self.weight = float((Path(body["path"]) / "weight").read_text())
        return {"status": "success"}


class Worker(threading.Thread):
    def __init__(self, group: Group, rank: int) -> None:
        super().__init__(daemon=True)
        self.group, self.rank = group, rank

    def run(self) -> None:
        group, context = self.group, self.group.context
        subscriber = context.socket(zmq.SUB)
        subscriber.connect(f"tcp://127.0.0.1:{group.base}")
        subscriber.setsockopt(zmq.SUBSCRIBE, b"")
        self.pusher = context.socket(zmq.PUSH)
        self.pusher.connect(f"tcp://127.0.0.1:{group.base + 1}")
        puller = context.socket(zmq.PULL)
        port = puller.bind_to_random_port("tcp://127.0.0.1")
        group.endpoints[str(self.rank)] = {"ip": "127.0.0.1", "port": port}
        pending: dict[str, dict] = {}
        poller = zmq.Poller()
        poller.register(subscriber, zmq.POLLIN)
        poller.register(puller, zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if subscriber in ready:
                self.executed(subscriber.recv_pyobj(), pending)
            if puller in ready:
                self.received(puller.recv_pyobj(), pending)

    def received(self, message: dict, pending: dict) -> None:
        common = {"rank": self.rank, "op_id": message["op_id"], "success": True, "timestamp": time.time()}
        if message["phase"] == "ping":
            self.pusher.send_pyobj({**common, "pong": True})
        if message["phase"] == "data":
            pending[message["op_id"]] = message
            self.pusher.send_pyobj({**common, "phase": "data_ack"})

    def executed(self, message: dict, pending: dict) -> None:
        waiting = pending.pop(message["op_id"], None)
        if waiting is None:
            return
        common = {"rank": self.rank, "op_id": message["op_id"]}
        try:
            result = self.compute(waiting["operation"], waiting["data"])
            self.pusher.send_pyobj({**common, "success": True, "result": result})
        except Exception as error:
            self.pusher.send_pyobj({**common, "success": False, "error": str(error), "traceback": ""})

    def compute(self, operation: str, data: DataProto) -> DataProto:
        batch = data.batch
        rows = len(batch["input_ids"])
        assert rows % WORLD == 0, "chunks of equal size"
        tell(operation, rows)
        if operation == "compute_log_prob":
            return DataProto({"old_log_probs": -batch["responses"].float()}, {}, {"temperature": 1.0})
        width = batch["responses"].shape[1]
        mask = batch["scoring_attention_mask"][:, -width:]
        if bool((batch["input_ids"] == 666).any()):
            raise RuntimeError("CUDA error")
        self.group.weight += float((batch["advantages"] * mask).sum())
        metrics = {"actor/pg_loss": [1.0, 3.0], "actor/grad_norm": [self.group.weight], "mfu/actor": 0}
        return DataProto(None, {}, {"metrics": metrics})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    group: Group

    def do_GET(self) -> None:
        assert urlsplit(self.path).path == "/get_worker_group_info"
        self.reply(
            {
                "status": "success",
                "identifier": "actor",
                "world_size": WORLD,
                "zmq_base_port": self.group.base,
                "dispatch_mode": "scatter",
                "worker_endpoints": self.group.endpoints,
            }
        )

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        name = url.path.strip("/")
        identifier = body.get("identifier") or parse_qs(url.query).get("identifier", [None])[0]
        assert identifier == "actor", f"{name} names the group {identifier}"
        if name == "execute":
            self.group.execute(body["op_id"])
            self.reply({"status": "success", "op_id": body["op_id"]})
        else:
            self.reply(self.group.command(name, body))

    def reply(self, body: dict) -> None:
        raw = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args) -> None:
        pass


def tell(name: str, detail: object) -> None:
    print(json.dumps({"name": name, "detail": detail}), flush=True)


def _three_ports(context: zmq.Context) -> int:
    """The base of three free ports in a row, as the API server hands them out."""
    for base in range(25_555, 35_000, 100):
        sockets = [context.socket(zmq.PULL) for _ in range(3)]
        try:
            for offset, socket in enumerate(sockets):
                socket.bind(f"tcp://127.0.0.1:{base + offset}")
            return base
        except zmq.ZMQError:
            continue
        finally:
            for socket in sockets:
                socket.close(linger=0)
            time.sleep(0.05)
    raise RuntimeError("no three free ports in a row")


if __name__ == "__main__":
    torch.set_num_threads(1)
    Handler.group = Group()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
