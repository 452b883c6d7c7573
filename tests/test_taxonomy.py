"""The taxonomy that ships, its label maps, and what a broken table says."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from appealnlp.errors import InputError
from appealnlp.taxonomy import URGENCY_CODES, Taxonomy, load_taxonomy
from appealnlp.training.labels import read_label_map

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data" / "taxonomy"
MAPS = ("perm", "spb", "kursk", "im2026")
QUALITIES = {"exact", "broad", "group_only", "skip"}
HEADER = "code,group,title_ru,group_title_ru,definition_ru,default_urgency\n"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy(DATA / "topics.csv")


def test_size(taxonomy: Taxonomy) -> None:
    assert len(taxonomy.groups) == 18
    assert len(taxonomy.codes) == len(set(taxonomy.codes)) == 132


def test_every_group_has_a_fallback(taxonomy: Taxonomy) -> None:
    assert {f"{group}.other" for group in taxonomy.groups} <= set(taxonomy.codes)


def test_lookups(taxonomy: Taxonomy) -> None:
    topic = taxonomy.topic("utilities.no_heating")
    assert (topic.group, topic.default_urgency) == ("utilities", "critical")
    assert taxonomy.group_of("roads.open_manhole") == "roads"
    assert taxonomy.group_title("sport") == "Физкультура и спорт"
    assert topic in taxonomy.in_group("utilities")
    assert taxonomy.in_group("nowhere") == ()
    assert sum(len(taxonomy.in_group(group)) for group in taxonomy.groups) == 132


@pytest.mark.parametrize("lookup", ["topic", "group_of", "group_title"])
def test_unknown_code(taxonomy: Taxonomy, lookup: str) -> None:
    with pytest.raises(KeyError):
        getattr(taxonomy, lookup)("nowhere.nothing")


def test_texts_are_clerk_russian(taxonomy: Taxonomy) -> None:
    for topic in taxonomy.topics:
        assert topic.default_urgency in URGENCY_CODES
        assert topic.definition.endswith("."), topic.code
        assert topic.title[0].isupper(), topic.code
        assert len(topic.title) <= 60, topic.code


def test_definitions_name_only_topics_that_exist(taxonomy: Taxonomy) -> None:
    names = {code.partition(".")[2] for code in taxonomy.codes} | set(taxonomy.codes)
    for topic in taxonomy.topics:
        latin = {word.strip("«».,;:()") for word in topic.definition.split() if "_" in word or ".o" in word}
        assert latin <= names, topic.code


@pytest.mark.parametrize("source", MAPS)
def test_map_rows(taxonomy: Taxonomy, source: str) -> None:
    rows = _rows(DATA / f"map_{source}.csv")
    assert rows
    seen = set()
    for row in rows:
        label = (row.get("source_group", ""), row["source_topic"])
        assert label not in seen, label
        seen.add(label)
        quality, group, topic = row["quality"], row["group"], row["topic"]
        assert quality in QUALITIES, label
        if quality in ("exact", "broad"):
            assert taxonomy.group_of(topic) == group, label
        else:
            assert topic == "", label
            assert (group in taxonomy.groups) if quality == "group_only" else group == "", label


def _corpora() -> Path:
    return Path(os.environ.get("APPEALNLP_CORPORA") or ROOT.parent / "shared" / "corpus")


@pytest.mark.parametrize("source", ["perm", "spb", "kursk"])
def test_every_real_label_is_mapped(source: str) -> None:
    corpus = _corpora() / f"{source}.csv"
    if not corpus.is_file():
        pytest.skip("the corpora are not here; name their folder in APPEALNLP_CORPORA")
    labels = read_label_map(DATA / f"map_{source}.csv", by_group=source != "kursk")
    assert {
        (row["group"], row["topic"]) for row in _rows(corpus) if labels.find(row["group"], row["topic"]) is None
    } == set()


ROW = "a.one,a,Одно,А,Что-то.,routine\n"

BROKEN = [
    ("", "missing column(s): code", 1, None),
    ("code,group\n", "missing column(s): title_ru", 1, None),
    (HEADER, "holds no topics", None, None),
    (HEADER + ROW + ROW, "appears twice", 3, "code"),
    (HEADER + "b.one,a,Одно,А,Что-то.,routine\n", "a code must be", 2, "code"),
    (HEADER + "one,a,Одно,А,Что-то.,routine\n", "a code must be", 2, "code"),
    (HEADER + "a.Раз,a,Одно,А,Что-то.,routine\n", "a code must be", 2, "code"),
    (HEADER + "a.one,a,Одно,А,Что-то.,soon\n", "must be one of emergency", 2, "default_urgency"),
    (HEADER + "a.one,a, ,А,Что-то.,routine\n", "empty", 2, "title_ru"),
    (HEADER + "a.one,a,Одно\n", "empty", 2, "group_title_ru"),
    (HEADER + ROW + "a.two,a,Два,Б,Что-то.,none\n", "another title", 3, "group_title_ru"),
    (HEADER + 'a.one,a,"Одно"x,А,Что-то.,routine\n', "not a valid CSV", None, None),
]


@pytest.mark.parametrize(("content", "what", "row", "column"), BROKEN)
def test_broken_table(tmp_path: Path, content: str, what: str, row: int | None, column: str | None) -> None:
    path = tmp_path / "topics.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_taxonomy(path)
    assert what in caught.value.what
    assert (caught.value.row, caught.value.column) == (row, column)
    assert str(path) in str(caught.value)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "topics.csv"
    path.write_bytes((HEADER + ROW).encode("cp1251"))
    with pytest.raises(InputError, match="utf-8"):
        load_taxonomy(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_taxonomy(tmp_path / "absent.csv")


def test_bom_and_more_columns_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "topics.csv"
    path.write_text("note," + HEADER + "x," + ROW, encoding="utf-8-sig")
    assert load_taxonomy(path).codes == ("a.one",)
