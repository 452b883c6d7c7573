from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

import appealnlp
from appealnlp.cli import main
from appealnlp.errors import InputError
from appealnlp.training import audit as audit_module
from appealnlp.training.audit import Audit, Opinions, doubt, judged_by, look_at, says_nothing
from appealnlp.training.audit_sheets import write_audit
from appealnlp.training.examples import Examples
from appealnlp.training.sheet_words import row_key
from appealnlp.training.split import duplicate_key

TOPICS = ("вода", "дороги", "мусор", "свет")
GROUPS = np.array([0, 1, 2, 0])
ROWS = [
    ("Нет воды в доме на Садовой", "вода"),
    ("Нет воды, прорвало трубу", "дороги"),
    ("Яма на дороге у школы", "дороги"),
    ("ЯМА на дороге у школы!", "мусор"),
    ("Яма на дороге, у школы", "дороги"),
    ("Фонарь погас во дворе", "вода"),
    ("", "вода"),
    ("Да, подтверждаю", "мусор"),
    ("=1+1 мусор не вывозят", "мусор"),
]
PROBABILITIES = {0: [0.9, 0, 0, 0.1], 1: [0.96, 0.01, 0.03, 0], 2: [0, 1, 0, 0], 3: [0, 0.99, 0.001, 0.009],
                 4: [0, 0.9, 0.1, 0], 5: [0.05, 0, 0, 0.95], 7: [0.25] * 4, 8: [0, 0, 1, 0]}  # fmt: skip


@pytest.fixture
def examples() -> Examples:
    found = Examples()
    for number, (text, topic) in enumerate(ROWS, 2):
        found.add(text, topic, "", "", "in.csv", number)
    return found


@pytest.fixture
def opinions(examples: Examples) -> Opinions:
    probabilities = np.array([PROBABILITIES[row - 2] for row in examples.rows], np.float32)
    truth = np.array([TOPICS.index(topic) for topic in examples.topics])
    return Opinions(np.arange(len(examples)), truth, probabilities, GROUPS, TOPICS)


@pytest.fixture
def found(examples: Examples, opinions: Opinions) -> Audit:
    return look_at(examples, opinions, seen=False)


def test_doubt_counts_the_label_and_a_little_its_group() -> None:
    probabilities = np.array([[0.01, 0.98, 0.01, 0.0], [0.01, 0.0, 0.01, 0.98], [0.4, 0.0, 0.3, 0.3]])
    alone, with_group, likely = doubt(probabilities, np.array([0, 0, 0]), GROUPS)
    assert alone < with_group < likely
    assert alone == pytest.approx(0.01 * 0.01**0.25 / (0.7 / 4 + 0.3))


def test_a_label_that_occurs_often_is_more_often_there_by_mistake() -> None:
    probabilities = np.full((4, 4), 0.25)
    often, *_, seldom = doubt(probabilities, np.array([1, 1, 1, 2]), np.arange(4))
    assert often < seldom


def test_labels_that_a_model_does_not_believe_are_listed_surest_first(found: Audit) -> None:
    assert [(one.row, one.label, one.suggested) for one in found.labels] == [
        (5, "мусор", "дороги"),
        (3, "дороги", "вода"),
        (7, "вода", "свет"),
    ]
    worst = found.labels[0]
    assert (worst.probability, worst.own_probability) == (pytest.approx(0.99), pytest.approx(0.001))


def test_a_text_with_its_wrong_label_is_told_once(examples: Examples, opinions: Opinions) -> None:
    for row in (20, 21):
        examples.add("Нет воды - прорвало трубу", "дороги", "", "", "in.csv", row)
    repeated = look_at(examples, opinions, seen=False).labels
    assert [one.repeats for one in repeated] == [0, 2, 0]


def test_a_text_with_several_labels_stands_side_by_side(found: Audit) -> None:
    assert [(one.number, one.row, one.label, one.usual) for one in found.repeated] == [
        (1, 4, "дороги", "дороги"),
        (1, 6, "дороги", "дороги"),
        (1, 5, "мусор", "дороги"),
    ]
    assert found.repeated[0].share == pytest.approx(2 / 3)


