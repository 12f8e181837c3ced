"""Several processes under torchrun: the first serves HTTP, all of them compute."""

import os
import sys
import traceback
from typing import Any

import torch.distributed as dist

from .refusal import Refusal
from .trained_model import TrainedModel

_OPEN = "open"
_CLOSE = "close"


class MirroredModel:
    """On the first rank: tells the others each call, makes it, and gives its own result."""

    def __init__(self, asked: dict, settings: Any) -> None:
        self._model = _mirrored(_OPEN, lambda: TrainedModel(asked, settings), asked)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._model, name)
        if not callable(value):
            return value
        return lambda *args: _mirrored(name, lambda: value(*args), *args)


def follow(settings: Any) -> None:
    """On all other ranks: makes the calls that the first one tells."""
    model: TrainedModel | None = None
    while True:
        message: list[Any] = [None]
        dist.broadcast_object_list(message, src=0)
        name, args = message[0]
        try:
            if name == _OPEN:
                model = TrainedModel(args[0], settings)
            else:
                getattr(model, name)(*args)
                if name == _CLOSE:
                    model = None
        except Refusal:
            # the first rank refuses it too, and says so to the client
            pass
        except Exception:
            _give_up()


def _mirrored(name: str, work: Any, *args: Any) -> Any:
    dist.broadcast_object_list([(name, args)], src=0)
    try:
        return work()
    except Refusal:
        raise
    except Exception:
        _give_up()


def _give_up() -> None:
    """The ranks may be at different places now, where none can wait for another: torchrun ends them all."""
    traceback.print_exc(file=sys.stderr)
    sys.stderr.write("A rank failed; all of them end, since they cannot go on apart.\n")
    sys.stderr.flush()
    os._exit(1)
