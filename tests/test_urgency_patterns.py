"""The pattern language."""

from __future__ import annotations

import pytest

from appealnlp.text import preprocess
from appealnlp.urgency.concepts import CONCEPTS, concept_mask, message_mask
from appealnlp.urgency.guards import Scene
from appealnlp.urgency.hazards import RULES
from appealnlp.urgency.patterns import Positions, compile_patterns


def matches(source: str, text: str) -> list[tuple[str, ...]]:
    (pattern,) = compile_patterns(source)
    document = preprocess(text)
    found = pattern.matches(Positions(document.tokens))
    sentences = Scene(document).sentences
    return [
        tuple(document.tokens[number].text for number in match)
        for match in found
        if pattern.within_sentences(match, sentences)
    ]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("нет ..1 вода", "нет воды", [("нет", "воды")]),
        ("нет ..1 вода", "нет никакой воды", [("нет", "воды")]),
        ("нет ..1 вода", "нет совсем никакой воды", []),
        ("нет ..1 вода", "воды нет", []),
        ("нет ~1 вода", "воды нет", [("нет", "воды")]),
        ("нет вода", "нет воды", [("нет", "воды")]),
        ("нет вода", "нет этой воды", []),
        ("затоп*", "затопило, затапливает", [("затопило",)]),
        ("=света", "без света, свет горит", [("света",)]),
        ("лифт&лифте,лифтах", "лифт стоит, мы в лифте", [("лифте",)]),
        ("лёд|наледь", "лед и НАЛЕДЬ", [("лед",), ("НАЛЕДЬ",)]),
        ("вода ~0 вода", "вода вода", [("вода", "вода"), ("вода", "вода")]),
        ("вода ~0 вода", "вода", []),
        ("нет ~3 вода", "света нет. Вода есть", []),
        ("нет ~~3 вода", "света нет. Вода есть", [("нет", "Вода")]),
        ("нет ~3 вода", "на ул. Мира нет воды", [("нет", "воды")]),
        ("улица ~3 вода", "ул. Мира\nвода", []),
    ],
)
def test_matches(source: str, text: str, expected: list[tuple[str, ...]]) -> None:
    assert matches(source, text) == expected


@pytest.mark.parametrize("source", ["", "..2 вода", "вода ~3"])
def test_a_pattern_begins_and_ends_with_a_slot(source: str) -> None:
    with pytest.raises(ValueError, match="begin and end"):
        compile_patterns(source)


def test_a_written_form_is_whole() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="no ending open"):
            compile_patterns("нет =свет*")


def test_a_stem_is_long_enough() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="3 letters"):
            compile_patterns("нет во*|свет")


@pytest.mark.parametrize(
    ("source", "concepts"),
    [
        ("газ", ["gas"]),
        ("запах|вонь ~3 газ", ["gas", "smell"]),
        ("газ|слон", []),  # a word outside the concept: the concept is not needed
        ("=газом", []),
        ("обесточен*", ["blackout"]),
    ],
)
def test_required_concepts(source: str, concepts: list[str]) -> None:
    (pattern,) = compile_patterns(source)
    bits = {name for number, name in enumerate(CONCEPTS) if pattern.required >> number & 1}
    assert set(concepts) <= bits if concepts else not bits


def test_concepts_fit_one_machine_word() -> None:
    assert len(CONCEPTS) <= 64
    assert all(0 <= concept_mask(word.rstrip("*")) < 2**64 for words in CONCEPTS.values() for word in words)


def test_unknown_words_have_no_concept() -> None:
    assert concept_mask("") == concept_mask("синхрофазотрон") == message_mask([]) == 0


def test_every_pattern_needs_a_concept() -> None:
    assert [p.source for rule in RULES for p in rule.patterns if not p.required] == []


def test_lemmas_of_the_rules_are_lemmas() -> None:
    """A slot word that the lemmatiser never returns would match nothing."""
    words = set()
    for rule in RULES:
        for pattern in (*rule.patterns, *rule.unless, *rule.unless_anywhere):
            for slot in pattern.source.split():
                if slot[0] not in ".~":
                    words.update(choice.partition("&")[0] for choice in slot.split("|"))
    plain = sorted(word for word in words if not word.startswith("=") and not word.endswith("*"))
    assert [
        (word, lemma) for word in plain if (lemma := preprocess(word).lemmas[0]) != word and word not in HOMOGRAPHS
    ] == []


HOMOGRAPHS = {"мусорка", "стоить"}
"""Words whose dictionary form is read as another lemma although other forms of them are not."""
