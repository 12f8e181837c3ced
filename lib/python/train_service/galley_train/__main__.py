"""python -m galley_train: serves one machine's GPUs, or its CPU, to Galley. Under torchrun, several GPUs."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from .folders import Folders
from .http_server import TrainServer
from .service import Service


def main() -> None:
    options = _options()
    try:
        import torch
        import transformers  # noqa: F401
    except ImportError as error:
        sys.exit(f"{error}. Install torch and transformers into this Python ({sys.executable}).")
    import torch.distributed as dist

    from .learner import LearnerSettings
    from .losses import KL_ESTIMATORS, LOSSES
    from .ranks import MirroredModel, follow
    from .trained_model import TrainedModel

    settings = LearnerSettings(
        device=_device(options.device),
        max_tokens_per_pass=options.max_tokens_per_pass,
        gradient_checkpointing=options.gradient_checkpointing,
    )
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world > 1:
        _join(settings.device)
        if dist.get_rank() > 0:
            follow(settings)
            return
    make = MirroredModel if world > 1 else TrainedModel
    service = Service(
        lambda asked: make(asked, settings),
        Folders(options.folder, options.allow),
        losses=LOSSES,
        kl_estimators=KL_ESTIMATORS,
        max_body_bytes=options.max_body_mb * 1024 * 1024,
        lease_s=options.lease,
        max_models=options.max_models,
    )
    serve(service, options)
    # ranks that wait for the first one's next call would wait for ever
    os._exit(0)


def serve(service: Service, options: argparse.Namespace) -> None:
    """Serves until SIGTERM or SIGINT. Prints one line when it listens."""
    api_key = os.environ.get("GALLEY_TRAIN_KEY") or None
    if api_key is None and options.host not in ("127.0.0.1", "localhost", "::1"):
        sys.stderr.write("WARNING: GALLEY_TRAIN_KEY is not set: whoever reaches this port can train here and write below its folders.\n")
    server = TrainServer(
        (options.host, options.port), service, api_key=api_key, max_body_bytes=options.max_body_mb * 1024 * 1024
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    print(f"listening on http://{options.host}:{server.server_address[1]}", flush=True)
    server.serve_forever()
    service.close()


def server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in: set GALLEY_TRAIN_KEY then")
    parser.add_argument("--port", type=int, default=8000, help="0 = any free one")
    parser.add_argument("--folder", type=Path, default=Path("train-service"), help="states and weights are written below it")
    parser.add_argument("--allow", type=Path, action="append", default=[], metavar="FOLDER", help="a further folder that clients may name")
    parser.add_argument("--max-body-mb", type=int, default=128, help="largest request")
    parser.add_argument("--lease", type=float, default=900.0, metavar="SECONDS", help="a model that was silent for so long makes room for another")
    parser.add_argument("--max-models", type=int, default=1, help="models held at once")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="galley_train", description=__doc__)
    server_options(parser)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda")
    parser.add_argument("--max-tokens-per-pass", type=int, default=8192, help="lower it when memory runs out")
    parser.add_argument("--gradient-checkpointing", action="store_true", help="less memory for more time")
    return parser.parse_args()


def _device(wanted: str):
    import torch

    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
        return device
    return torch.device(wanted)


def _join(device) -> None:
    from datetime import timedelta

    import torch.distributed as dist

    # ranks wait for the first one's next call as long as the run computes nothing
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=timedelta(days=7))


if __name__ == "__main__":
    main()
