"""What people filled in, back into the training rows: labels put right after an audit, topics told in a review.

Both sheets name a row by file, number and a hash of its letters and digits, so that nothing is put right in a row it was
not meant for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError
from ..messages import Source, open_source
from ..messages.columns import find_named
from ..messages.workbook import LONG_NOTE
from .examples import Examples, check_label, clean_label
from .names import level_codes
from .sheet_words import DELETE, FILE, KEY, RIGHT_LABEL, RIGHT_TOPIC, RIGHT_URGENCY, ROW, Names, row_key
from .split import duplicate_key

__all__ = ["CORRECTED", "Corrections", "Fixes", "add_corrections", "fix_labels", "read_corrections"]


@dataclass(frozen=True)
class Fixes:
    """What became of the labels that were filled in.

    ``relabelled`` and ``dropped``: rows, with those that repeat the text and the label of a row in the sheet; ``same``:
    cells that hold the label that was recorded; ``unmatched``: places in the sheet with no such row in the files;
    ``new``: labels that no row had before, which may be slips of the pen.
    """

    relabelled: int
    dropped: int
    same: int
    unmatched: tuple[str, ...]
    new: dict[str, int]

    def lines(self) -> list[str]:
        """For people."""
        lines = [f"labels fixed: {self.relabelled:,} rows have another label, {self.dropped:,} rows dropped"]
        if self.same:
            lines.append(f"  {self.same:,} cells repeat the recorded label")
        if self.new:
            lines.append(f"  labels that no row had before: {', '.join(f'{one} ({n})' for one, n in self.new.items())}")
        if self.unmatched:
            shown = ", ".join(self.unmatched[:_SHOWN]) + (" …" if len(self.unmatched) > _SHOWN else "")
            lines.append(f"  {len(self.unmatched):,} of the sheet are not in the files (changed or moved): {shown}")
        return lines


_SHOWN = 12
CORRECTED = 2.0
"""How much a corrected row counts beside a row as it was recorded: twice pays where a person is right more often than the
records (15 % more wrong labels there), costs little where they err alike; four times costs in both cases."""


@dataclass(frozen=True)
class Corrections:
    """Rows that a person labelled in a review.

    ``examples``: those with a topic; ``dropped``: texts (their `duplicate_key`) that are not to be learned from;
    ``empty``: how many rows of the sheet nobody filled in; ``urgency_alone``: how many have an urgency but no topic.
    """

    examples: Examples
    dropped: frozenset[str]
    empty: int
    urgency_alone: int

    def lines(self, urgency: bool) -> list[str]:
        """For people.

        :param urgency: whether the urgency is learned from the export's own levels.
        """
        lines = [
            f"{len(self.examples):,} corrected rows, each counted {CORRECTED:g} times; {self.empty:,} not filled in"
        ]
        if self.dropped:
            lines.append(f"  {len(self.dropped):,} texts dropped")
        if self.urgency_alone:
            lines.append(f"  {self.urgency_alone:,} rows with an urgency but no topic were not used")
        levels = sum(map(bool, self.examples.levels))
        if levels and not urgency:
            lines.append(f"  {levels:,} corrected urgencies were not used: they are learned with --urgency-column only")
        return lines


def fix_labels(examples: Examples, sheet: str | Path) -> tuple[Examples, Fixes]:
    """Put the labels of some rows right.

    :param sheet: what `appealnlp audit` wrote, with right labels filled in: an empty cell leaves the label, "delete" or
        «удалить» drops the row. A correction goes to all rows with that text and that label.
    :return: the rows with right labels, and what was done.
    :raises InputError: the sheet cannot be read or is not one of an audit.
    """
    places: defaultdict[tuple[str, int, str], list[int]] = defaultdict(list)
    repeats: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at, (file, row, key, topic) in enumerate(
        zip(examples.files, examples.rows, examples.keys, examples.topics, strict=True)
    ):
        places[_name(file), row, row_key(key)].append(at)
        repeats[key, topic].append(at)
    labels: dict[int, str] = {}
    same, unmatched = 0, []
    for file, row, key, label, place in _filled_in(sheet):
        found = places.get((_name(file), row, key))
        if found is None:
            unmatched.append(place)
        elif label == examples.topics[found[0]]:
            same += 1
        else:
            for at in found:
                labels.update(dict.fromkeys(repeats[examples.keys[at], examples.topics[at]], label))
    dropped = {at for at, label in labels.items() if label in DELETE}
    known = set(examples.topics)
    right = {at: label for at, label in labels.items() if at not in dropped}
    new = Counter(label for label in right.values() if label not in known)
    return _relabelled(examples, right, dropped), Fixes(
        len(right), len(dropped), same, tuple(unmatched), dict(new.most_common())
    )


def read_corrections(sheet: str | Path) -> Corrections:
    """Read what `appealnlp review` wrote and a person filled in.

    :raises InputError: the sheet cannot be read, is not one of a review, or nothing is filled in.
    """
    found = Examples()
    dropped: set[str] = set()
    empty = urgency_alone = 0
    with open_source(sheet) as source:
        topic_at, level_at = (_place(source, names) for names in (RIGHT_TOPIC, RIGHT_URGENCY))
        for batch in source.batches():
            for number, (values, text) in enumerate(zip(batch.rows, batch.texts, strict=True), batch.first_row):
                topic, level = clean_label(values[topic_at]), clean_label(values[level_at])
                check_label(topic, source.name, number, source.columns[topic_at])
                text = text.removesuffix(LONG_NOTE)
                if topic.casefold() in DELETE:
                    dropped.add(duplicate_key(text))
                elif topic:
                    found.add(text, topic, "", level, source.name, number)
                elif level:
                    urgency_alone += 1
                else:
                    empty += 1
    if not len(found) and not dropped:
        what = f"no right topic is filled in; the column is {source.columns[topic_at]!r}"
        raise InputError(what, file=source.name)
    found.levels = level_codes(found.levels)
    found.weights = [CORRECTED] * len(found)
    return Corrections(found, frozenset(dropped), empty, urgency_alone)


def add_corrections(examples: Examples, corrections: Corrections, *, urgency: bool) -> tuple[Examples, Examples]:
    """The rows of an export without the texts that were corrected, and the corrected ones with their groups.

    :param urgency: whether the urgency is learned from the export's own levels.
    """
    corrected = corrections.examples
    told = corrections.dropped.union(corrected.keys)
    groups = usual_groups(examples)
    others = examples.select([at for at, key in enumerate(examples.keys) if key not in told])
    return others, replace(
        corrected,
        groups=[groups.get(topic, "") for topic in corrected.topics],
        levels=corrected.levels if urgency else [""] * len(corrected),
    )


def usual_groups(examples: Examples) -> dict[str, str]:
    """The group that most rows of each topic name."""
    named: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for topic, group in zip(examples.topics, examples.groups, strict=True):
        if group:
            named[topic][group] += 1
    return {topic: min(groups, key=lambda group: (-groups[group], group)) for topic, groups in named.items()}


def _relabelled(examples: Examples, labels: dict[int, str], dropped: set[int]) -> Examples:
    groups = usual_groups(examples)
    fixed = examples.select([at for at in range(len(examples)) if at not in dropped])
    place = 0
    for at in range(len(examples)):
        if at in dropped:
            continue
        if at in labels:
            fixed.topics[place] = labels[at]
            fixed.groups[place] = groups.get(labels[at], "")
        place += 1
    return fixed


def _filled_in(sheet: str | Path) -> Iterator[tuple[str, int, str, str, str]]:
    """File, row, key and right label of each row of a sheet that has one, and where it stands in the sheet."""
    with open_source(sheet) as source:
        columns = [_place(source, names) for names in (FILE, ROW, KEY, RIGHT_LABEL)]
        for batch in source.batches():
            for number, values in enumerate(batch.rows, batch.first_row):
                file, row, key, label = (clean_label(values[at]) for at in columns)
                if label:
                    check_label(label, source.name, number, source.columns[columns[-1]])
                    lowered = label.casefold()
                    yield (
                        file,
                        int(row) if row.isascii() and row.isdigit() else 0,
                        key,
                        lowered if lowered in DELETE else label,
                        f"row {number} ({_name(file)} row {row})",
                    )


def _name(file: str) -> str:
    """The name of a file without its folders, which may be written as on Windows."""
    return file.replace("\\", "/").rpartition("/")[2]


def _place(source: Source, names: Names) -> int:
    for name in names:
        place = find_named(source.columns, name)
        if place is not None:
            return place
    what = "there is no such column; give a sheet that appealnlp wrote, with its headings as they were"
    raise InputError(what, file=source.name, column=names[0])
