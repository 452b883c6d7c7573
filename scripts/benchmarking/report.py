"""From measurements to a report in markdown, and to the lines of the plot."""

from __future__ import annotations

import math
import platform
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .contestants import CONTESTANTS, FLOOR, OURS
from .processes import Cost

__all__ = ["Measurements", "lines_of_plot", "report"]

_PACKAGES = ("appealnlp", "numpy", "scipy", "scikit-learn", "pymorphy3", "DAWG2", "fasttext-numpy2", "spacy", "polars")


@dataclass
class Measurements:
    """All figures of a run; each list has one entry per round.

    ``speeds``: (contestant, size) -> answers of ``speed``. ``files``: (command, size) -> costs of whole processes.
    ``starts``: what was started -> costs. ``singles``: contestant -> microseconds. ``missing``: contestant or tool ->
    how to install it. ``rows``: (size, rows written, rows with a verdict or an error) of each classified file.
    """

    sizes: Sequence[int]
    speeds: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[tuple[str, int], list[Cost]] = field(default_factory=dict)
    starts: dict[str, list[Cost]] = field(default_factory=dict)
    singles: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rows: dict[int, tuple[int, int]] = field(default_factory=dict)

    def rate(self, name: str, size: int, which: str, unit: str = "messages") -> float | None:
        """Median messages (or bytes) a second of a contestant; at its own largest size if it is not given more."""
        answers = self.speeds.get((name, size))
        if not answers:
            smaller = [known for other, known in self.speeds if other == name and known < size]
            return self.rate(name, max(smaller), which, unit) if smaller else None
        return statistics.median(answer[which][unit] / max(answer[which]["seconds"], 1e-9) for answer in answers)

    def cost(self, command: str, size: int, what: str = "wall") -> float | None:
        """Median cost of a whole process."""
        return _median(getattr(cost, what) for cost in self.files.get((command, size), []))


def report(measured: Measurements, messages: str, rounds: int) -> str:
    """The report.

    :param measured: all figures.
    :param messages: what the messages are, in words.
    :param rounds: how often everything was measured.
    """
    parts = [
        "# Benchmark",
        f"{messages} Rounds: {rounds}, of which the median counts. {_machine()}.",
        "Speeds are messages per second on the clock, in one process, loading excluded; appealnlp uses a second thread. "
        "**Cold**: a fresh process, messages never seen. **Warm**: the same messages again. **Steady**: other messages after "
        "them. Every contestant gets the text as it came in blocks of 50,000; fastText's tokens are made inside its time. "
        "Processor: microseconds a message when warm, of all threads, with reading the blocks.",
    ]
    for size in measured.sizes:
        parts += [f"## {size:,} messages", _speeds(measured, size)]
    parts += ["## Whole processes, from file to file", _files(measured)]
    parts += ["## Start", _starts(measured)]
    parts += ["## Goals", _goals(measured)]
    counted = [f"{written:,} of {size:,} rows, {judged:,} judged" for size, (written, judged) in measured.rows.items()]
    parts.append("Rows in the classified files: " + "; ".join(counted) + ".")
    if measured.missing:
        parts += ["## Not measured", "\n".join(f"- {what}: {how}" for what, how in measured.missing.items())]
    return "\n\n".join(parts) + "\n"


def _machine() -> str:
    versions = []
    for package in _PACKAGES:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return f"Python {platform.python_version()} on {platform.machine()}, {', '.join(versions)}"


def _speeds(measured: Measurements, size: int) -> str:
    rows = []
    for contestant in CONTESTANTS:
        answers = measured.speeds.get((contestant.name, size))
        if not answers:
            continue
        count = int(answers[0]["cold"]["messages"])
        title = contestant.title if count == size else f"{contestant.title} (on {count:,})"
        cells: list[str] = [title, _number(_median(answer["load"] for answer in answers), 2)]
        for which in ("cold", "warm", "steady"):
            rate, volume = (measured.rate(contestant.name, size, which, unit) for unit in ("messages", "bytes"))
            cells += [_number(rate), _number(None if volume is None else volume / 1e6, 1)]
        warm = [answer["warm"] for answer in answers]
        cells.append(_number(_median(1e6 * one["processor"] / max(one["messages"], 1) for one in warm), 1))
        rows.append([*cells, _number(_median(answer["peak"] for answer in answers if answer["peak"]))])
    headings = ["load s", "cold /s", "MB/s", "warm /s", "MB/s", "steady /s", "MB/s", "processor", "peak MB"]
    return _table(["", *headings], rows)


