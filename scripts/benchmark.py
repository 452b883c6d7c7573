"""How fast appealnlp is, beside other ways to classify Russian messages, on the same messages in one run.

    python scripts/benchmark.py [--corpus FILE] [--sizes 1000,10000,100000,1000000] [--rounds 3] [-o out/benchmark]

FILE is a CSV table with the columns ``text`` and ``topic``; without it the messages are the invented ones of this
project. Where a size asks for more messages than there are, further ones are made of them by drawing words anew.

Measured: messages a second cold, warm and steady, with peak memory, at every size; whole processes from csv to csv,
beside polars reading and writing the same file; start-up; one call for one message; and the floor, reading the file and
lower-casing it. Each measurement has a process of its own; the contestants take turns within each round, and the median
of the rounds counts. A package that is not installed is named with the command that installs it: pip install
'.[bench]' brings all. Written: ``report.md``, ``results.json``, ``benchmark.png``.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarking.contestants import CONTESTANTS, OURS, Contestant
from benchmarking.processes import ask, run_process
from benchmarking.report import Measurements, lines_of_plot, report

POLARS = "polars, read and write"
_POLARS_CODE = "import polars, sys; polars.read_csv(sys.argv[1], infer_schema=False).write_csv(sys.argv[2])"
_MESSAGE = "Третий день нет отопления, дома 12 градусов, ребёнку полгода. Садовая 18"
_CLI = [sys.executable, "-m", "appealnlp"]
STARTS = {
    "python": [sys.executable, "-c", "pass"],
    "import appealnlp": [sys.executable, "-c", "import appealnlp"],
    "appealnlp --help": [*_CLI, "--help"],
    "appealnlp classify --message": [*_CLI, "classify", "--message", _MESSAGE],
}


def measure_speeds(measured: Measurements, folder: Path, present: list[Contestant], turn: int) -> None:
    """One round of passes over messages, the contestants one after another, another first each time."""
    order = present[turn % len(present) :] + present[: turn % len(present)]
    for size, contestant in itertools.product(measured.sizes, order):
        smaller = [known for known in measured.sizes if known < size]
        if smaller and contestant.most <= max(smaller):
            continue  # it has been given all it can take
        measured.speeds.setdefault((contestant.name, size), []).append(ask("speed", folder, contestant.name, size))


def measure_files(measured: Measurements, folder: Path) -> None:
    """One round of whole processes from csv to csv."""
    for size in measured.sizes:
        given, made = str(folder / f"{size}.csv"), folder / "made.csv"
        classify = [*_CLI, "classify", given, "-o", str(made)]
        commands = {OURS: classify, f"{OURS} --jobs 1": [*classify, "--jobs", "1"]}
        if find_spec("polars") is not None:
            commands[POLARS] = [sys.executable, "-c", _POLARS_CODE, given, str(made)]
        else:
            measured.missing[POLARS] = "pip install polars"
        for name, command in commands.items():
            measured.files.setdefault((name, size), []).append(run_process(command, allowed=(0, 1)))
            if name == OURS:
                measured.rows[size] = count_rows(made)


def count_rows(path: Path) -> tuple[int, int]:
    """Rows of a classified file, and how many of them have a verdict, or an error in its place."""
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = judged = 0
        for row in csv.DictReader(stream):
            rows += 1
            judged += bool(row["nlp_topic"]) != bool(row["nlp_error"])
    return rows, judged


def measure_starts(measured: Measurements, times: int) -> None:
    """Start each kind of process some times, in turns."""
    for _, (what, command) in itertools.product(range(times), STARTS.items()):
        measured.starts.setdefault(what, []).append(run_process(command))


def write_results(target: Path, measured: Measurements, text: str) -> None:
    """Write the report, the figures and the plot."""
    target.mkdir(parents=True, exist_ok=True)
    results = {
        "speeds": [[*key, answers] for key, answers in measured.speeds.items()],
        "files": [[*key, [vars(cost) for cost in costs]] for key, costs in measured.files.items()],
        "starts": {what: [vars(cost) for cost in costs] for what, costs in measured.starts.items()},
        "singles": measured.singles,
        "lines": lines_of_plot(measured),
    }
    (target / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    (target / "report.md").write_text(text, encoding="utf-8")
    if find_spec("matplotlib") is not None:
        ask("plot", target)


def main() -> None:
    """Measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="messages with text and topic, CSV")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000", help="numbers of messages, with commas")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    parser.add_argument("--quick", action="store_true", help="a few messages once, to see whether all of it works")
    parser.add_argument("-o", "--output", type=Path, default=Path("out/benchmark"), metavar="DIR")
    arguments = parser.parse_args()
    sizes = [100] if arguments.quick else sorted(map(int, arguments.sizes.split(",")))
    rounds, starts, learned = (1, 1, 300) if arguments.quick else (arguments.rounds, 10, 10_000)

    measured = Measurements(sizes)
    if find_spec("matplotlib") is None:
        measured.missing["the plot"] = "pip install matplotlib"
    present = [contestant for contestant in CONTESTANTS if not contestant.missing]
    measured.missing.update({one.title: one.missing for one in CONTESTANTS if one.missing})
    with tempfile.TemporaryDirectory(prefix="appealnlp-benchmark-") as temporary:
        folder = Path(temporary)
        print("making messages", flush=True)
        corpus = None if arguments.corpus is None else str(arguments.corpus.resolve())
        messages = ask("corpus", folder, json.dumps([corpus, sizes, learned]))["messages"]
        for contestant in present:
            print(f"learning: {contestant.title}", flush=True)
            ask("learn", folder, contestant.name)
        for turn in range(rounds):
            print(f"round {turn + 1} of {rounds}", flush=True)
            measure_speeds(measured, folder, present, turn)
            measure_files(measured, folder)
            for contestant in present:
                answer = ask("single", folder, contestant.name, sizes[0])
                measured.singles.setdefault(contestant.name, []).append(answer["microseconds"])
        measure_starts(measured, starts)
    text = report(measured, messages, rounds)
    write_results(arguments.output.resolve(), measured, text)
    print(text)


if __name__ == "__main__":
    main()
