"""One measurement in a process of its own: ``python -m benchmarking.child TASK ...``; the result is JSON on stdout."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from .contestants import CONTESTANTS, FLOOR, Classify
from .corpus import blocks, make_corpus, read_messages

BLOCK = 50_000
"""Messages that are given to a contestant at once."""
MOST_AGAIN = 100_000
"""At most so many messages are measured warm and steady."""
SINGLE = 1_000
_BY_NAME = {contestant.name: contestant for contestant in CONTESTANTS}


def learn(name: str, folder: Path) -> dict[str, Any]:
    """Make the model of a contestant."""
    _BY_NAME[name].learn(read_messages(folder / "train.csv"), folder)
    return {}


def speed(name: str, folder: Path, size: int) -> dict[str, Any]:
    """Measure one pass over messages never seen, the same again, and others after them.

    Times are on the clock, so that a contestant may use more than one core; the machine should have nothing else to do.
    """
    contestant = _BY_NAME[name]
    start = time.perf_counter()
    classify = contestant.load(folder)
    load = time.perf_counter() - start
    size, again = min(size, contestant.most), min(size, contestant.most, MOST_AGAIN)
    passes = {
        "cold": _one_pass(name, classify, folder, 0, size),
        "warm": _one_pass(name, classify, folder, 0, again),
        "steady": _one_pass(name, classify, folder, size, again),
    }
    return {"load": load, "peak": _peak(), **passes}


def _one_pass(name: str, classify: Classify, folder: Path, first: int, count: int) -> dict[str, float]:
    messages = length = verdicts = 0
    seconds = 0.0
    processor = time.process_time()
    reading = blocks(folder / "pool.csv", first, count, BLOCK)
    while True:
        start = time.perf_counter()
        block = next(reading, None)
        if name != FLOOR:  # for the others reading is not measured
            start = time.perf_counter()
        if block is None:
            break
        topics = classify(block)
        seconds += time.perf_counter() - start
        messages += len(block)
        length += sum(len(text.encode()) for text in block)
        verdicts += sum(1 for topic in topics if topic)
    processor = time.process_time() - processor
    return {
        "messages": messages, "bytes": length, "verdicts": verdicts, "seconds": seconds, "processor": processor
    }  # fmt: skip


def single(name: str, folder: Path, size: int) -> dict[str, Any]:
    """Median time of one call for one message, in microseconds, after a first pass over as many messages."""
    if name == "appealnlp":
        import appealnlp

        classify: Any = appealnlp.load().classify
    else:
        many = _BY_NAME[name].load(folder)

        def classify(text: str) -> Any:
            return many([text])

    (texts,) = blocks(folder / "pool.csv", 0, min(SINGLE, size), SINGLE)
    (others,) = blocks(folder / "pool.csv", len(texts), len(texts), SINGLE)
    for text in texts:
        classify(text)
    times = []
    for text in others:
        start = time.perf_counter()
        classify(text)
        times.append(time.perf_counter() - start)
    return {"microseconds": statistics.median(times) * 1e6}


def _peak() -> float | None:
    """Most memory that this process held so far, in MB."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def plot(folder: Path) -> dict[str, Any]:
    """Draw the costs of ``results.json``, both axes logarithmic."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    figure, axes = pyplot.subplots(figsize=(9, 7), layout="constrained")
    for line in results["lines"]:
        sizes, seconds = zip(*line["points"], strict=True)
        axes.loglog(sizes, seconds, "o-" if line["kind"] == "cold" else "s--", label=line["title"])
    axes.set_xlabel("messages")
    axes.set_ylabel("seconds")
    axes.set_title("Cost of one pass over messages never seen (lines), of a whole process (dashes)")
    axes.grid(True, which="both", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, fontsize="small")
    figure.savefig(folder / "benchmark.png", dpi=120)
    return {}


def main() -> None:
    """Do the task that the arguments name."""
    task, place, *arguments = sys.argv[1:]
    folder = Path(place)
    if task == "corpus":
        corpus, sizes, learned = json.loads(arguments[0])
        again = min(max(sizes), MOST_AGAIN)
        result = {"messages": make_corpus(folder, corpus and Path(corpus), sizes, again, learned)}
    elif task == "plot":
        result = plot(folder)
    elif task == "learn":
        result = learn(arguments[0], folder)
    else:
        result = {"speed": speed, "single": single}[task](arguments[0], folder, int(arguments[1]))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
