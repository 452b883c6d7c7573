"""What ``messages`` reads from each kind of export, compared with files; run as a program, it writes them anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appealnlp.messages import open_source

GOLDEN = Path(__file__).parent / "golden"
SUFFIX = ".expected.jsonl"
INPUTS = sorted(
    path.name
    for path in GOLDEN.iterdir()
    if path.suffix in {".json", ".csv", ".tsv"} and not path.name.endswith(SUFFIX)
)


def read(path: Path) -> list[str]:
    """The table and every row as a line of JSON each."""
    with open_source(path) as source:
        layout = source.layout
        table: dict[str, object] = {
            "columns": layout.columns,
            "kinds": layout.kinds,
            "text_column": source.text_column,
            "date_column": source.date_column,
            "row_count": source.row_count,
            "notices": source.notices,
        }
        lines = [table]
        for batch in source.batches():
            rows = zip(batch.rows, batch.texts, batch.dates, batch.errors, strict=True)
            for number, (values, text, date, error) in enumerate(rows, batch.first_row):
                lines.append({"row": number, "values": values, "text": text, "date": date, "error": error})
    return [json.dumps(line, ensure_ascii=False) for line in lines]


@pytest.mark.parametrize("name", INPUTS)
def test_golden(name: str) -> None:
    expected = (GOLDEN / (name + SUFFIX)).read_text(encoding="utf-8").splitlines()
    assert read(GOLDEN / name) == expected


def test_every_expectation_has_its_input() -> None:
    assert sorted(path.name.removesuffix(SUFFIX) for path in GOLDEN.glob("*" + SUFFIX)) == INPUTS


if __name__ == "__main__":
    for name in INPUTS:
        (GOLDEN / (name + SUFFIX)).write_text("\n".join(read(GOLDEN / name)) + "\n", encoding="utf-8", newline="\n")
