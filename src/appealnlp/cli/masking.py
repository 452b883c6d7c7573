"""Masked output: personal data out of the message column and of what the verdict quotes from it.

Only the column with the message is masked; the other columns of the export stay as they are, also one that repeats
the message. The verdict is on the message as it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing import parent_process
from typing import Any

from ..messages import Batch
from ..messages.values import as_text
from .judging import Columns, Context, Judge, Months, ask, asked_columns

__all__ = ["MASKED", "load_with_masks", "with_masked_texts"]

MASKED = "masked message"
"""Key under which a masking judge hands on the messages themselves; no column of the output."""


def load_with_masks(load: Callable[[], Judge]) -> Judge:
    """A judge whose columns hold no personal data, and who hands on the masked messages as well.

    :param load: makes the judge proper.
    """
    from ..text.ner import load_network

    load_network(tell=parent_process() is None)  # before the first row, and once however many processes there are
    judge = load()
    return _MaskingJudge(judge, asked_columns(judge))


@dataclass(frozen=True, slots=True)
class _MaskingJudge:
    """What another judge says, without personal data.

    ``judge``: the other one; ``context_columns``: headings of the columns that it looks at beside the message.
    """

    judge: Judge
    context_columns: tuple[str, ...]

    def __call__(self, texts: Sequence[str], months: Months, context: Context | None = None) -> Columns:
        """The columns of some messages, and the masked messages themselves."""
        from ..text.privacy import mask_many, mask_place, mask_quotes, without_masks

        columns = ask(self.judge, texts, months, context)
        masked = mask_many(texts)
        columns[MASKED] = list(masked)
        if "nlp_lemmas" in columns:
            shown_words = self.judge([without_masks(text) for text in masked], months)
            columns["nlp_lemmas"] = shown_words["nlp_lemmas"]
        if "nlp_urgency_reason" in columns:
            reasons = zip(columns["nlp_urgency_reason"], texts, masked, strict=True)
            columns["nlp_urgency_reason"] = [
                reason and mask_quotes(as_text(reason), text, shown) for reason, text, shown in reasons
            ]
        if "nlp_places" in columns:
            columns["nlp_places"] = [
                places and " | ".join(mask_place(place) for place in as_text(places).split(" | "))
                for places in columns["nlp_places"]
            ]
        return columns


def with_masked_texts(batch: Batch, at: int | None, columns: Sequence[str], masked: Sequence[object]) -> Batch:
    """A batch whose messages are masked. In a row that could not be read every text is: the message may be anywhere.

    :param batch: the rows.
    :param at: position of the column with the message; ``None`` if it does not come through.
    :param columns: headings of the columns.
    :param masked: the masked messages; ``None`` for a row that could not be masked, whose cell is emptied.
    """
    new: dict[int, list[object]] = {}
    for number, (row, text, shown, error) in enumerate(zip(batch.rows, batch.texts, masked, batch.errors, strict=True)):
        if error:
            new[number] = [_masked_cell(cell) for cell in row]
        elif at is not None and shown != text:
            new[number] = [*row[:at], shown, *row[at + 1 :]]
    if not new:
        return batch
    rows = [new.get(number, row) for number, row in enumerate(batch.rows)]
    objects = batch.objects
    if objects is not None:
        cells = [dict(zip(columns, row, strict=True)) for row in rows]
        objects = [
            {key: cells[number].get(key, value) for key, value in record.items()} if number in new else record
            for number, record in enumerate(objects)
        ]
    return replace(batch, rows=rows, objects=objects, arrow=_with_cells(batch.arrow, at, rows))


def _masked_cell(cell: object) -> object:
    from ..text.privacy import mask

    return mask(cell) if isinstance(cell, str) else cell


def _with_cells(arrow: Any, at: int | None, rows: Sequence[Sequence[object]]) -> Any:
    """The arrow data with the message column of the rows; parquet has no rows that cannot be read."""
    if arrow is None or at is None:
        return arrow
    import pyarrow as pa

    columns = list(arrow.columns)
    texts = pa.array([None if row[at] is None else as_text(row[at]) for row in rows], pa.string())
    columns[at] = texts.cast(arrow.schema.field(at).type) if _holds_text(arrow.schema.field(at).type) else columns[at]
    return pa.RecordBatch.from_arrays(columns, schema=arrow.schema)


def _holds_text(kind: Any) -> bool:
    import pyarrow.types as types

    plain = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(plain) or types.is_large_string(plain) or types.is_string_view(plain))
