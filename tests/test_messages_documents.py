from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appealnlp.errors import InputError
from appealnlp.messages import documents
from appealnlp.messages.batch import BATCH_ROWS, Source
from appealnlp.messages.documents import JsonLinesSource, open_json

TELEGRAM = {"name": "Двор", "messages": [{"id": 1, "type": "message", "text": "Яма"}]}
VK = {"response": {"items": [{"id": 1, "from_id": 2, "date": 3, "text": "Яма"}]}}
OK = {"comments": [{"id": 1, "text": "Яма"}]}
RECORD = {"id": 1, "text": "Яма"}


def opened(folder: Path, content: str | bytes, name: str = "a.json", **options: str) -> Source:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_json(path, **options)


def texts_of(source: Source) -> list[str]:
    return [text for batch in source.batches() for text in batch.texts]


def dumped(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


KINDS = [
    (dumped(TELEGRAM), "Telegram export", 1),
    (dumped(TELEGRAM, 1), "Telegram export", 1),
    (dumped(VK), "VK comments", 1),
    (dumped(VK, 1), "VK comments", 1),
    (dumped([VK, VK]), "VK comments", 2),
    (dumped(VK) + "\n" + dumped(VK), "VK comments", 2),
    (dumped(VK["response"]["items"]), "VK comments", 1),
    (dumped(OK), "Odnoklassniki comments", 1),
    (dumped(OK, 1) + "\n" + dumped(OK, 1), "Odnoklassniki comments", 2),
    (dumped(OK) + "\n" + dumped(OK) + "\n", "Odnoklassniki comments", 2),
    (dumped([OK, OK]), "Odnoklassniki comments", 2),
    (dumped([RECORD, RECORD]), "list of JSON objects", 2),
    (dumped(RECORD), "JSON lines", 1),
    (dumped(RECORD) + "\n\n" + dumped(RECORD), "JSON lines", 2),
    ("\n\ufeff".lstrip() + dumped(RECORD), "JSON lines", 1),
]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "-"])
@pytest.mark.parametrize(("content", "kind", "count"), KINDS)
def test_the_kind_of_export_is_found(tmp_path: Path, name: str, content: str, kind: str, count: int) -> None:
    source = opened(tmp_path, content, name)
    assert source.notices[0] == kind
    assert source.row_count == count
    assert texts_of(source) == ["Яма"] * count


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    record = {"text": "Во дворе нет света, фонари не горят уже неделю, темно и страшно ходить"}
    assert texts_of(opened(tmp_path, dumped(record).encode(encoding))) == [record["text"]]


def test_lines_with_different_keys_nested_values_and_missing_text(tmp_path: Path) -> None:
    lines = [{"id": 1, "text": "а"}, {"tags": ["x", {"y": 1}], "text": None}, {"id": 2.5}]
    source = opened(tmp_path, "\n".join(map(dumped, lines)), "a.jsonl")
    (batch,) = source.batches()
    assert source.columns == ["id", "text", "tags"]
    assert source.layout.kinds == ("number", "text", "text")
    assert batch.rows == [[1, "а", None], [None, None, ["x", {"y": 1}]], [2.5, None, None]]
    assert batch.texts == ["а", "", ""]
    assert batch.objects == lines


def test_a_bad_line_is_a_row_with_an_error_and_keeps_its_content(tmp_path: Path) -> None:
    source = opened(tmp_path, '{"text": "а"}\n{"text": \n[1]\n\n{"text": "б"}\n', "a.jsonl")
    (batch,) = source.batches()
    assert source.columns == ["text", "unread_line"]
    assert [bool(error) for error in batch.errors] == [False, True, True, False]
    assert "строка 2" in batch.errors[1]
    assert [row[1] for row in batch.rows] == [None, '{"text": ', "[1]", None]


def test_half_characters_are_mended(tmp_path: Path) -> None:
    content = '{"text": "\\ud83d\\ude00 и \\ud83d половина", "\\ude00": ["\\ude00"]}'
    (batch,) = opened(tmp_path, content).batches()
    assert batch.texts == ["😀 и \ufffd половина"]
    json.dumps(batch.rows, ensure_ascii=False).encode()


def test_lines_come_in_batches(tmp_path: Path) -> None:
    source = opened(tmp_path, (dumped(RECORD) + "\n") * (BATCH_ROWS + 1), "a.jsonl")
    assert isinstance(source, JsonLinesSource)
    assert [(len(batch), batch.first_row) for batch in source.batches()] == [(BATCH_ROWS, 1), (1, BATCH_ROWS + 1)]


BROKEN = [
    ('{\n "messages": [\n  {"id": 1,,}\n ]\n}', "a.json", 3, r"line 3, column \d+"),
    ('{"name": "x", "messages": [{"id": 1, "te', "a.json", 1, "line 1"),
    ('{"text": \n', "a.jsonl", 1, "not a JSON object"),
    ("просто слова, не json", "a.json", 1, "line 1, column 1"),
    ("[" * 100_000, "a.json", None, "deep"),
    ('[{"text": ' + "9" * 5000 + "}]", "a.json", None, "too long"),
    ("5", "a.json", None, "no Telegram"),
    ("[]", "a.json", None, "no Telegram"),
    ('[{"text": "x"}, 5]', "a.json", None, "no Telegram"),
    ('{"error": {"error_code": 5}}', "a.json", 1, "'error'"),
    ('{"id": 5}', "a.jsonl", 1, "--text-column"),
]


@pytest.mark.parametrize(("content", "name", "row", "what"), BROKEN, ids=range(len(BROKEN)))
def test_broken_json_says_where(tmp_path: Path, content: str, name: str, row: int | None, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        opened(tmp_path, content, name)
    assert caught.value.row == row
    assert "просто" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        dumped({"id": 1, "text": "x" * 200}),
        dumped([{"id": 1, "text": "x" * 200}]),
        dumped({"comments": [{"text": "x" * 200}]}),
    ],
)
def test_a_text_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setattr(documents, "MAX_CELL", 199)
    with pytest.raises(InputError) as caught:
        opened(tmp_path, content)
    assert (caught.value.row, caught.value.column) == (1, "text")


def test_a_line_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_LINE", 100)
    with pytest.raises(InputError, match="line of more") as caught:
        opened(tmp_path, '{"text": "а"}\n{"text": "' + "x" * 200 + '"}\n')
    assert caught.value.row == 2


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({"text": st.text()}, optional={"x": VALUES, "y": VALUES}), min_size=1, max_size=6)
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_any_objects_come_back(
    tmp_path_factory: pytest.TempPathFactory, ascii_only: bool, records: list[dict[str, object]]
) -> None:
    content = "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records)
    source = opened(tmp_path_factory.mktemp("any"), content, "a.jsonl")
    assert [record for batch in source.batches() for record in batch.objects or []] == records


def test_lines_are_the_same_kept_or_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [dumped({"id": number, "text": "Яма"}) for number in range(BATCH_ROWS + 3)]
    lines[1:4] = ["не JSON", "", dumped(["не", "объект"])]
    content = "\n".join(lines)
    kept = opened(tmp_path, content, "a.jsonl")
    monkeypatch.setattr(documents, "KEPT_BYTES", 0)
    streamed = opened(tmp_path, content, "a.jsonl")
    expected = list(streamed.batches())
    assert [len(batch) for batch in expected] == [BATCH_ROWS, 2]
    for _ in range(2):
        assert list(kept.batches()) == expected
        kept.close()  # and read again
