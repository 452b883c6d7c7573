from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from appealnlp.features import Lexicon, prefixes
from appealnlp.places.classes import classes_of
from appealnlp.text.chunks import form_hash, form_hashes
from appealnlp.text.lemmas import Lemmatizer, is_name, mend
from appealnlp.text.markup import clean
from appealnlp.text.tokens import iter_forms
from appealnlp.training.build import Model
from appealnlp.training.lexicon import MINIMUM_MESSAGES, build_lexicon, count_matrix
from appealnlp.urgency.concepts import CONCEPTS

ROADS = ["Лужа на дороге", "лужу на дорогу", "лужи, дороги!", "огромная лужа у дома и дороги", "ЛУЖА на дороге 15"]
NAMES = [f"Наталья Сергеевна Смирнова, номер {number}, спасибо за ёлку и воду" for number in range(6)]


def table_of(lexicon: Lexicon, forms: list[str]) -> dict[str, str | None]:
    numbers = lexicon.lemmas_of_forms(form_hashes(forms)).tolist()
    return {form: None if number < 0 else lexicon.lemmas[number] for form, number in zip(forms, numbers, strict=True)}


def test_five_messages_make_a_feature_and_four_do_not() -> None:
    assert MINIMUM_MESSAGES == 5
    five, four = build_lexicon(ROADS), build_lexicon(ROADS[:4])
    assert five.lemmas == ["дорога", "лужа"]
    assert five.prefixes == ["дор", "доро", "дорог", "луж"]
    assert len(five.pairs) == 0
    assert (four.lemmas, four.prefixes, len(four.pairs)) == ([], [], 0)


def test_a_pair_needs_five_messages_too() -> None:
    lexicon = build_lexicon(["лужа дороги", "лужа дорог", "лужа дороге", "лужу дороги", "лужи дорогами", "дорога лужа"])
    assert [(lexicon.lemmas[left], lexicon.lemmas[right]) for left, right in lexicon.pairs.tolist()] == [
        ("лужа", "дорога")
    ]


def test_repeating_a_word_in_one_message_does_not_count() -> None:
    lexicon = build_lexicon(["лужа лужа лужа лужа лужа лужа дорога дорога дорога дорога дорога"] * 4)
    assert lexicon.lemmas == []
    assert lexicon.prefixes == []
    assert len(lexicon.pairs) == 0


def test_names_of_persons_are_left_out() -> None:
    lexicon = build_lexicon(NAMES)
    assert lexicon.lemmas == ["вода", "елка", "за", "и", "номер", "спасибо"]
    assert not [prefix for prefix in lexicon.prefixes if prefix.startswith(("нат", "сер", "сми"))]
    forms = ["наталья", "натальи", "сергеевна", "смирнова", "смирнов"]
    assert set(table_of(lexicon, forms).values()) == {None}
    known = {lexicon.lemmas[number] for pair in lexicon.pairs.tolist() for number in pair}
    assert known <= set(lexicon.lemmas)


def test_no_names_in_a_model_of_the_samples(tiny_trained: Model) -> None:
    lexicon = tiny_trained.lexicon
    names = [f"{name}{end}" for name in ("ольг", "татьян", "сергеевн", "кузнецов") for end in ("а", "ы", "у", "е", "")]
    asked_for_by_rules = {word for words in CONCEPTS.values() for word in words}
    assert not [lemma for lemma in lexicon.lemmas if is_name(lemma) and lemma not in asked_for_by_rules]
    assert not {name for name in names if is_name(name)} & set(lexicon.prefixes)
    assert {lemma for lemma in table_of(lexicon, names).values() if lemma is not None and is_name(lemma)} == set()


def test_further_lemmas_get_a_number_and_their_forms_whatever_their_count() -> None:
    lexicon = build_lexicon(ROADS, ["газ", "лужа", "взорваться"])
    assert lexicon.lemmas == ["дорога", "лужа", "взорваться", "газ"]
    assert table_of(lexicon, ["газом", "газов", "взорвалось", "лужами", "луже", "пахнет"]) == {
        "газом": "газ", "газов": "газ", "взорвалось": "взорваться", "лужами": "лужа", "луже": "лужа", "пахнет": None,
    }  # fmt: skip


