from __future__ import annotations

import pyarrow as pa

from appealnlp.messages.batch import Batch, Layout
from appealnlp.messages.union import unite


def layout(*columns: str, text: int = 0) -> Layout:
    return Layout(columns, ("text",) * len(columns), text)


def batch(*rows: list[object]) -> Batch:
    return Batch(list(rows), ["т"] * len(rows), [None] * len(rows), [""] * len(rows), 2)


def test_one_source_passes_untouched() -> None:
    union = unite([layout("a", "", "a", "")])
    rows = batch([1, 2, 3, 4])
    assert union.layout.columns == ("a", "", "a", "")
    assert union.apply(0, rows) is rows


def test_columns_in_order_of_appearance_repeats_apart() -> None:
    union = unite([layout("a", "b", "a"), layout("c", "a", text=1), layout("b", "a", "a", "b")])
    assert union.layout.columns == ("a", "b", "a", "c", "b")
    assert union.apply(0, batch([1, 2, 3])).rows == [[1, 2, 3, None, None]]
    assert union.apply(1, batch([1, 2])).rows == [[2, None, None, 1, None]]
    assert union.apply(2, batch([1, 2, 3, 4])).rows == [[2, 1, 3, None, 4]]


def test_columns_of_an_earlier_run_are_left_out() -> None:
    union = unite([layout("nlp_topic", "text", "nlp_error", text=1)], ["nlp_topic", "nlp_error", "nlp_kind"])
    assert union.layout.columns == ("text",)
    assert union.layout.text == 0
    assert union.dropped == {"nlp_topic", "nlp_error"}
    rows = batch(["x", "y", "z"])
    rows.objects = [{"nlp_topic": "x", "text": "y"}]
    selected = union.apply(0, rows)
    assert selected.rows == [["y"]]
    assert selected.objects == [{"text": "y"}]


def test_kinds_are_merged() -> None:
    one = Layout(("text", "n"), ("text", "integer"), 0)
    assert unite([one, Layout(("n", "text"), ("number", "text"), 1)]).layout.kinds == ("text", "number")
    assert unite([one, Layout(("n", "text"), ("date", "text"), 1)]).layout.kinds == ("text", "text")


def test_arrow_types_survive_where_all_sources_share_them() -> None:
    schema = pa.schema([("text", pa.string()), ("n", pa.int8())])
    one = Layout(("text", "n"), ("text", "integer"), 0, None, schema)
    assert unite([one, one]).layout.arrow_schema == schema
    assert unite([one], ["text"]).layout.arrow_schema == pa.schema([("n", pa.int8())])
    wide = Layout(("text", "n"), ("text", "integer"), 0, None, pa.schema([("text", pa.string()), ("n", pa.int64())]))
    assert unite([one, wide]).layout.arrow_schema is None
    assert unite([one, layout("text")]).layout.arrow_schema is None
