"""One verdict for people: a few lines in Russian."""

from __future__ import annotations

from ..result import Result

__all__ = ["card_lines"]

_KINDS = {
    "problem": "проблема",
    "question": "вопрос",
    "proposal": "предложение",
    "thanks": "благодарность",
    "other": "другое",
}


def card_lines(result: Result) -> list[str]:
    """The verdict as lines ``label  value``; what is empty is left out.

    :param result: what the classifier said.
    :return: the lines.
    """
    if result.error:
        return [f"Ошибка       {result.error}"]
    alternatives = "; ".join(f"{other.title} ({_percent(other.probability)})" for other in result.alternatives)
    hours = ""
    if result.react_hours is not None:
        hours = f", реагировать за {result.react_hours:g} ч" if result.react_hours else ", реагировать немедленно"
    kind = _KINDS.get(result.kind, result.kind)
    if result.vulnerable:
        kind = f"{kind}, речь об уязвимых людях" if kind else "речь об уязвимых людях"
    fields = [
        ("Тема", f"{result.topic_title} ({_percent(result.confidence)})"),
        ("Код темы", result.topic),
        ("Группа", result.group_title),
        ("Возможно", alternatives),
        ("Срочность", f"{result.urgency_title}{hours}"),
        ("Почему", result.urgency_reason),
        ("Вид", kind),
        ("Где", "; ".join(place.text for place in result.places)),
        ("Проверить", "нужен взгляд человека" if result.needs_review else ""),
    ]
    return [f"{label:<12} {value}" for label, value in fields if value]


def _percent(share: float) -> str:
    return f"{share:.0%}"
