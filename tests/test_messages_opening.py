from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from appealnlp.errors import InputError
from appealnlp.messages import open_source

TEXTS = ["Нет воды третий день", "Спасибо за новую площадку", ""]


def make(folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".xlsx"):
        book = openpyxl.Workbook()
        for cells in [("id", "text"), *enumerate(TEXTS)]:
            book.active.append(cells)
        book.save(path)
    elif name.endswith(".parquet"):
        pq.write_table(pa.table({"id": range(3), "text": TEXTS}), path)
    elif name.endswith(".csv"):
        path.write_text("id;text\n" + "".join(f"{n};{text}\n" for n, text in enumerate(TEXTS)), encoding="cp1251")
    else:
        lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(TEXTS)]
        path.write_text("\n".join(lines))
    return path


NAMES = ["a.csv", "a.xlsx", "a.jsonl", "a.parquet"]


@pytest.mark.parametrize("name", NAMES)
def test_every_format_gives_the_same_messages(tmp_path: Path, name: str) -> None:
    with open_source(make(tmp_path, name)) as source:
        batches = list(source.batches())
        again = list(source.batches())
    assert [text for batch in batches for text in batch.texts] == TEXTS
    assert [batch.rows for batch in again] == [batch.rows for batch in batches]
    assert [str(row[0]) for batch in batches for row in batch.rows] == ["0", "1", "2"]
    assert source.columns == ["id", "text"]
    assert source.row_count == 3


@pytest.mark.parametrize("name", NAMES)
def test_standard_input_and_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    content = make(tmp_path, name).read_bytes()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    with open_source("-") as source:
        assert [text for batch in source.batches() for text in batch.texts] == TEXTS
    assert not list((tmp_path / "temporary").iterdir())


def test_standard_input_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(InputError, match="empty") as caught:
        open_source("-")
    assert caught.value.file == "-"
    assert not list(tmp_path.iterdir())


def test_errors_name_the_file_as_the_user_did(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        open_source(tmp_path / "none.csv")
