"""Pictures of a report as SVG text: curves, dumbbells, bars and a shaded matrix. Nothing is loaded from anywhere.

Every function takes numbers and ready texts and returns one ``<svg>`` element; texts are escaped here. Colours come from
the page's style sheet by class, so that print and screen agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Curve", "Dumbbell", "bars", "curves", "dumbbells", "matrix"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 26, 12, 44
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line through points; ``dots`` also draws the points."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """One row with two values between 0 and 1 and a count."""

    name: str
    one: float
    other: float
    count: int


def curves(
    lines: Sequence[Curve],
    *,
    x_title: str,
    y_title: str,
    x_text: Callable[[float], str],
    y_text: Callable[[float], str],
    x_range: tuple[float, float] = (0.0, 1.0),
    y_range: tuple[float, float] = (0.0, 1.0),
    diagonal: bool = False,
    mark: tuple[float, str] | None = None,
) -> str:
    """Lines over two axes.

    :param x_text: writes a value of the horizontal axis; ``y_text`` likewise.
    :param diagonal: draw the line on which both values are equal.
    :param mark: a vertical line at this value, with a text.
    """
    width, height = 520, 320
    across, down = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            _LEFT + across * (x - x_range[0]) / (x_range[1] - x_range[0]),
            _TOP + down * (1 - (y - y_range[0]) / (y_range[1] - y_range[0])),
        )

    parts = [_open(width, height, f"{y_title}: {', '.join(line.name for line in lines)}")]
    for step in range(_TICKS + 1):
        x = x_range[0] + (x_range[1] - x_range[0]) * step / _TICKS
        y = y_range[0] + (y_range[1] - y_range[0]) * step / _TICKS
        across_at, _ = at(x, y_range[0])
        _, down_at = at(x_range[0], y)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{down_at:.1f}" y2="{down_at:.1f}"/>')
        parts.append(_text(_LEFT - 6, down_at + 4, y_text(y), anchor="end"))
        parts.append(_text(across_at, height - _BOTTOM + 18, x_text(x), anchor="middle"))
    parts.append(_text(_LEFT + across / 2, height - 6, x_title, anchor="middle", kind="title"))
    middle = _TOP + down / 2
    parts.append(
        f'<text class="title" transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">{escape(y_title)}</text>'
    )
    if diagonal:
        (x1, y1), (x2, y2) = at(0, 0), at(1, 1)
        parts.append(f'<line class="ideal" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')
    if mark is not None:
        x1, _ = at(mark[0], y_range[0])
        parts.append(f'<line class="mark" x1="{x1:.1f}" x2="{x1:.1f}" y1="{_TOP}" y2="{_TOP + down}"/>')
        left = mark[0] > (x_range[0] + x_range[1]) / 2
        parts.append(_text(x1 + (-6 if left else 6), _TOP + down - 8, mark[1], anchor="end" if left else "start"))
    for number, line in enumerate(lines):
        points = [at(x, min(max(y, y_range[0]), y_range[1])) for x, y in zip(line.x, line.y, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline class="line c{number}" points="{path}"/>')
        if line.dots:
            parts += [f'<circle class="dot c{number}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in points]
        if len(lines) > 1:
            y = _TOP + down - 18 * (len(lines) - number)
            parts.append(f'<rect class="fill c{number}" x="{_LEFT + 8}" y="{y}" width="12" height="4"/>')
            parts.append(_text(_LEFT + 26, y + 6, line.name))
    return "".join([*parts, "</svg>"])


def dumbbells(rows: Sequence[Dumbbell], names: tuple[str, str], number: Callable[[int], str]) -> str:
    """For each row two dots on a scale from 0 to 1, joined by a line, and its count.

    :param names: what the two dots are.
    :param number: writes a count.
    """
    label, scale, step = 330, 420, 20
    width, height = label + scale + 80, 34 + step * len(rows) + 24
    parts = [_open(width, height, " / ".join(names))]
    for place, name in enumerate(names):
        parts.append(f'<circle class="dot c{place}" cx="{label + 6 + 150 * place}" cy="12" r="4.5"/>')
        parts.append(_text(label + 16 + 150 * place, 16, name))
    bottom = 30 + step * len(rows)
    for tick in range(_TICKS + 1):
        x = label + scale * tick / _TICKS
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="26" y2="{bottom}"/>')
        parts.append(_text(x, bottom + 16, f"{100 * tick // _TICKS}", anchor="middle"))
    for place, row in enumerate(rows):
        y = 40 + step * place
        one, other = label + scale * row.one, label + scale * row.other
        parts.append(_text(label - 8, y + 4, _short(row.name, 46), anchor="end", full=row.name))
        parts.append(f'<line class="join" x1="{one:.1f}" x2="{other:.1f}" y1="{y}" y2="{y}"/>')
        parts.append(f'<circle class="dot c0" cx="{one:.1f}" cy="{y}" r="4.5"/>')
        parts.append(f'<circle class="dot c1" cx="{other:.1f}" cy="{y}" r="4.5"/>')
        parts.append(_text(width - 4, y + 4, number(row.count), anchor="end"))
    return "".join([*parts, "</svg>"])


def bars(rows: Sequence[tuple[str, str, int]], number: Callable[[int], str]) -> str:
    """Horizontal bars: a name, a line in small print under it, and a count."""
    step, label, scale = 42, 560, 300
    width, height = label + scale + 70, 8 + step * len(rows)
    most = max([1, *(count for *_, count in rows)])
    parts = [_open(width, height, "")]
    for place, (name, small, count) in enumerate(rows):
        y = 8 + step * place
        parts.append(_text(0, y + 14, _short(name, 84), full=name))
        parts.append(_text(0, y + 29, _short(small, 96), kind="small", full=small))
        length = scale * count / most
        parts.append(f'<rect class="fill c0" x="{label}" y="{y + 4}" width="{length:.1f}" height="14" rx="2"/>')
        parts.append(_text(label + length + 6, y + 16, number(count)))
    return "".join([*parts, "</svg>"])


def matrix(
    names: Sequence[str], counts: Sequence[Sequence[int]], *, rows: str, columns: str, number: Callable[[int], str]
) -> str:
    """Counts in shaded cells, each row shaded by its own share; the diagonal is framed.

    :param rows: what a row is; ``columns`` likewise.
    """
    cell, label = 104, 130
    size = cell * len(names)
    width, height = label + size + 10, 54 + cell * len(names) * 2 // 5 + 10
    parts = [
        _open(width, height, f"{rows} / {columns}"),
        _text(label + size / 2, 14, columns, anchor="middle", kind="title"),
    ]
    parts.append(_text(4, 34, rows, kind="title"))
    for place, name in enumerate(names):
        parts.append(_text(label + cell * place + cell / 2, 34, _short(name, 15), anchor="middle", full=name))
    for down, row in enumerate(counts):
        y = 44 + down * (cell * 2 // 5)
        parts.append(_text(label - 8, y + 23, names[down], anchor="end"))
        total = max(sum(row), 1)
        for across, count in enumerate(row):
            x = label + cell * across
            kind = "right" if down == across else "wrong"
            shade = count / total
            size_and_shade = f'width="{cell - 2}" height="{cell * 2 // 5 - 2}" fill-opacity="{shade:.2f}"'
            parts.append(f'<rect class="cell {kind}" x="{x}" y="{y}" {size_and_shade}/>')
            parts.append(
                _text(x + cell / 2, y + 23, number(count), anchor="middle", kind="onshade" if shade > 0.55 else "")
            )
    return "".join([*parts, "</svg>"])


def _open(width: float, height: float, label: str) -> str:
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {width:g} {height:g}" '
        f'style="max-width:{width:g}px" xmlns="http://www.w3.org/2000/svg">'
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "", full: str = "") -> str:
    tip = f"<title>{escape(full)}</title>" if full and full != text else ""
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}{tip}</text>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
