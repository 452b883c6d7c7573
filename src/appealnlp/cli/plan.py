"""From the arguments of a call to jobs: which inputs make which output."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, OutputError
from ..messages import check_target
from ..messages.formats import READABLE
from ..messages.opening import STANDARD
from ..messages.sink import WRITABLE

__all__ = ["Job", "make_plan"]

_OUTPUT_FOR = {".json": ".jsonl", ".ndjson": ".jsonl", ".pq": ".parquet", ".xlsm": ".xlsx"}


@dataclass(frozen=True, slots=True)
class Job:
    """Some inputs and the one output they go to; either may be ``-``."""

    inputs: tuple[str, ...]
    output: str

    @property
    def standard(self) -> str:
        """The format of standard output: JSON lines for JSON inputs, else csv."""
        json = all(READABLE.get(Path(name).suffix.lower()) == "json" for name in self.inputs)
        return "jsonl" if json else "csv"


def make_plan(inputs: Sequence[str], output: str) -> list[Job]:
    """Expand folders, and decide what is written where.

    :param inputs: files, folders (with all tables and JSON files in them, however deep) and ``-``.
    :param output: a file for all inputs together, ``-``, or a folder for one output per input: one that exists, or a
        name that ends with a slash.
    :return: the jobs, in order.
    :raises InputError: if there is nothing to read.
    :raises OutputError: if an output cannot be written, would replace an input, or two inputs would share it.
    """
    to_folder = output != STANDARD and (output.endswith(("/", os.sep)) or Path(output).is_dir())
    target = None if output == STANDARD or to_folder else Path(output).resolve()
    found = [pair for name in inputs for pair in _expand(name, target)]
    if [name for name, _ in found].count(STANDARD) > 1:
        raise InputError("standard input can be read only once")
    if not to_folder:
        _check(target, [name for name, _ in found])
        return [Job(tuple(name for name, _ in found), output)]
    folder = Path(output)
    jobs: dict[Path, str] = {}
    for name, relative in found:
        place = folder / _output_name(relative)
        if place in jobs:
            raise OutputError(f"{place}: two inputs would be written here, {jobs[place]} and {name}")
        jobs[place] = name
    for place in jobs:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{place.parent}: this folder cannot be made: {error.strerror}") from None
        _check(place.resolve(), [name for name, _ in found])
    return [Job((name,), str(place)) for place, name in jobs.items()]


def _expand(name: str, target: Path | None) -> list[tuple[str, Path]]:
    """A file as it is; a folder as its files, each with its place in the folder."""
    path = Path(name)
    if name == STANDARD or not path.is_dir():
        return [(name, Path("stdin.csv") if name == STANDARD else Path(path.name))]
    files = [
        file
        for file in sorted(path.rglob("*"))
        if READABLE.get(file.suffix.lower(), "text") != "text"
        and not any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
        and file.is_file()
        and file.resolve() != target
    ]
    if not files:
        raise InputError("there are no csv, xlsx, json or parquet files in this folder", file=name)
    return [(str(file), file.relative_to(path)) for file in files]


def _output_name(relative: Path) -> Path:
    suffix = relative.suffix.lower()
    return relative if suffix in WRITABLE else relative.with_suffix(_OUTPUT_FOR.get(suffix, ".csv"))


def _check(target: Path | None, inputs: Sequence[str]) -> None:
    if target is None:
        return
    if any(name != STANDARD and Path(name).resolve() == target for name in inputs):
        raise OutputError(f"{target}: this is also an input; give the output another name")
    check_target(target)
