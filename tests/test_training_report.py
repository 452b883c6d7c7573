"""The report: every picture is well-formed, nothing is loaded from anywhere, a browser shows it without complaint."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.classifier import Classifier
from appealnlp.training.build import CurvePoint
from appealnlp.training.examples import Examples
from appealnlp.training.figures import Figures, RowCounts, level_figures, routing, urgency_figures
from appealnlp.training.measure import measure
from appealnlp.training.report import ErrorRow, Report, charts, render_report, report_on, write_report
from appealnlp.training.report.words import WORDS

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=60)
SHARES = st.floats(0, 1)
TOPICS = ["Ямы", "Снег <и> лёд", "Вода & тепло", "Лифт"]


def figures(messages: int = 300, urgency: bool = True) -> Figures:
    draw = np.random.default_rng(4)
    true = np.array(TOPICS, object)[draw.integers(0, 4, messages)]
    given_ = np.where(draw.random(messages) < 0.7, true, np.array(TOPICS, object)[draw.integers(0, 4, messages)])
    confidence = draw.random(messages)
    level = level_figures(true, given_, confidence, frozenset(TOPICS[:3]))
    levels = np.array(["critical", "urgent", "routine", "none"], object)[draw.integers(0, 4, messages)]
    return Figures(
        method="проверка на отложенных",
        rows=RowCounts(messages + 7, 4, 2, 1),
        messages=messages,
        topic=level,
        group=level,
        routing=routing("group", 0.95, 0.8, confidence > 0.4, true == given_),
        urgency=urgency_figures(levels, levels[::-1].copy()) if urgency else None,
        notes=("обучено без векторов",),
    )


def full(**more: object) -> Report:
    settings: dict[str, object] = {
        "title": "Проба <1>",
        "figures": figures(),
        "before": figures(200),
        "titles": {"Лифт": "Лифты"},
        "evidence": {("Ямы", "Лифт"): ["асфальт"]},
        "learning": [CurvePoint(100, 0.4, 0.5), CurvePoint(200, 0.5, 0.6), CurvePoint(400, 0.505, 0.62)],
        "errors": [ErrorRow("выгрузка.csv: 12", "Ямы", "Лифт", 0.97)],
        "facts": [("модель", "проба")],
        "left_out": {"Музеи": 3},
        "several_groups": {"Ямы": {"Дороги": 20, "Дворы": 2}},
    }
    return Report(**{**settings, **more})  # type: ignore[arg-type]


class Outline(HTMLParser):
    """Checks that tags are balanced and collects headings."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "circle", "rect", "line", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data)


def outline(page: str) -> list[str]:
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser.headings


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_section_is_there(language: str) -> None:
    words = WORDS[language]
    assert outline(render_report(full(), language)) == [
        "Проба <1>", words.by_level["group"], words.by_level["topic"], words.confusions, words.trust, words.learning,
        words.urgency, words.errors, words.left_out, words.several,
    ]  # fmt: skip


