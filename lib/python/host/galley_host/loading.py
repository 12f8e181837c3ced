"""Modules and classes of recipes: found by file or by name, made as their kind asks for."""

import importlib
import importlib.util
import inspect
import itertools
import os
import sys
import threading
from types import ModuleType
from typing import Any, Callable

from .describe import Refusal
from .evaluate import Evaluating
from .nexrl_choice import choose_nexrl
from .work import Working

_modules: dict[str, ModuleType] = {}
_numbers = itertools.count(1)


class Config(dict):  # type: ignore[type-arg]
    """A configuration as workers expect it: a mapping whose keys are attributes, too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    @classmethod
    def of(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return cls({key: cls.of(item) for key, item in value.items()})
        return [cls.of(item) for item in value] if isinstance(value, list) else value


class Loaded:
    """A thing that can be called, in as many copies as there are threads that call it."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        for path in reversed(spec["paths"]):
            if path not in sys.path:
                sys.path.insert(0, path)
        choose_nexrl()
        self._attribute = _find(_module_of(spec), spec)
        self._copies = threading.local()
        self.first = self._make()
        self._copies.thing = self.first

    def _make(self) -> Any:
        spec = self.spec
        if spec["make"] == "function":
            return self._attribute
        if spec["make"] == "worker":
            return Working(self._attribute(_worker_config(spec["args"])))
        thing = self._attribute(**spec["args"])
        return Evaluating(thing, spec["name"], _label(spec)) if spec["make"] == "evaluator" else thing

    def method(self, name: str | None) -> Callable[..., Any]:
        """Of this thread's own copy, as the reference framework has one evaluator for each of its workers."""
        thing = getattr(self._copies, "thing", None)
        if thing is None:
            thing = self._copies.thing = self._make()
        found = thing if name is None else getattr(thing, name, None)
        if not callable(found):
            raise Refusal(f"{self.spec['name']} in {_label(self.spec)} has no method {name}. Add it.")
        return found

    def own_methods(self) -> list[str]:
        """What the recipe's class has beyond its base of nexrl: the hooks that it overrides."""
        kinds = type(_inner(self.first)).__mro__
        own = [kind for kind in kinds if kind.__module__.split(".")[0] not in ("nexrl", "builtins", "abc")]
        return sorted({name for kind in own for name, value in vars(kind).items() if callable(value)})

    def is_async(self) -> bool:
        thing = _inner(self.first)
        methods = [getattr(thing, name, None) for name in self.own_methods()]
        return any(inspect.iscoroutinefunction(method) for method in (thing, *methods))


def _inner(thing: Any) -> Any:
    return thing.inner if isinstance(thing, (Evaluating, Working)) else thing


def _label(spec: dict[str, Any]) -> str:
    file = spec.get("file")
    if not file:
        return str(spec["module"])
    return os.path.join(os.path.basename(os.path.dirname(file)), os.path.basename(file))


def _module_of(spec: dict[str, Any]) -> ModuleType:
    file = spec.get("file")
    if not file:
        return importlib.import_module(spec["module"])
    if file in _modules:
        return _modules[file]
    name = f"_galley_{os.path.splitext(os.path.basename(file))[0]}_{next(_numbers)}"
    module_spec = importlib.util.spec_from_file_location(name, file)
    if module_spec is None or module_spec.loader is None:
        raise Refusal(f"{file} is no Python file.")
    module = importlib.util.module_from_spec(module_spec)
    # dataclasses and pickle look a class's module up there
    sys.modules[name] = module
    try:
        module_spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    _modules[file] = module
    return module


def _find(module: ModuleType, spec: dict[str, Any]) -> Any:
    found: Any = module
    for part in spec["name"].split("."):
        found = getattr(found, part, None)
    wants_class = spec["make"] != "function"
    if found is None or (wants_class and not inspect.isclass(found)):
        raise Refusal(_missing(module, spec, wants_class))
    return found


def _missing(module: ModuleType, spec: dict[str, Any], wants_class: bool) -> str:
    kind = inspect.isclass if wants_class else callable
    names = [name for name, value in vars(module).items() if kind(value) and _is_defined_in(value, module)]
    what = "class" if wants_class else "function"
    has = f"It has {', '.join(names)}." if names else f"It has no {what} of its own."
    return f"{_label(spec)} has no {what} {spec['name']}. {has} Correct the name."


def _is_defined_in(value: Any, module: ModuleType) -> bool:
    return getattr(value, "__module__", None) == module.__name__


def _worker_config(args: dict[str, Any]) -> Any:
    """What the real framework hands to its workers where it is installed, else a mapping that reads like it."""
    if "omegaconf" in sys.modules:
        return sys.modules["omegaconf"].OmegaConf.create(args)
    return Config.of(args)
