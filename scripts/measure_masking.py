"""Measure `mask` on messages with marked personal data.

    python scripts/measure_masking.py [FILE]

FILE (data/samples/masking.txt if not given) has one message per line; personal data are marked ``{KIND|text}``. Printed
per kind: how many of the marked pieces were masked whole, and how many masks hit what is not marked; then every
message that went wrong. The messages are invented; give no file with texts of residents.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

from appealnlp.text.privacy import find_personal

MARK = re.compile(r"\{([А-Я]+)\|([^{}]*)\}")
Span = tuple[int, int, str]


def read(path: Path) -> list[tuple[str, list[Span]]]:
    """The messages with their marked spans."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [unmarked(line) for line in lines if line and not line.startswith("#")]


def unmarked(line: str) -> tuple[str, list[Span]]:
    """A message without its marks, and where they were."""
    text, spans, at = "", [], 0
    for match in MARK.finditer(line):
        text += line[at : match.start()]
        spans.append((len(text), len(text) + len(match.group(2)), match.group(1)))
        text += match.group(2)
        at = match.end()
    return text + line[at:], spans


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).resolve().parents[1] / "data" / "samples" / "masking.txt"
    parser.add_argument("file", type=Path, nargs="?", default=default)
    messages = read(parser.parse_args().file)
    found = find_personal([text for text, _ in messages])

    marked: Counter[str] = Counter()
    masked: Counter[str] = Counter()
    false: Counter[str] = Counter()
    wrong = []
    for (text, spans), hits in zip(messages, found, strict=True):
        covered = {at for start, end, _ in hits for at in range(start, end)}
        wanted = {at for start, end, _ in spans for at in range(start, end)}
        missed = [span for span in spans if not covered.issuperset(range(*span[:2]))]
        extra = [hit for hit in hits if wanted.isdisjoint(range(*hit[:2]))]
        marked.update(kind for _, _, kind in spans)
        masked.update(kind for span in spans if span not in missed for kind in span[2:])
        false.update(kind.strip("[]") for _, _, kind in extra)
        wrong += [f"missed {kind}: {text}" for _, _, kind in missed]
        wrong += [f"false {kind} «{text[start:end]}»: {text}" for start, end, kind in extra]
    clean = sum(1 for _, spans in messages if not spans)
    print(f"{len(messages)} messages, {clean} of them without personal data")
    print(f"{'kind':<10} {'marked':>6} {'masked':>6} {'recall':>6} {'false':>6}")
    for kind in sorted(marked | false):
        recall = f"{masked[kind] / marked[kind]:.3f}" if marked[kind] else "-"
        print(f"{kind:<10} {marked[kind]:>6} {masked[kind]:>6} {recall:>6} {false[kind]:>6}")
    print(
        f"{'all':<10} {marked.total():>6} {masked.total():>6} {masked.total() / marked.total():.3f} {false.total():>7}"
    )
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