def test_what_was_not_measured_is_not_shown() -> None:
    nothing = Figures(method="", rows=RowCounts(0, 0, 0, 0), messages=0)
    assert outline(render_report(Report("Пусто", nothing))) == ["Пусто"]
    without = render_report(
        full(figures=figures(urgency=False), learning=[], errors=[], left_out={}, several_groups={})
    )
    assert not {WORDS["ru"].urgency, WORDS["ru"].learning, WORDS["ru"].errors} & set(outline(without))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_page_needs_nothing_from_anywhere(language: str) -> None:
    page = render_report(full(), language)
    assert set(re.findall(r"https?://[^\"' )]+", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(script|link|img|iframe|object)|@import|url\(|src=|href=", page)


def test_labels_cannot_become_markup() -> None:
    page = render_report(full(titles={"Ямы": "<script>alert(1)</script>"}))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_numbers_are_written_as_the_language_does() -> None:
    assert re.search(r"<b>\d+,\d %</b>", render_report(full(), "ru"))
    assert re.search(r"<b>\d+\.\d%</b>", render_report(full(), "en"))


def test_the_change_against_an_earlier_model_is_told() -> None:
    change = figures().topic.accuracy - figures(200).topic.accuracy  # type: ignore[union-attr]
    written = f"{change * 100:+.1f}".replace("-", "−").replace(".", ",")
    assert f">{written} п. п.</span>" in render_report(full())
    assert 'class="change"' not in render_report(full(before=None))


def test_many_topics_fold_up() -> None:
    names = np.array([f"тема {number}" for number in range(90)] * 3, object)
    level = level_figures(names, names, np.ones(len(names)), frozenset(names.tolist()))
    page = render_report(full(figures=Figures("", RowCounts(0, 0, 0, 0), 1, topic=level)))
    assert "Ещё 50" in page
    assert page.count("<details>") == 1


@given(st.lists(st.tuples(NAMES, SHARES, SHARES, st.integers(0, 10**7)), max_size=8))
def test_pictures_are_well_formed_whatever_the_names(rows: list[tuple[str, float, float, int]]) -> None:
    dumbbells = charts.dumbbells([charts.Dumbbell(*row) for row in rows], ("а", "б"), str)
    bars = charts.bars([(name, name, count) for name, _, _, count in rows], str)
    for picture in (dumbbells, bars):
        assert ElementTree.fromstring(picture).tag == f"{SVG}svg"
    assert len(ElementTree.fromstring(dumbbells).findall(f"{SVG}circle")) == 2 + 2 * len(rows)
    assert len(ElementTree.fromstring(bars).findall(f"{SVG}rect")) == len(rows)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=9))
def test_points_of_a_curve_stay_inside_the_picture(points: list[tuple[float, float]]) -> None:
    curve = charts.Curve("а", [x for x, _ in points], [y for _, y in points], dots=True)
    picture = ElementTree.fromstring(
        charts.curves(
            [curve, curve], x_title="x", y_title="y", x_text=str, y_text=str, y_range=(0.3, 1.0), mark=(0.5, "м")
        )
    )
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    dots = picture.findall(f"{SVG}circle")
    assert len(dots) == 2 * len(points)
    assert all(0 <= float(dot.attrib["cx"]) <= width and 0 <= float(dot.attrib["cy"]) <= height for dot in dots)


def test_a_matrix_shades_by_row() -> None:
    picture = ElementTree.fromstring(charts.matrix(["а", "б"], [[3, 1], [0, 0]], rows="r", columns="c", number=str))
    assert [cell.attrib["fill-opacity"] for cell in picture.findall(f"{SVG}rect")] == ["0.75", "0.25", "0.00", "0.00"]


@pytest.fixture
def examples() -> Examples:
    found = Examples()
    rows = [("Нет воды в доме", "роль"), ("Яма на дороге, колесо пробили", "utilities.no_cold_water")] * 6
    for number, (text, topic) in enumerate([*rows, ("В подъезде воняет мусор", "utilities.no_cold_water")]):
        found.add(f"{text} {number}", topic, file="папка/выгрузка.csv", row=number + 2)
    return found


def test_a_report_on_a_model(default_model: Classifier, examples: Examples, tmp_path: Path) -> None:
    report = report_on(default_model, examples, measure(default_model, examples), title="Проба")
    assert report.errors
    assert all(row.row.startswith("выгрузка.csv: ") and row.text == "" for row in report.errors)
    assert report.evidence  # a recorded topic that the model has, taken for another in several messages
    assert all("роль" not in pair for pair in report.evidence)
    write_report(tmp_path / "отчёты" / "page.html", report, "en")
    page = (tmp_path / "отчёты" / "page.html").read_text(encoding="utf-8")
    assert outline(page)[0] == "Проба"
    assert "колесо пробили" not in page
    assert [file.name for file in (tmp_path / "отчёты").iterdir()] == ["page.html"]


def test_texts_are_shown_masked(default_model: Classifier) -> None:
    examples = Examples()
    examples.add("Нет воды, звоните Ольге Игнатьевне 8 900 000-12-13", "roads.pothole", file="a.csv", row=2)
    report = report_on(default_model, examples, measure(default_model, examples), title="Проба", with_texts=True)
    assert [row.text for row in report.errors] == ["Нет воды, звоните [ИМЯ] [ТЕЛЕФОН]"]


def test_explain_against_a_topic(default_model: Classifier) -> None:
    text = "Яма на дороге, нет воды"
    one, other = (default_model.explain(text, against=code) for code in ("utilities.no_cold_water", "roads.snow_ice"))
    weights = [{word: weight for word, _, _, weight in each.topic_words} for each in (one, other)]
    assert weights[0]["воды"] < weights[1]["воды"]


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_browser_shows_every_picture(language: str, tmp_path: Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    write_report(page, full(), language)
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--window-size=1200,4000",
    ]  # fmt: skip
    shown = subprocess.run(
        [*command, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in shown.stderr
    assert shown.stdout.count("<svg") == page.read_text(encoding="utf-8").count("<svg") >= 7
    subprocess.run([*command, f"--screenshot={picture}", page.as_uri()], capture_output=True, timeout=120, check=True)
    assert picture.stat().st_size > 50_000  # an empty page of this size takes a tenth of it