def _files(measured: Measurements) -> str:
    rows = [
        [
            f"{size:,}",
            command,
            *(_number(measured.cost(command, size, what), 2) for what in ("wall", "processor")),
            _number(measured.cost(command, size, "peak")),
        ]
        for size in measured.sizes
        for command, known in measured.files
        if known == size
    ]
    return _table(["rows", "command", "seconds", "processor s", "peak MB"], rows)


def _starts(measured: Measurements) -> str:
    rows = [
        [what, _number(_median(cost.wall for cost in costs), 3), _number(_median(cost.processor for cost in costs), 3)]
        for what, costs in measured.starts.items()
    ]
    titles = {contestant.name: contestant.title for contestant in CONTESTANTS}
    single = [[titles[name], _number(_median(times))] for name, times in measured.singles.items()]
    calls = _table(["one call for one message", "microseconds (median)"], single)
    return _table(["", "seconds", "processor s"], rows) + "\n\n" + calls


@dataclass(frozen=True)
class _Goal:
    what: str
    measured: float | None
    bound: float | None
    at_most: bool = False
    digits: int = 2

    def row(self) -> list[str]:
        sign = "<=" if self.at_most else ">="
        bound = "" if self.bound is None else f"{sign} {self.bound:,.{self.digits}f}"
        verdict = ""
        if self.measured is None:
            verdict = "not measured"
        elif self.bound is not None:
            verdict = "yes" if (self.measured <= self.bound) == self.at_most or self.measured == self.bound else "no"
        return [self.what, _number(self.measured, self.digits), bound, verdict]


def _goals(measured: Measurements) -> str:
    most = max(measured.sizes)
    at = max((size for size in measured.sizes if size <= 100_000), default=most)

    def times(which: str, other: str) -> float | None:
        ours, theirs = measured.rate(OURS, at, which), measured.rate(other, at, which)
        return None if ours is None or not theirs else ours / theirs

    plain = measured.cost("polars, read and write", at)
    start = {what: _median(cost.wall for cost in costs) for what, costs in measured.starts.items()}
    ours, largest = measured.cost(OURS, at), measured.cost(OURS, most)
    goals = [
        _Goal(f"cold, {at:,} messages: times fastText, words and pairs", times("cold", "fasttext"), 1.2),
        _Goal(f"warm, {at:,} messages: times fastText, words and pairs", times("warm", "fasttext"), 2.5),
        _Goal(f"cold, {at:,} messages: times pymorphy3 and scikit-learn", times("cold", "plain"), 25),
        _Goal(
            f"csv to csv, {at:,} rows: seconds, against 3 x polars + 1.5 s",
            ours,
            None if plain is None else 3 * plain + 1.5,
            at_most=True,
        ),
        _Goal(f"csv to csv, {most:,} rows: peak MB", measured.cost(OURS, most, "peak"), 400, at_most=True, digits=0),
        _Goal(
            f"csv to csv, {most:,} rows: times the seconds of {at:,}",
            None if ours is None or largest is None else largest / ours,
            most / at,
            at_most=True,
        ),
        _Goal("classify --message: seconds", start.get("appealnlp classify --message"), 0.45, at_most=True, digits=3),
        _Goal("import appealnlp: seconds", start.get("import appealnlp"), 0.15, at_most=True, digits=3),
        _Goal("model.classify: microseconds", _median(measured.singles.get(OURS, [])), 500, at_most=True, digits=0),
        _Goal(f"cold, {at:,} messages: times the floor", times("cold", FLOOR), None),
    ]
    return _table(["", "measured", "goal", "reached"], [goal.row() for goal in goals])


def lines_of_plot(measured: Measurements) -> list[dict[str, Any]]:
    """Cost against size: one line for each contestant and each command on files."""
    lines: list[dict[str, Any]] = []

    def add(title: str, kind: str, seconds: Callable[[int], float | None]) -> None:
        points = [(size, cost) for size in measured.sizes if (cost := seconds(size)) is not None]
        if points:
            lines.append({"title": title, "kind": kind, "points": points})

    for contestant in CONTESTANTS:
        name = contestant.name
        add(contestant.title, "cold", lambda size, name=name: _seconds(measured.rate(name, size, "cold"), size))
    for command in dict.fromkeys(command for command, _ in measured.files):
        title = f"csv to csv: {command}"
        add(title, "file", lambda size, command=command: measured.cost(command, size))
    return lines


def _seconds(rate: float | None, size: int) -> float | None:
    return None if rate is None else size / rate


def _median(values: Iterable[float]) -> float | None:
    known = [value for value in values if not math.isnan(value)]
    return statistics.median(known) if known else None


def _number(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
