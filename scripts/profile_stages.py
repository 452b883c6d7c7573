"""Where the time of a message goes: microseconds of each stage of the fast path, cold and warm.

    python scripts/profile_stages.py [--corpus FILE] [--messages 100000]

The messages are those of `scripts/benchmark.py`. One thread does everything here, so that the stages add up; used as a
library the next chunk is scored in a second thread meanwhile. Stages in deeper columns are part of the one above them.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import appealnlp
from appealnlp import classifier, columns, heads, scores, words
from appealnlp.places import find as places
from appealnlp.places import symbols
from appealnlp.text import lemmas
from appealnlp.urgency import many, matching
from benchmarking.corpus import SEED, more_messages, read_messages

STAGES: tuple[tuple[str, Any, str], ...] = (
    ("tokens, sums of words", scores.Scorer, "_score_chunk"),
    ("- clean, find and hash tokens", scores, "tokenize_chunk"),
    ("- look up the memory of word forms", scores.Scorer, "_remembered"),
    ("- - learn new forms", scores.Scorer, "_learn"),
    ("- - - lemmas of forms that the table lacks", lemmas.Lemmatizer, "unlisted"),
    ("- pairs of lemmas", scores.Scorer, "_pairs"),
    ("- add up rows", scores.Scorer, "_totals"),
    ("verdicts", classifier, "judge_chunk"),
    ("- topics and levels from the sums", heads.Heads, "decide"),
    ("- matches of the rules", many.Situations, "__init__"),
    ("- - slots of new forms", words.ChunkWords, "_learn_slot_sets"),
    ("- - matcher", matching.Matcher, "find"),
    ("- - sentences", words.ChunkWords, "sentences"),
    ("- reasons of the rules", many.Situations, "reasons"),
    ("- - guards", many.Situations, "_standing"),
    ("- words of the model's alarms", columns, "_model_words"),
    ("- places", scores, "find_places_many"),
    ("- - classes of words and gaps", places, "symbols_of_chunk"),
    ("- - - names that new forms can be", symbols.FormClasses, "names"),
    ("- - search", places, "_parts"),
    ("columns as texts", classifier, "as_columns"),
)
"""What is told, where its function lives, and what that is called."""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="messages with text and topic, CSV")
    parser.add_argument("--messages", type=int, default=100_000, metavar="N")
    arguments = parser.parse_args()
    made = more_messages(read_messages(arguments.corpus), SEED)
    texts = [text for text, _ in islice(made, arguments.messages)]
    model = appealnlp.load()
    with timed() as spent:
        passes = []
        for _ in range(3):
            spent.clear()
            start = time.perf_counter()
            model.classify_columns(texts)
            passes.append({"all": time.perf_counter() - start, **spent})
    cold, warm = passes[0], min(passes[1:], key=lambda each: each["all"])
    print("| stage | cold | warm |\n|---|---|---|")
    for title in ("all", *(title for title, _, _ in STAGES)):
        print(f"| {title} | {' | '.join(f'{1e6 * each.get(title, 0.0) / len(texts):.1f}' for each in (cold, warm))} |")


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Seconds spent in each stage, of this one thread."""
    spent: dict[str, float] = defaultdict(float)
    whole = [(scores.Scorer, "score_many", scores.Scorer.score_many)]
    scores.Scorer.score_many = scores.Scorer._chunks  # type: ignore[method-assign]
    for title, owner, name in STAGES:
        function = getattr(owner, name)
        whole.append((owner, name, function))
        setattr(owner, name, clocked(function, title, spent))
    try:
        yield spent
    finally:
        for owner, name, function in whole:
            setattr(owner, name, function)


def clocked(function: Any, title: str, spent: dict[str, float]) -> Any:
    """A function that also tells how long it took."""

    def call(*arguments: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            spent[title] += time.perf_counter() - start

    return call


if __name__ == "__main__":
    main()