def test_without_a_majority_no_label_is_the_usual_one(opinions: Opinions) -> None:
    examples = Examples()
    for row, topic in enumerate(("вода", "свет")):
        examples.add("Нет воды и света", topic, "", "", "a", row)
    assert {one.usual for one in look_at(examples, _some(opinions, 2), seen=False).repeated} == {""}


def _some(opinions: Opinions, count: int) -> Opinions:
    return Opinions(np.arange(count), opinions.truth[:count], opinions.probabilities[:count], GROUPS, TOPICS)


def test_rows_that_teach_nothing(found: Audit) -> None:
    assert [(one.row, one.reason, one.of_row) for one in found.no_messages] == [
        (8, "empty", None),
        (6, "repeats", 4),
        (9, "fragment", None),
    ]


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("Да", True),
        ("Здравствуйте, добрый день!", True),
        ("ул. Ленина, д. 5, кв. 12", True),
        ("Сообщение без текста", True),
        ("Спасибо большое за ответ", False),
        ("ок!", True),
        ("Нет воды", False),
        ("Добрый день, это мы, ул. Садовая, " * 3, False),
    ],
)
def test_what_says_nothing(text: str, nothing: bool) -> None:
    assert says_nothing(text, duplicate_key(text)) == nothing


def test_topics_that_are_taken_for_each_other_both_ways(examples: Examples) -> None:
    truth = np.array([0] * 10 + [1] * 10 + [2] * 10)
    taken = [0] * 6 + [1] * 4 + [1] * 8 + [0] * 2 + [2] * 5 + [0] * 5
    opinions = Opinions(
        np.zeros(30, np.int64), truth, np.eye(4, dtype=np.float32)[taken], np.array([0, 1, 2, 3]), TOPICS
    )
    (one,) = look_at(examples, opinions, seen=False).overlaps
    assert (one.topic, one.other, one.rows, one.to_other, one.from_other) == ("вода", "дороги", 10, 0.4, 0.2)


def test_rare_labels_are_named_as_not_judged(examples: Examples, opinions: Opinions) -> None:
    examples.add("Течёт крыша в подъезде", "крыши", "", "", "in.csv", 30)
    found = look_at(examples, opinions, seen=False)
    assert found.unjudged == {"крыши": 1}
    assert found.topics == ("вода", "дороги", "крыши", "мусор", "свет")


@pytest.mark.parametrize(("russian", "sheets"), [
    (True, ["Метки", "Повторы", "Похожие темы", "Не сообщения", "Списки"]),
    (False, ["labels", "repeated_texts", "overlapping_topics", "no_messages", "Списки"]),
])  # fmt: skip
def test_the_workbook(found: Audit, tmp_path: Path, russian: bool, sheets: list[str]) -> None:
    write_audit(found, tmp_path / "a.xlsx", russian=russian)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == sheets
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert rows[0] == ("in.csv", 5, "ЯМА на дороге у школы!", "мусор", "дороги", 0.99, 0.001, 0, None,
                       row_key(duplicate_key("яма на дороге у школы")))  # fmt: skip
    assert [cell.value for cell in book["Списки"]["A"]][-1] == ("удалить" if russian else "delete")
    (rule,) = book.worksheets[0].data_validations.dataValidation
    assert str(rule.sqref) == "I2:I4"
    assert book.worksheets[0].cell(1, 9).value == ("Верная метка" if russian else "right_label")


def test_labels_too_many_for_a_list_have_none(found: Audit, tmp_path: Path) -> None:
    many = Audit(**{**_fields(found), "topics": tuple(str(number) for number in range(300))})
    write_audit(many, tmp_path / "a.xlsx")
    assert not openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].data_validations.dataValidation


def _fields(found: Audit) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


