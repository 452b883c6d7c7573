"""Reading and overriding the norms table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.errors import InputError
from appealnlp.urgency.norms import COLUMNS, load_norms, merge_norms
from appealnlp.urgency.scale import LEVELS

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "data" / "norms" / "norms.csv"
HEADER = "code,kind,level,hours,title_ru,topics\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "own.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_table() -> None:
    norms = load_norms(SHIPPED)
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert norms.codes() == [row["code"] for row in rows]
    assert all(row["source"] and row["checked"] == "2026-11-23" for row in rows)
    assert {level: norms.limit(level).hours for level in LEVELS} == {  # type: ignore[union-attr]
        "emergency": 0.0,
        "critical": 4.0,
        "urgent": 72.0,
        "routine": None,
        "none": None,
    }
    assert all("внутренний предел" in row["title_ru"] for row in rows if row["kind"] == "class")


def test_topics_of_the_shipped_table_exist() -> None:
    with (ROOT / "data" / "taxonomy" / "topics.csv").open(encoding="utf-8", newline="") as file:
        topics = {row["code"] for row in csv.DictReader(file)}
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        used = {topic for row in csv.DictReader(file) for topic in row["topics"].split()}
    assert used <= topics


def test_look_up(tmp_path: Path) -> None:
    norms = load_norms(
        write(tmp_path, HEADER + 'roof,norm,urgent,"1,5",Акт,a.roof a.top\nlim,class,urgent,72,Предел,\n')
    )
    norm = norms.get("roof")
    assert norm is not None and norm.hours == 1.5 and norm.title_ru == "Акт" and not norm.verified
    assert norms.for_topic("a.top") == ("urgent", norm)
    assert norms.for_topic("b") is norms.get("b") is norms.limit("critical") is None
    assert norms.limit("urgent") == norms.get("lim")
    assert len(norms) == 2 and "roof" in norms


def test_semicolons_and_a_bom_are_read(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("code;kind;level;hours;title_ru\nroof;norm;urgent;24;Акт, прил. 2\n", encoding="utf-8-sig")
    norm = load_norms(path).get("roof")
    assert norm is not None and norm.title_ru == "Акт, прил. 2"


def test_own_file_overrides(tmp_path: Path) -> None:
    shipped = load_norms(SHIPPED)
    own = write(
        tmp_path,
        HEADER
        + "roof_leak,norm,urgent,12,Регламент города,housing.roof_leak\n"
        + "town_lift,norm,urgent,6,Регламент города,housing.lift\n"
        + "town_critical,class,critical,2,внутренний предел города,\n",
    )
    merged = merge_norms(shipped, own)
    assert merged.get("roof_leak").hours == 12  # type: ignore[union-attr]
    assert merged.for_topic("housing.lift")[1].code == "town_lift"  # type: ignore[index]
    assert merged.get("lift_repair") == shipped.get("lift_repair")
    assert merged.limit("critical").hours == 2  # type: ignore[union-attr]
    assert merged.limit("urgent") == shipped.limit("urgent")
    assert shipped.get("roof_leak").hours == 24  # type: ignore[union-attr]


BROKEN = [
    ("", "empty", None, None),
    ("code,kind\n", "missing", 1, "level"),
    (HEADER, "no rows", None, None),
    ("code,kind,level,hours,title_ru,colour\n", "unknown column", 1, "colour"),
    ("code,kind,level,hours,title_ru,code\n", "twice", 1, "code"),
    (HEADER + ",norm,urgent,1,Акт,\n", "empty", 2, "code"),
    (HEADER + "a,norm,urgent,1,,\n", "empty", 2, "title_ru"),
    (HEADER + "a,law,urgent,1,Акт,\n", "norm, class", 2, "kind"),
    (HEADER + "a,norm,soon,1,Акт,\n", "emergency", 2, "level"),
    (HEADER + "a,norm,urgent,one,Акт,\n", "number", 2, "hours"),
    (HEADER + "a,norm,urgent,-3,Акт,\n", "number", 2, "hours"),
    (HEADER + "a,norm,urgent,nan,Акт,\n", "number", 2, "hours"),
    (HEADER + "a,norm,urgent,1,Акт,\n\na,norm,urgent,1,Акт,\n", "twice", 4, "code"),
    (HEADER + "a,norm,urgent,1,Акт,x\nb,norm,urgent,1,Акт,x\n", "already", 3, "topics"),
    (HEADER + "a,class,urgent,1,Предел,x\n", "no topic", 2, "topics"),
    (HEADER + "a,norm,urgent,1\n", "4 cells instead of 6", 2, None),
    ("code,kind,level,hours,title_ru,verified\na,norm,urgent,1,Акт,perhaps\n", "second-hand", 2, "verified"),
]


@pytest.mark.parametrize(("text", "words", "row", "column"), BROKEN)
def test_errors_name_file_row_and_column(
    tmp_path: Path, text: str, words: str, row: int | None, column: str | None
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=words) as caught:
        load_norms(path)
    assert (caught.value.file, caught.value.row, caught.value.column) == (str(path), row, column)


def test_an_absent_file_and_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_norms(tmp_path / "absent.csv")
    path = tmp_path / "own.csv"
    path.write_bytes((HEADER + "a,norm,urgent,1,Акт,\n").encode("cp1251"))
    with pytest.raises(InputError, match="UTF-8"):
        load_norms(path)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("norms") / "own.csv"
    path.write_bytes((HEADER + text).encode("utf-8", "replace"))
    try:
        assert len(load_norms(path)) > 0
    except InputError as error:
        assert error.file == str(path)
