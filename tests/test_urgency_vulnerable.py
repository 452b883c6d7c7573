"""Who is hit."""

from __future__ import annotations

import pytest

from appealnlp.text import preprocess
from appealnlp.urgency.vulnerable import vulnerable_evidence


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("У меня грудной ребёнок, а дома нет тепла", "грудной ребёнок"),
        ("В доме живёт инвалид", "инвалид"),
        ("Мама лежачая, ей 80", "лежачая"),
        ("Жена беременна, лифт стоит", "беременна"),
        ("Ребёнок сильно заболел этой зимой", "Ребёнок сильно заболел"),
        ("Бабушка не может выйти из дома", "Бабушка не может выйти"),
        ("Я пенсионерка, помогите", "пенсионерка"),
        ("С младенцем на руках не пройти", "младенцем"),
    ],
)
def test_evidence(text: str, quote: str) -> None:
    spans = vulnerable_evidence(preprocess(text))
    assert spans
    assert quote in [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    "text",
    [
        "Когда придёт пособие на ребёнка 3 лет?",
        "Здесь ходят дети",
        "Дорога разбита",
        "Как оформить выплату инвалиду?",
        "Спасибо за детскую площадку",
        "",
        "Площадка для детей",
        "Бабушка вязала носки",
    ],
)
def test_no_evidence(text: str) -> None:
    assert vulnerable_evidence(preprocess(text)) == []
