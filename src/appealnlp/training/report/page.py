"""The report on a model: one HTML page that needs nothing from anywhere, with pictures before tables.

The page holds figures, labels and numbers of rows; texts of messages stand in it only if they are handed over, and what is
handed over is masked before (see `appealnlp.text.privacy`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from ...urgency.scale import LEVELS, TITLES_RU
from ..build import CurvePoint
from ..figures import Figures, LevelFigures, UrgencyFigures
from . import charts
from .words import WORDS, Words

__all__ = ["ErrorRow", "Report", "render_report", "write_report"]

SHOWN_TOPICS = 40
"""So many topics are shown at once, the rest behind a click."""


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A message judged wrongly: where it stands, what was recorded and given, and its masked text or ""."""

    row: str
    true: str
    given: str
    confidence: float
    text: str = ""


@dataclass(frozen=True)
class Report:
    """What the page shows.

    :param title: heading of the page.
    :param figures: of the evaluation.
    :param before: figures of an earlier model on the same rows, to compare with.
    :param titles: label -> what people read; a label that is not there stands for itself.
    :param evidence: (recorded, given) -> words that speak for the wrong label in the confused messages.
    :param learning: accuracy against the number of messages learned from, fewest first.
    :param errors: messages judged wrongly, the most confident first.
    :param facts: further lines, name and value.
    :param left_out: topics that were too small to learn, with their number of messages.
    :param several_groups: topics that stand in several groups, with the number of messages in each.
    """

    title: str
    figures: Figures
    before: Figures | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    learning: Sequence[CurvePoint] = ()
    errors: Sequence[ErrorRow] = ()
    facts: Sequence[tuple[str, str]] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    several_groups: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def write_report(path: str | Path, report: Report, language: str = "ru") -> None:
    """Write the page; an existing file is replaced only when the new one is whole.

    :param language: ``ru`` or ``en``.
    :raises OSError: the file cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.part")
    try:
        fresh.write_text(render_report(report, language), encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def render_report(report: Report, language: str = "ru") -> str:
    """The page as text."""
    page = _Page(report, language)
    body = "\n".join(part for part in page.parts() if part)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


class _Page:
    """Builds the parts of the page in one language."""

    def __init__(self, report: Report, language: str) -> None:
        self.report, self.figures = report, report.figures
        self.words: Words = WORDS[language]
        self.russian = language == "ru"

    # How numbers and labels are written

    def percent(self, share: float | None, digits: int = 1) -> str:
        if share is None or not math.isfinite(share):
            return "—"
        text = f"{share * 100:.{digits}f}"
        return text.replace(".", ",") + " %" if self.russian else text + "%"

    def whole_percent(self, share: float) -> str:
        return self.percent(share, 0)

    def points(self, now: float | None, then: float | None) -> str:
        if now is None or then is None or not (math.isfinite(now) and math.isfinite(then)):
            return ""
        text = f"{(now - then) * 100:+.1f}".replace("-", "−")
        return (text.replace(".", ",") if self.russian else text) + " " + self.words.points

    def count(self, number: float) -> str:
        return f"{number:,.0f}".replace(",", "\u00a0" if self.russian else ",")

    def name(self, label: str) -> str:
        return self.report.titles.get(label, label)

    # The page

    def parts(self) -> Iterator[str]:
        """The sections in order; those without figures are empty."""
        yield self.head()
        yield self.levels("group")
        yield self.levels("topic")
        yield self.confusions()
        yield self.trust()
        yield self.learning()
        yield self.urgency()
        yield self.errors()
        yield self.left_out()

    def head(self) -> str:
        words, figures, before = self.words, self.figures, self.report.before
        cards = []

        def card(title: str, value: str, note: str, change: str = "") -> None:
            moved = f'<span class="change">{escape(change)}</span>' if change else ""
            cards.append(
                f'<div class="card"><b>{escape(value)}</b>{moved}<span>{escape(title)}</span><small>{escape(note)}</small></div>'
            )

        for level, now, then in (
            ("group", figures.group, before.group if before else None),
            ("topic", figures.topic, before.topic if before else None),
        ):
            if now is not None:
                note = words.f1.format(weighted=self.percent(now.weighted_f1), macro=self.percent(now.macro_f1))
                change = self.points(now.accuracy, then.accuracy) if then else ""
                card(words.accuracy[level], self.percent(now.accuracy), note, change)
        if figures.topic is not None:
            card(words.ece, self.percent(figures.topic.ece), words.ece_note)
        if figures.routing is not None:
            routing = figures.routing
            note = words.routed_note.format(
                right=self.percent(routing.accuracy),
                level=words.of_level[routing.level],
                asked=self.percent(routing.asked, 0),
                held=words.held if routing.held else words.not_held,
            )
            card(words.routed, self.percent(routing.share), note)
        if figures.urgency is not None:
            urgency = figures.urgency
            note = words.alarms_note.format(
                precision=self.percent(urgency.precision), false=self.percent(urgency.false_alarms)
            )
            earlier = before.urgency if before else None
            card(
                words.alarms,
                self.percent(urgency.recall),
                note,
                self.points(urgency.recall, earlier.recall) if earlier else "",
            )
        rows = figures.rows
        told = [
            figures.method,
            words.rows.format(
                read=self.count(rows.read), used=self.count(figures.messages), text=self.count(rows.without_text),
                label=self.count(rows.without_label), bad=self.count(rows.unreadable),
            ),
            *figures.notes,
        ]  # fmt: skip
        facts = "".join(f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>" for key, value in self.report.facts)
        return (
            f"<h1>{escape(self.report.title)}</h1>\n"
            + "".join(f"<p class='told'>{escape(line)}</p>" for line in told if line)
            + f"\n<div class='cards'>{''.join(cards)}</div>\n"
            + (f"<dl>{facts}</dl>" if facts else "")
        )

    def levels(self, level: str) -> str:
        found: LevelFigures | None = getattr(self.figures, level)
        if found is None:
            return ""
        words = self.words
        rows = [
            charts.Dumbbell(self.name(one.label), one.recall, one.precision, one.support)
            for one in sorted(found.labels, key=lambda one: (-one.support, one.label))
            if one.support
        ]
        names = (words.recall, words.precision)
        first = charts.dumbbells(rows[:SHOWN_TOPICS], names, self.count)
        rest = ""
        if len(rows) > SHOWN_TOPICS:
            more = words.more.format(count=self.count(len(rows) - SHOWN_TOPICS))
            rest = (
                f"<details><summary>{escape(more)}</summary>"
                f"{charts.dumbbells(rows[SHOWN_TOPICS:], names, self.count)}</details>"
            )
        unknown = ""
        if found.unknown:
            labels = ", ".join(
                f"{self.name(label)} ({self.count(number)})" for label, number in found.unknown_labels.items()
            )
            unknown = (
                f"<p class='told'>{escape(words.unknown.format(count=self.count(found.unknown)))} {escape(labels)}</p>"
            )
        return self.section(words.by_level[level], words.by_level_note, first + rest + unknown)

    def confusions(self) -> str:
        found = self.figures.topic
        if found is None or not found.confusions:
            return ""
        rows = []
        for pair in found.confusions:
            speaking = self.report.evidence.get((pair.true, pair.given), ())
            small = self.words.evidence.format(words=", ".join(speaking)) if speaking else ""
            rows.append((f"{self.name(pair.true)} → {self.name(pair.given)}", small, pair.count))
        return self.section(self.words.confusions, self.words.confusions_note, charts.bars(rows, self.count))

    def trust(self) -> str:
        """Whether the confidence is a probability, and how many messages can go on unseen."""
        found, words = self.figures.topic, self.words
        if found is None or not found.reliability:
            return ""
        reliability = charts.curves(
            [charts.Curve(words.messages, [one.confidence for one in found.reliability],
                          [one.accuracy for one in found.reliability], dots=True)],
            x_title=words.confidence, y_title=words.right, x_text=self.whole_percent, y_text=self.whole_percent,
            diagonal=True,
        )  # fmt: skip
        lines = [
            charts.Curve(
                words.of_level[level], [one.coverage for one in each.coverage], [one.accuracy for one in each.coverage]
            )
            for level in ("group", "topic")
            if (each := getattr(self.figures, level)) is not None and each.coverage
        ]
        lowest = min((value for line in lines for value in line.y), default=0.0)
        routing = self.figures.routing
        mark = (routing.share, words.threshold.format(share=self.percent(routing.share, 0))) if routing else None
        coverage = charts.curves(
            lines, x_title=words.coverage, y_title=words.right, x_text=self.whole_percent, y_text=self.whole_percent,
            y_range=(math.floor(lowest * 10) / 10 if lowest < 1 else 0.9, 1.0), mark=mark,
        )  # fmt: skip
        return self.section(
            words.trust,
            "",
            f"<div class='pair'><figure>{reliability}<figcaption>{escape(words.reliability_note)}</figcaption></figure>"
            f"<figure>{coverage}<figcaption>{escape(words.coverage_note)}</figcaption></figure></div>",
        )

    def learning(self) -> str:
        points, words = self.report.learning, self.words
        if len(points) < 2:
            return ""
        sizes = [float(point.messages) for point in points]
        lines = [charts.Curve(words.of_level["topic"], sizes, [point.topic_accuracy for point in points], dots=True)]
        if self.figures.group is not None:
            groups = [point.group_accuracy for point in points]
            lines.insert(0, charts.Curve(words.of_level["group"], sizes, groups, dots=True))
        lowest = min(value for line in lines for value in line.y)
        highest = max(value for line in lines for value in line.y)
        y_range = (min(0.9, math.floor(lowest * 10) / 10), min(1.0, math.ceil(highest * 10 + 0.01) / 10))
        picture = charts.curves(
            lines, x_title=words.learned, y_title=words.right, x_text=self.count, y_text=self.whole_percent,
            x_range=(0.0, sizes[-1]), y_range=y_range,
        )  # fmt: skip
        gain = points[-1].topic_accuracy - points[-2].topic_accuracy
        said = words.more_helps if gain > 0.01 else words.more_hardly_helps
        note = said.format(gain=self.points(points[-1].topic_accuracy, points[-2].topic_accuracy))
        return self.section(words.learning, note, picture)

    def urgency(self) -> str:
        found: UrgencyFigures | None = self.figures.urgency
        if found is None:
            return ""
        words = self.words
        levels = list(reversed(LEVELS))
        names = [TITLES_RU[level] if self.russian else level for level in levels]
        counts = [[found.confusion[one][other] for other in levels] for one in levels]
        picture = charts.matrix(names, counts, rows=words.recorded, columns=words.given, number=self.count)
        note = words.urgency_note.format(
            recall=self.percent(found.recall), precision=self.percent(found.precision),
            false=self.percent(found.false_alarms), accuracy=self.percent(found.accuracy),
            kappa=f"{found.quadratic_kappa:.2f}".replace(".", "," if self.russian else "."),
        )  # fmt: skip
        return self.section(words.urgency, note, picture)

    def errors(self) -> str:
        rows, words = self.report.errors, self.words
        if not rows:
            return ""
        texts = any(row.text for row in rows)
        heads = [words.row, words.recorded, words.given, words.confidence, *([words.text] if texts else [])]
        lines = [
            [
                row.row,
                self.name(row.true),
                self.name(row.given),
                self.percent(row.confidence, 0),
                *([row.text] if texts else []),
            ]
            for row in rows
        ]
        return self.section(words.errors, words.errors_note, self.table(heads, lines))

    def left_out(self) -> str:
        report, words = self.report, self.words
        small = [[self.name(label), self.count(number)] for label, number in report.left_out.items()]
        several = [
            [
                self.name(label),
                ", ".join(f"{self.name(group)}: {self.count(number)}" for group, number in groups.items()),
            ]
            for label, groups in report.several_groups.items()
        ]
        parts = []
        if small:
            parts.append(
                self.section(words.left_out, words.left_out_note, self.table([words.label, words.messages], small))
            )
        if several:
            parts.append(
                self.section(words.several, words.several_note, self.table([words.label, words.groups], several))
            )
        return "\n".join(parts)

    def section(self, title: str, note: str, body: str) -> str:
        told = f"<p class='told'>{escape(note)}</p>" if note else ""
        return f"<section>\n<h2>{escape(title)}</h2>\n{told}\n{body}\n</section>"

    @staticmethod
    def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        cell: Callable[[str, str], str] = lambda tag, text: f"<{tag}>{escape(text)}</{tag}>"  # noqa: E731
        head = "".join(cell("th", text) for text in heads)
        body = "".join(f"<tr>{''.join(cell('td', text) for text in row)}</tr>" for row in rows)
        return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


_STYLE = """
:root{--ink:#1d2733;--soft:#5d6b7a;--line:#dfe5ec;--paper:#f6f8fa;--c0:#1f6feb;--c1:#d9730d}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;margin:0 0 8px}h2{font-size:19px;margin:0 0 4px}
section{background:#fff;border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:18px 0}
.told{color:var(--soft);margin:2px 0 10px;max-width:80ch}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;margin:18px 0}
.card{background:#fff;border:1px solid var(--line);border-radius:10px;padding:14px 16px;display:flex;flex-direction:column}
.card b{font-size:28px;line-height:1.1}.card span{font-weight:600}.card small{color:var(--soft)}
.card .change{color:var(--c0);font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}dt{color:var(--soft)}dd{margin:0}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(380px,1fr));gap:18px}
figure{margin:0}figcaption{color:var(--soft);font-size:14px}
svg{width:100%;height:auto;display:block}
svg text{font-size:12px;fill:var(--ink)}svg text.title{fill:var(--soft)}svg text.small{fill:var(--soft);font-size:11px}
svg text.onshade{fill:#fff}
.grid{stroke:var(--line)}.ideal{stroke:var(--soft);stroke-dasharray:4 4}.mark{stroke:var(--c1);stroke-dasharray:6 3}
.join{stroke:#b9c4d0;stroke-width:3}
.line{fill:none;stroke-width:2.5}.line.c0{stroke:var(--c0)}.line.c1{stroke:var(--c1)}
.c0.dot,.c0.fill{fill:var(--c0)}.c1.dot,.c1.fill{fill:var(--c1)}
.cell{stroke:var(--line)}.cell.right{fill:var(--c0)}.cell.wrong{fill:var(--c1)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}
summary{cursor:pointer;color:var(--c0);margin:8px 0}
@media print{body{background:#fff}section,.card{break-inside:avoid}}
"""
