"""The messages that are measured on: real ones from a file or invented ones, and as many more like them as it takes."""

from __future__ import annotations

import csv
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path

__all__ = ["Message", "blocks", "make_corpus", "more_messages", "read_messages"]

Message = tuple[str, str]
"""Text and topic."""

ROOT = Path(__file__).resolve().parents[2]
INVENTED = (ROOT / "data" / "samples" / "messages.jsonl", ROOT / "data" / "authored" / "messages.jsonl")
SEED = 3
NEW_WORDS = 0.3  # share of words that are drawn anew
OTHER_FORMS = 0.15  # share of these that are another form of a word of the corpus, as the dictionary has it
TYPOS = 0.01  # share of all words with two letters exchanged
_WORD = re.compile("[а-яё]{3,}", re.IGNORECASE)
_DRAWN_AT_ONCE = 10_000


def read_messages(corpus: Path | None) -> list[Message]:
    """The messages with text and topic of a CSV file (columns ``text`` and ``topic``); without one the invented ones."""
    if corpus is None:
        records = [json.loads(line) for path in INVENTED for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        csv.field_size_limit(10_000_000)
        with corpus.open(encoding="utf-8-sig", newline="") as stream:
            records = list(csv.DictReader(stream))
        if not records or not {"text", "topic"} <= records[0].keys():
            raise SystemExit(f"{corpus}: the benchmark needs a CSV file with the columns text and topic")
    messages = [(record["text"], record["topic"]) for record in records]
    return [(text, topic) for text, topic in messages if text and topic and text.strip()]


def more_messages(messages: Sequence[Message], seed: int) -> Iterator[Message]:
    """Endless messages: first the given ones, shuffled, then the same with words drawn anew.

    Words are drawn as often as they occur in the messages; some are put into another form, some get a typing error, so
    that new forms go on appearing as they do in real messages.
    """
    draw = random.Random(seed)
    words = Counter(word.lower() for text, _ in messages for word in _WORD.findall(text))
    common, bounds = list(words), list(accumulate(words.values()))
    forms = _other_forms(common)
    order = list(messages)
    draw.shuffle(order)
    yield from order

    def drawn() -> Iterator[str]:
        while True:
            yield from draw.choices(common, cum_weights=bounds, k=_DRAWN_AT_ONCE)

    supply = drawn()

    def replace(found: re.Match[str]) -> str:
        word = old = found[0]
        if draw.random() < NEW_WORDS:
            word = draw.choice(forms) if draw.random() < OTHER_FORMS else next(supply)
        if draw.random() < TYPOS:
            at = draw.randrange(len(word) - 1)
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word.capitalize() if old[0].isupper() and word is not old else word

    while True:
        for text, topic in order:
            yield _WORD.sub(replace, text), topic


def _other_forms(words: Sequence[str]) -> list[str]:
    """All forms of some words."""
    from appealnlp.text.lemmas import lexeme

    known = {form for word in words for form in lexeme(word)}
    return sorted(form for form in known if _WORD.fullmatch(form)) or list(words)


def make_corpus(folder: Path, corpus: Path | None, sizes: Sequence[int], again: int, learned: int) -> str:
    """Write ``pool.csv``, the beginnings of it that have some sizes, and ``train.csv``.

    :param again: how many messages the pool has after those of the largest size.
    :param learned: how many messages there are to learn from.
    :return: in words, what the messages are.
    """
    messages = read_messages(corpus)
    _write(folder / "train.csv", islice(more_messages(messages, SEED + 1), min(learned, 2 * len(messages))))
    _write(folder / "pool.csv", islice(more_messages(messages, SEED), max(sizes) + again))
    for size in sizes:
        with (folder / "pool.csv").open(encoding="utf-8", newline="") as stream:
            _write(
                folder / f"{size}.csv", ((text, topic) for _, text, topic in islice(csv.reader(stream), 1, 1 + size))
            )
    origin = "invented messages of this project" if corpus is None else f"messages of {corpus.name}"
    length = sum(len(text.encode()) for text, _ in messages) / len(messages)
    return (
        f"{len(messages):,} {origin}, {length:.0f} bytes each on average, and more made of them by drawing words anew."
    )


def _write(path: Path, messages: Iterable[Message]) -> None:
    """Write messages as a CSV table with the columns ``id``, ``text`` and ``topic``."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["id", "text", "topic"])
        writer.writerows([number, *message] for number, message in enumerate(messages, 1))


def blocks(path: Path, first: int, count: int, size: int) -> Iterator[list[str]]:
    """Texts of the rows from number ``first`` on, some at a time, so that measuring needs little memory itself."""
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = islice(csv.reader(stream), 1 + first, 1 + first + count)
        while block := [row[1] for row in islice(rows, size)]:
            yield block
