"""Several sources in one table: all their columns, in order of appearance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from .batch import Batch, Layout
from .values import merge_kinds

__all__ = ["Union", "unite"]


@dataclass(frozen=True, slots=True)
class Union:
    """The common layout, and where each source has its columns.

    :param layout: the columns of the common table.
    :param positions: for each source, for every common column, where it is in the source.
    :param dropped: names of columns that were left out.
    """

    layout: Layout
    positions: tuple[tuple[int | None, ...], ...]
    widths: tuple[int, ...]
    dropped: frozenset[str]

    def apply(self, source: int, batch: Batch) -> Batch:
        """A batch of the source with this number, in the common layout; the batch itself if it already has it."""
        positions = self.positions[source]
        if positions == tuple(range(self.widths[source])):
            return batch
        return batch.select(positions, self.dropped)

    def place_of(self, source: int, position: int) -> int | None:
        """Where the column at ``position`` of a source is in the common table; ``None`` if it was left out."""
        positions = self.positions[source]
        return positions.index(position) if position in positions else None


def unite(layouts: Sequence[Layout], leave_out: Collection[str] = ()) -> Union:
    """Lay the columns of some sources over each other by name; a name that repeats counts as many columns.

    :param layouts: the columns of each source, at least one.
    :param leave_out: columns that do not come through, because the run adds its own by that name.
    :return: the common layout and the way to it.
    """
    names: dict[tuple[str, int], None] = {}
    places: list[dict[tuple[str, int], int]] = []
    for layout in layouts:
        counts: Counter[str] = Counter()
        place: dict[tuple[str, int], int] = {}
        for at, column in enumerate(layout.columns):
            counts[column] += 1
            if column not in leave_out:
                place[column, counts[column]] = at
        places.append(place)
        names.update(dict.fromkeys(place))
    keys = list(names)
    positions = tuple(tuple(place.get(key) for key in keys) for place in places)
    kinds = tuple(
        merge_kinds({layout.kinds[place[key]] for layout, place in zip(layouts, places, strict=True) if key in place})
        for key in keys
    )
    text_key = (layouts[0].columns[layouts[0].text], 1)
    text = keys.index(text_key) if text_key in names else 0
    schema = _common_schema(layouts, positions)
    layout = Layout(tuple(name for name, _ in keys), kinds, text, None, schema)
    dropped = frozenset(column for layout in layouts for column in layout.columns if column in leave_out)
    return Union(layout, positions, tuple(len(layout.columns) for layout in layouts), dropped)


def _common_schema(layouts: Sequence[Layout], positions: Sequence[Sequence[int | None]]) -> Any:
    """The arrow schema that all sources share, if they do."""
    if any(layout.arrow_schema is None for layout in layouts) or any(None in place for place in positions):
        return None
    import pyarrow as pa

    schemas = [
        pa.schema([layout.arrow_schema.field(at) for at in place])
        for layout, place in zip(layouts, positions, strict=True)
    ]
    return reduce(lambda one, other: one if one is not None and one.equals(other) else None, schemas)