def test_the_table_of_forms_agrees_with_the_lemmatizer(tiny_trained: Model, sample_texts: list[str]) -> None:
    from appealnlp import preprocess
    from appealnlp.text.lemmas import lexeme

    lexicon, plain = tiny_trained.lexicon, Lemmatizer()
    forms = {token.form for text in sample_texts for token in preprocess(text).tokens}
    forms |= {form for lemma in lexicon.lemmas[::5] for form in lexeme(lemma)} | set(lexicon.lemmas)
    found = table_of(lexicon, sorted(forms))
    wrong = {form: lemma for form, lemma in found.items() if lemma is not None and lemma != plain.lemma(form)}
    assert wrong == {}
    assert sum(lemma is not None for lemma in found.values()) > 3000


def test_the_table_tells_what_its_forms_can_be_in_a_place(tiny_trained: Model, sample_texts: list[str]) -> None:
    lexicon = tiny_trained.lexicon
    assert lexicon.form_classes is not None
    forms = sorted({form for text in sample_texts for form, _, _ in iter_forms(clean(text)[0])})
    places = lexicon.find_forms(form_hashes(forms))
    found = [(form, place) for form, place in zip(forms, places.tolist(), strict=True) if place >= 0]
    assert len(found) > 500
    for form, place in found:
        assert tuple(lexicon.form_classes[place].tolist()) == classes_of(form)


def test_the_table_holds_mended_forms_only() -> None:
    lexicon = build_lexicon([f"сроооочно вoда {text}" for text in ROADS])
    assert {"срочно", "вода"} <= set(lexicon.lemmas)
    found = table_of(lexicon, ["сроооочно", "вoда", "срочно", "вода"])
    assert found == {"сроооочно": None, "вoда": None, "срочно": "срочно", "вода": "вода"}
    assert (np.diff(lexicon.form_keys.astype(object)) > 0).all()
    assert form_hash("вода") in lexicon.form_keys.tolist()


def test_counts_are_the_features_of_each_text(tiny_trained: Model, sample_texts: list[str]) -> None:
    texts = [*sample_texts[:40], "", "лужа лужа лужа"]
    matrix = count_matrix(tiny_trained.lexicon, texts)
    assert matrix.shape == (len(texts), len(tiny_trained.lexicon))  # type: ignore[attr-defined]
    for row, text in zip(matrix.toarray(), texts, strict=True):  # type: ignore[attr-defined]
        assert Counter({int(place): int(row[place]) for place in np.flatnonzero(row)}) == Counter(
            tiny_trained.lexicon.of_text(text)
        )


def test_prefixes_are_of_mended_forms_and_sorted(tiny_trained: Model, sample_texts: list[str]) -> None:
    from appealnlp import preprocess

    counts: Counter[str] = Counter()
    for text in dict.fromkeys(sample_texts):
        forms = {token.form for token in preprocess(text).tokens if not is_name(mend(token.form))}
        counts.update({prefix for form in forms for prefix in prefixes(form)})
    # Each text is a topic and an urgency example, and still one message.
    assert tiny_trained.lexicon.prefixes == sorted(
        prefix for prefix, count in counts.items() if count >= MINIMUM_MESSAGES
    )


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_lexicon_in_every_process(seed: str) -> None:
    code = (
        "import sys, hashlib; from appealnlp.training.lexicon import build_lexicon\n"
        f"lexicon = build_lexicon({[*ROADS, *NAMES]!r}, ['газ'])\n"
        "arrays = [lexicon.pairs.tolist(), lexicon.form_keys.tolist(), lexicon.form_lemmas.tolist()]\n"
        "parts = [lexicon.lemmas, lexicon.prefixes, *arrays]\n"
        "print(hashlib.sha256(repr(parts).encode()).hexdigest())"
    )
    lexicon = build_lexicon([*ROADS, *NAMES], ["газ"])
    parts = [
        lexicon.lemmas,
        lexicon.prefixes,
        lexicon.pairs.tolist(),
        lexicon.form_keys.tolist(),
        lexicon.form_lemmas.tolist(),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == hashlib.sha256(repr(parts).encode()).hexdigest()
