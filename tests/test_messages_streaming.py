"""Memory must not grow with the file for the formats that stream."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from appealnlp.messages import AddedColumn, delimited, documents, encoding, open_sink, open_source, parquet, workbook

ADDED = [AddedColumn("nlp_topic", "nlp_topic")]
TEXT = "Второй день не работает лифт, подниматься на девятый этаж тяжело " * 4


def make_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="cp1251") as stream:
        stream.write("id;text\n")
        stream.writelines(f"{number};{TEXT}\n" for number in range(rows))


def make_jsonl(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"id": number, "text": TEXT}) + "\n" for number in range(rows))


def make_parquet(path: Path, rows: int) -> None:
    pq.write_table(pa.table({"id": range(rows), "text": [TEXT] * rows}), path, row_group_size=500)


def peak(source: Path, target: Path) -> int:
    tracemalloc.start()
    with open_source(source) as opened, open_sink(target, opened.layout, ADDED) as sink:
        for batch in opened.batches():
            sink.write(batch, {"nlp_topic": ["x"] * len(batch)})
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest


@pytest.mark.parametrize("output", ["out.csv", "out.jsonl", "out.xlsx"])
@pytest.mark.parametrize(
    ("name", "make"), [("in.csv", make_csv), ("in.jsonl", make_jsonl), ("in.parquet", make_parquet)]
)
def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[Path, int], None], output: str
) -> None:
    for module in (delimited, documents, parquet):
        monkeypatch.setattr(module, "BATCH_ROWS", 500)
    monkeypatch.setattr(workbook, "FITTED_ROWS", 500)
    monkeypatch.setattr(encoding, "_CHUNK", 1 << 14)
    monkeypatch.setattr(delimited, "_SAMPLE", 1 << 14)
    for module in (delimited, documents):
        monkeypatch.setattr(module, "KEPT_BYTES", 0)
    peaks = []
    for rows in (2_000, 2_000, 8_000):  # the first run also pays for what is imported
        make(tmp_path / name, rows)
        peaks.append(peak(tmp_path / name, tmp_path / output))
    assert peaks[2] < 1.4 * peaks[1]
