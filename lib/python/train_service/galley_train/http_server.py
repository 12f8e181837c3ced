"""The protocol over HTTP. Standard library only."""

import hashlib
import hmac
import json
import math
import socket
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .refusal import Refusal
from .service import Service
from .tensor_body import TENSOR_TYPE, Vector, decode, encode

PREFIX = "/train/v1/"


class TrainServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], service: Service, *, api_key: str | None, max_body_bytes: int) -> None:
        self.service = service
        self.api_key = api_key
        self.max_body_bytes = max_body_bytes
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: TrainServer
    # a client that stops in the middle of a body must not hold its thread for ever
    timeout = 600

    def setup(self) -> None:
        super().setup()
        # header and body are two writes: without this the second waits for the first one's acknowledgement
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        try:
            body, tensors = self._answer(method)
            if tensors is None:
                self._send(200, "application/json", _json(body))
            else:
                self._send(200, TENSOR_TYPE, encode(body, tensors))
        except Refusal as refusal:
            self._refuse(refusal)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            self._refuse(Refusal("internal", f"The server failed: {type(error).__name__}: {error}. Its log says more."))

    def _answer(self, method: str) -> tuple[Any, dict[str, Vector] | None]:
        path = self.path.partition("?")[0]
        raw = self._read_body()
        if not self._has_key():
            raise Refusal("unauthorized", "The bearer token is missing or wrong")
        if not path.startswith(PREFIX):
            raise Refusal("not_found", f"There is no {path} here; this server's paths begin with {PREFIX}")
        body, tensors = self._parse(raw)
        digest = hashlib.sha256(raw).hexdigest()
        return self.server.service.answer(f"{method} {path[len(PREFIX):]}", body, tensors, digest)

    def _has_key(self) -> bool:
        if self.server.api_key is None:
            return True
        given = self.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self.server.api_key}".encode())

    def _read_body(self) -> bytes:
        length = self.headers.get("content-length")
        if length is None:
            if self.headers.get("transfer-encoding") is not None:
                self.close_connection = True
                raise Refusal("invalid_request", "The body must be announced with content-length")
            return b""
        if not length.isdigit() or int(length) > self.server.max_body_bytes:
            # it is not read, so nothing after it can be
            self.close_connection = True
            raise Refusal("too_large", f"The body is larger than {self.server.max_body_bytes} bytes: send fewer sequences at once")
        raw = self.rfile.read(int(length))
        if len(raw) < int(length):
            self.close_connection = True
            raise Refusal("invalid_request", "The body broke off")
        return raw

    def _parse(self, raw: bytes) -> tuple[Any, dict[str, Vector]]:
        if not raw:
            return None, {}
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == TENSOR_TYPE:
            return decode(raw)
        if kind != "application/json":
            raise Refusal("unsupported_media_type", f"The body must be application/json or {TENSOR_TYPE}, not {kind}")
        try:
            return json.loads(raw), {}
        except ValueError as error:
            raise Refusal("invalid_request", f"The body is not JSON: {error}") from error

    def _refuse(self, refusal: Refusal) -> None:
        body = {"error": {"code": refusal.code, "message": str(refusal)}}
        self._send(refusal.status, "application/json", _json(body))

    def _send(self, status: int, kind: str, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            if self.close_connection:
                self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # the client is gone, and asks again
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        if args and str(args[1]) >= "400":
            sys.stderr.write(f"{self.command} {self.path} {args[1]}\n")


def _json(body: Any) -> bytes:
    return json.dumps(_finite(body), allow_nan=False).encode()


def _finite(value: Any) -> Any:
    """Numbers that JSON cannot hold, as the protocol writes them."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value
