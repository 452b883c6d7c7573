"""Measure `find_places` on a table of messages with annotated places.

Usage: measure_places.py URGENCY_CSV [--half dev|test|all] [--annotators 2] [--errors N] [--speed CSV] [--rows N]

The table has the columns id, text, places (verbatim, " | " between) and annotators. Halves are drawn by a hash of the
id: errors are for the dev half only, the test half is for figures. ``--speed`` times the plain and the fast way on the first
rows of a table with the column text, turn by turn, and counts where they differ. Messages are shown on the terminal
only; nothing is written.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import appealnlp
from appealnlp.places import find_places
from appealnlp.places.grammar import grammar
from appealnlp.text import preprocess

Span = tuple[int, int]
TURNS = 5


def annotated(row: dict[str, str]) -> list[Span]:
    """Spans of the annotated strings: each is looked for after the one before it, else from the start."""
    spans, at = [], 0
    for wanted in filter(None, row["places"].split(" | ")):
        start = row["text"].find(wanted, at)
        start = start if start >= 0 else row["text"].find(wanted)
        if start < 0:
            continue
        spans.append((start, start + len(wanted)))
        at = start + len(wanted)
    return spans


def shared(one: Span, other: Span) -> int:
    """Number of characters that two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def in_half(row: dict[str, str], half: str) -> bool:
    """Whether a row is in the half asked for."""
    return half == "all" or (zlib.crc32(row["id"].encode()) % 2 == 0) == (half == "dev")


def measure(rows: Iterable[dict[str, str]], show: int) -> None:
    """Print recall, exactness and found per annotated; then the first errors."""
    total = found_total = half = both = exact = right = messages = 0
    errors = []
    for row in rows:
        document = preprocess(row["text"])
        places = find_places(row["text"], document.tokens)
        spans, found = annotated(row), [(place.start, place.end) for place in places]
        messages += 1
        total, found_total = total + len(spans), found_total + len(found)
        for span in spans:
            best = max(found, key=lambda other, span=span: shared(span, other), default=(0, 0))  # type: ignore[misc]
            common = shared(span, best)
            half += 2 * common >= span[1] - span[0]
            both += 2 * common >= max(span[1] - span[0], best[1] - best[0]) and common > 0
            exact += best == span
        right += sum(any(2 * shared(other, span) >= other[1] - other[0] for span in spans) for other in found)
        missed = [s for s in spans if not any(2 * shared(s, f) >= s[1] - s[0] for f in found)]
        extra = [f for f in found if not any(shared(s, f) for s in spans)]
        if missed or extra:
            errors.append((row["text"], missed, extra))
    found_per = found_total / max(total, 1)
    print(f"{messages} messages, {total} annotated, {found_total} found = {found_per:.2f} per annotated")
    print(f"recall, half of the annotated characters: {half / max(total, 1):.3f}")
    print(f"recall, half of both: {both / max(total, 1):.3f}; exact: {exact / max(total, 1):.3f}")
    print(f"precision, half of the found characters: {right / max(found_total, 1):.3f}")
    for text, missed, extra in errors[:show]:
        print("missed:", " … ".join(around(text, span) for span in missed))
        print(" extra:", " … ".join(around(text, span) for span in extra))


def around(text: str, span: Span) -> str:
    """A span in brackets with a little text on both sides."""
    return f"{text[max(0, span[0] - 25) : span[0]]}[[{text[slice(*span)]}]]{text[span[1] : span[1] + 20]}"


def measure_speed(texts: list[str]) -> None:
    """Print microseconds a message of processor time: the fast way with new and with known forms, and the plain way."""
    scorer = appealnlp.load()._scorer
    grammar()
    chunks = list(scorer.score_many(texts))
    documents = [preprocess(text, scorer.lexicon.lemmatizer) for text in texts]

    def fast() -> list[str]:
        parts = [chunk.places(texts[chunk.first : chunk.first + len(chunk.tokens.offsets)]) for chunk in chunks]
        return [places for part in parts for places in part.joined()]

    def plain() -> list[str]:
        return [" | ".join(place.text for place in find_places(one.text, one.tokens)) for one in documents]

    cold, _ = timed(fast, len(texts))
    turns = [(timed(fast, len(texts)), timed(plain, len(texts))) for _ in range(TURNS)]
    different = sum(one != other for one, other in zip(turns[0][0][1], turns[0][1][1], strict=True))
    warm, slow = (statistics.median(turn[way][0] for turn in turns) for way in (0, 1))
    print(f"{len(texts)} messages, {different} different")
    print(f"µs per message: fast {warm:.1f}, with new forms {cold:.1f}; plain {slow:.1f}")


def timed(way: Callable[[], list[str]], messages: int) -> tuple[float, list[str]]:
    """Microseconds a message, and the places."""
    start = time.thread_time()
    found = way()
    return (time.thread_time() - start) / messages * 1e6, found


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--half", choices=["dev", "test", "all"], default="dev")
    parser.add_argument("--annotators", default="")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--speed", type=Path)
    parser.add_argument("--rows", type=int, default=9000)
    args = parser.parse_args()
    if args.errors and args.half != "dev":
        sys.exit("errors are shown for the dev half only")
    with args.table.open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if in_half(row, args.half)]
    measure([row for row in rows if args.annotators in ("", row["annotators"])], args.errors)
    if args.speed is not None:
        with args.speed.open(encoding="utf-8", newline="") as source:
            measure_speed([row["text"] for row in islice(csv.DictReader(source), args.rows)])


if __name__ == "__main__":
    main()
