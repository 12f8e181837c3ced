"""Folders that are whole or not there, whenever the process dies. Standard library only."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from .refusal import Refusal


class Folders:
    """Where states and weights may be written and read: below the server's own folder, or one that its user named."""

    def __init__(self, home: Path, allowed: list[Path]) -> None:
        self._home = home.resolve()
        self._allowed = [self._home, *(folder.resolve() for folder in allowed)]

    def place(self, name: str) -> Path:
        """A relative name is one below the server's own folder."""
        target = (self._home / name).resolve()
        if "\0" in name or not any(target != root and target.is_relative_to(root) for root in self._allowed):
            roots = ", ".join(map(str, self._allowed))
            raise Refusal(
                "invalid_request",
                f"The path {name} is outside of this server's folders ({roots}). Start it with --allow FOLDER to let it in.",
            )
        return target


def write_folder(target: Path, fill: Callable[[Path], None]) -> int:
    """Fills a new folder, then puts it in the place of an older one. Gives its bytes."""
    building = target.with_name(f"{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        building.mkdir(parents=True)
        fill(building)
        size = _flush(building)
        _put_in_place(building, target)
    except OSError as error:
        raise Refusal("storage", f"Could not write {target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return size


def _flush(folder: Path) -> int:
    size = 0
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
            size += file.stat().st_size
    return size


def _put_in_place(building: Path, target: Path) -> None:
    # a folder cannot be renamed onto a full one: the old one steps aside first
    aside = target.with_name(f"{target.name}.{secrets.token_hex(6)}.old")
    with contextlib.suppress(FileNotFoundError):
        target.rename(aside)
    building.rename(target)
    shutil.rmtree(aside, ignore_errors=True)
