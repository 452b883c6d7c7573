from __future__ import annotations

import pytest

from appealnlp.messages.vk import is_vk, vk_rows


def comment(number: int, **fields: object) -> dict[str, object]:
    return {"id": number, "from_id": 100 + number, "date": 1_706_745_600, "text": f"текст {number}", **fields}


THREAD = comment(
    1,
    post_id=9,
    owner_id=-5,
    thread={"count": 2, "items": [comment(2, reply_to_comment=1, reply_to_user=101), comment(3, from_id=-5)]},
)
ITEMS = [THREAD, comment(4)]
PAGES = [
    [{"response": {"count": 4, "items": ITEMS, "profiles": [], "groups": []}}],
    [{"count": 4, "items": ITEMS}],
    ITEMS,
    [{"response": {"items": [THREAD]}}, {"response": {"items": [comment(4)]}}],
    [{"response": [{"items": [THREAD]}, {"items": [comment(4)]}]}],
    [{"items": [THREAD]}, {"items": []}, {"items": [comment(4)]}],
]


@pytest.mark.parametrize("pages", PAGES)
def test_threads_are_flattened_in_order(pages: list[object]) -> None:
    assert is_vk(pages)
    columns, rows, errors, notices = vk_rows(pages)
    table = [dict(zip(columns, row, strict=True)) for row in rows]
    assert [row["id"] for row in table] == [1, 2, 3, 4]
    assert [row["thread_of"] for row in table] == [None, 1, 1, None]
    assert [row["is_community"] for row in table] == [0, 0, 1, 0]
    assert [row["text"] for row in table] == ["текст 1", "текст 2", "текст 3", "текст 4"]
    assert (table[0]["post_id"], table[0]["owner_id"], table[0]["date"]) == (9, -5, "2024-02-01T00:00:00+00:00")
    assert (table[1]["reply_to_comment"], table[1]["reply_to_user"]) == (1, 101)
    assert not errors
    assert notices == ["comments by communities: 1"]


def test_deleted_comments_keep_their_row_and_their_replies() -> None:
    gone = {"id": 1, "from_id": 5, "date": 1, "deleted": True, "text": "", "thread": {"items": [comment(2)]}}
    columns, rows, errors, _ = vk_rows([{"items": [gone]}])
    assert [row[columns.index("id")] for row in rows] == [1, 2]
    assert [row[columns.index("deleted")] for row in rows] == [1, 0]
    assert errors == {0: "комментарий удалён"}


@pytest.mark.parametrize("odd", [None, 5, "текст", ["x"]])
def test_what_is_no_comment_keeps_its_row(odd: object) -> None:
    _, rows, errors, _ = vk_rows([{"items": [comment(1), odd, comment(2)]}])
    assert len(rows) == 3
    assert list(errors) == [1]


@pytest.mark.parametrize("date", [None, "вчера", 10**30, -(10**30), True])
def test_a_date_that_is_none_stays_as_it_is(date: object) -> None:
    columns, rows, _, _ = vk_rows([comment(1, date=date)])
    assert rows[0][columns.index("date")] == date


@pytest.mark.parametrize(
    "pages", [[], {}, None, [{"comments": []}], [{"items": [{"text": "x"}]}], [{"text": "x", "from_id": 1}], ["x"]]
)
def test_other_json_is_not_taken_for_it(pages: object) -> None:
    assert not is_vk(pages)
