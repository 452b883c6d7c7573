from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from appealnlp.errors import InputError
from appealnlp.messages import parquet
from appealnlp.messages.batch import BATCH_ROWS
from appealnlp.messages.parquet import open_parquet

TABLE = pa.table(
    {
        "id": pa.array([1, 2, None], pa.int32()),
        "Текст": pa.array(["нет воды", None, "'=1"], pa.large_string()),
        "Дата": pa.array([1, None, 2], pa.timestamp("ns", "UTC")),
        "теги": pa.array([["а"], [], None], pa.list_(pa.string())),
        "группа": pa.array(["х", "х", "у"]).dictionary_encode(),
        "сумма": pa.array([Decimal("1.10"), None, None], pa.decimal128(5, 2)),
    }
)


def test_rows_texts_and_arrow_data(tmp_path: Path) -> None:
    pq.write_table(TABLE, tmp_path / "a.parquet")
    source = open_parquet(tmp_path / "a.parquet")
    (batch,) = source.batches()
    assert source.columns == TABLE.column_names
    assert (source.text_column, source.date_column, source.row_count) == ("Текст", "Дата", 3)
    assert batch.texts == ["нет воды", "", "=1"]
    assert [row[0] for row in batch.rows] == [1, 2, None]
    assert [row[4] for row in batch.rows] == ["х", "х", "у"]
    assert batch.arrow.schema.types == pq.read_schema(tmp_path / "a.parquet").types


def test_batches_are_bounded(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["х"] * (BATCH_ROWS + 1)}), tmp_path / "a.parquet", row_group_size=1000)
    lengths = [len(batch) for batch in open_parquet(tmp_path / "a.parquet").batches()]
    assert sum(lengths) == BATCH_ROWS + 1
    assert max(lengths) <= BATCH_ROWS


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_cut_short(tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(TABLE, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(InputError, match="cut short or damaged"):
        open_parquet(path)


def test_damage_further_down(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [f"сообщение {n}" for n in range(5000)]}), path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[4:2000] = b"\xff" * 1996
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        list(open_parquet(path).batches())


def test_a_text_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_CELL", 5)
    pq.write_table(pa.table({"text": ["коротк"[:5], "длинно"]}), tmp_path / "a.parquet")
    with pytest.raises(InputError) as caught:
        list(open_parquet(tmp_path / "a.parquet").batches())
    assert (caught.value.row, caught.value.column) == (2, "text")


def test_no_message_column(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="'a'"):
        open_parquet(tmp_path / "a.parquet")
