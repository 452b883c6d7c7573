from __future__ import annotations

import pytest

from appealnlp.messages.odnoklassniki import is_odnoklassniki, odnoklassniki_rows

FIRST = {"id": "c1", "text": "Когда уберут снег", "author_id": "57", "date": "2024-02-01 10:00:00", "like_count": 3}
SECOND = {"id": "c2", "text": "И у нас не убран", "author_id": "58", "reply_to_comment_id": "c1", "attachments": [{}]}
COLUMNS = ("id", "text", "author_id", "date", "like_count", "reply_to_comment_id", "attachments")
ROWS = [
    ["c1", "Когда уберут снег", "57", "2024-02-01 10:00:00", 3, None, None],
    ["c2", "И у нас не убран", "58", None, None, "c1", [{}]],
]


@pytest.mark.parametrize(
    "pages",
    [
        [{"comments": [FIRST, SECOND], "has_more": False}],
        [{"comments": [FIRST], "has_more": True, "anchor": "x"}, {"comments": []}, {"comments": [SECOND]}],
    ],
)
def test_pages_are_one_table_with_every_field(pages: list[dict[str, object]]) -> None:
    assert is_odnoklassniki(pages)
    assert odnoklassniki_rows(pages) == (COLUMNS, ROWS, {}, [])


def test_what_is_no_comment_keeps_its_row() -> None:
    columns, rows, errors, _ = odnoklassniki_rows([{"comments": [{"id": 1}, "мусор"]}])
    assert columns == ("id", "text")
    assert rows == [[1, None], [None, "мусор"]]
    assert list(errors) == [1]


@pytest.mark.parametrize(
    "pages", [[], None, {"comments": []}, [{"items": []}], [{"comments": 5}], [{"comments": []}, 1]]
)
def test_other_json_is_not_taken_for_it(pages: object) -> None:
    assert not is_odnoklassniki(pages)
