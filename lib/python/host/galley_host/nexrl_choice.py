"""Which `nexrl` recipes see: the installed one where it can be imported, else the one that ships with Galley."""

import importlib
import importlib.util
import os
import sys

_SHIM = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "shim")


def choose_nexrl() -> None:
    """Called before a recipe's file is imported, with the recipe's own folders on the path already."""
    if "nexrl" in sys.modules or _SHIM in sys.path:
        return
    if importlib.util.find_spec("nexrl") is not None:
        try:
            importlib.import_module("nexrl.rollout_worker")
            return
        except Exception as error:  # an installation that lacks one of its own requirements
            for name in [name for name in sys.modules if name == "nexrl" or name.startswith("nexrl.")]:
                del sys.modules[name]
            print(f"The installed nexrl cannot be imported ({error}); Galley's own classes take its place.")
        sys.path.insert(0, _SHIM)
    else:
        sys.path.append(_SHIM)
    importlib.import_module("nexrl.rollout_worker")