def test_a_model_judges_rows_by_its_titles(tiny_model: Any) -> None:
    examples = Examples()
    topic = tiny_model.taxonomy.topics[0]
    for row, label in enumerate((topic.title, topic.code, "нет такой темы")):
        examples.add("Третий день нет отопления в доме", label, "", "", "in.csv", row)
    opinions = judged_by(tiny_model, examples)
    assert opinions.positions.tolist() == [0, 1]
    assert opinions.truth.tolist() == [0, 0]
    assert opinions.probabilities.shape == (2, len(tiny_model.taxonomy.topics))
    assert look_at(examples, opinions, seen=True).unjudged == {"нет такой темы": 1}


def test_a_model_of_other_topics_is_refused(tiny_model: Any) -> None:
    examples = Examples()
    examples.add("Третий день нет отопления", "нет такой темы")
    with pytest.raises(InputError, match="none of the labels is a topic of this model"):
        judged_by(tiny_model, examples)


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return int(str(left.value.code or 0))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text("text,topic\n" + "".join(f'"{text}",{topic}\n' for text, topic in ROWS), "utf-8")
    return tmp_path / "in.csv"


def test_the_command(
    export: Path,
    tmp_path: Path,
    opinions: Opinions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(audit_module, "self_judged", lambda examples, progress: opinions)
    assert call("audit", export, "--topic-column", "topic", "-o", tmp_path / "a.xlsx", "--columns", "ru") == 0
    said = capsys.readouterr().out
    assert "3 labels are probably wrong" in said
    assert "1 texts stand in several rows" in said
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames[0] == "Метки"


def test_the_command_with_a_model_says_what_that_means(
    export: Path,
    tmp_path: Path,
    opinions: Opinions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(audit_module, "load", lambda path: None)
    monkeypatch.setattr(audit_module, "judged_by", lambda model, examples: opinions)
    assert call("audit", export, "--topic-column", "topic", "--model", "m", "-o", tmp_path / "a.csv") == 0
    assert "judged by m, which must not have been trained on these rows" in capsys.readouterr().out
    assert {path.name for path in tmp_path.glob("a*")} == {"a.csv", "a-repeated_texts.csv", "a-no_messages.csv"}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["in.csv", "--topic-column", "нет", "-o", "a.xlsx"], "there is no such column"),
        (["in.csv", "--topic-column", "topic", "-o", "a.parquet"], "must end with .xlsx, .csv or .tsv"),
        (["no.csv", "--topic-column", "topic", "-o", "a.xlsx"], "there is no such file"),
        (["in.csv", "--topic-column", "topic", "-o", "a.xlsx", "--model", "no"], "no model here"),
        (["in.csv", "--topic-column", "topic", "-o", "a.xlsx"], "topic"),  # too few rows to learn from
    ],
)
def test_what_cannot_be_audited(
    export: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], error: str
) -> None:
    monkeypatch.chdir(export.parent)
    assert call("audit", *arguments) == 2
    assert error in capsys.readouterr().err
    assert [path.name for path in export.parent.iterdir()] == ["in.csv"]


def test_wrong_labels_of_an_export_are_found(tmp_path: Path) -> None:
    said = {
        "тепло": ["Батареи холодные", "Нет отопления", "В подъезде холодно", "Дали тепло, а батареи ледяные"],
        "дороги": ["Яма на дороге", "Разбитый асфальт", "Дорога в ямах", "Асфальт провалился"],
        "мусор": ["Мусор не вывозят", "Контейнеры переполнены", "Свалка за гаражами", "Баки с мусором полные"],
    }
    ends = ["на Садовой", "у дома 5", "с понедельника", "возле парка", "третий раз пишу", "утром", "опять"]
    rows = [(f"{begin} {end}", topic) for topic, begins in said.items() for begin in begins for end in ends]
    wrong = {4: "дороги", 37: "мусор", 70: "тепло"}
    lines = [f'"{text}",{wrong.get(number, topic)}\n' for number, (text, topic) in enumerate(rows)]
    (tmp_path / "in.csv").write_text("text,topic\n" + "".join(lines), "utf-8")
    found = appealnlp.audit(tmp_path / "in.csv", topic_column="topic")
    assert {one.row - 2 for one in found.labels} == set(wrong)
    assert not found.seen
