from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from appealnlp.features import Lexicon, pair_keys, prefixes
from appealnlp.text.chunks import form_hash, form_hashes
from appealnlp.training.build import Model

LEMMAS = ["вода", "дом", "нет", "холодный"]
PREFIXES = ["вод", "дом", "домо", "холодн"]
PAIRS = [(2, 0), (0, 2), (3, 3)]
WATER, HOUSE, NO, COLD = range(4)
P_WATER, P_HOUSE, P_HOUSES, P_COLD = range(4, 8)
NO_WATER, WATER_NO, COLD_COLD = range(8, 11)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    table = {"воды": 0, "вода": 0, "дом": 1, "нет": 2, "холодный": 3}
    keys = form_hashes(list(table))
    order = np.argsort(keys)
    return Lexicon(
        LEMMAS, PREFIXES, np.array(PAIRS, np.int32), keys[order], np.array(list(table.values()), np.uint16)[order]
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("отопления", ["ото", "отоп", "отопл", "отопле"]),
        ("вода", ["вод"]),
        ("дом", []),  # the whole word is no prefix
        ("я", []),
        ("кто-то", ["кто", "кто-", "кто-т"]),
        ("202512", []),
        ("wifis", ["wif", "wifi"]),
    ],
)
def test_prefixes(form: str, expected: list[str]) -> None:
    assert prefixes(form) == expected


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("", []),
        ("ах, 15!", []),
        ("воды", [WATER, P_WATER]),
        ("дом", [HOUSE]),
        ("домовой", [P_HOUSE, P_HOUSES]),  # its lemma is unknown, its prefixes are not
        ("нет воды", [NO, WATER, P_WATER, NO_WATER]),
        ("воды нет", [WATER, P_WATER, NO, WATER_NO]),
        ("нет, <b>воды</b>", [NO, WATER, P_WATER, NO_WATER]),  # signs and markup part nothing
        ("нет ах воды", [NO, WATER, P_WATER]),  # an unknown word parts a pair
        ("нет вооооды", [NO, WATER, P_WATER, NO_WATER]),
        ("нет вoды", [NO, WATER, P_WATER, NO_WATER]),  # a Latin o
        ("холодных холодному холодная", [COLD, P_COLD] * 3 + [COLD_COLD] * 2),  # by pymorphy3
        ("нет нет", [NO, NO]),
    ],
)
def test_features_of_a_text(lexicon: Lexicon, text: str, features: list[int]) -> None:
    assert Counter(lexicon.of_text(text)) == Counter(features)


def test_length_counts_all_features(lexicon: Lexicon) -> None:
    assert len(lexicon) == 11


def test_a_form_outside_the_alphabet_of_the_table_is_no_error(lexicon: Lexicon) -> None:
    assert lexicon.of_form("ﬁлиал").lemma == -1


def test_the_arrays_say_what_the_dictionaries_say(tiny_trained: Model) -> None:
    lexicon = tiny_trained.lexicon
    assert len(lexicon.pairs) > 20
    assert len(lexicon.prefixes) > 100
    prefix_features = np.array([lexicon.prefix_features[prefix] for prefix in lexicon.prefixes])
    assert (lexicon.prefix_table.find(form_hashes(lexicon.prefixes)) == prefix_features).all()
    assert (lexicon.lemmas_of_forms(lexicon.form_keys) == lexicon.form_lemmas).all()
    numbers = lexicon.pair_table.find(pair_keys(lexicon.pairs[:, 0], lexicon.pairs[:, 1]))
    first = len(lexicon) - len(lexicon.pairs)
    assert [lexicon.pair_features[left, right] for left, right in lexicon.pairs.tolist()] == (numbers + first).tolist()
    turned = [(right, left) for left, right in lexicon.pairs.tolist() if (right, left) not in lexicon.pair_features]
    assert (lexicon.pair_table.find(pair_keys(*np.array(turned).T)) == -1).all()


def test_pair_keys_differ() -> None:
    left, right = (side.ravel() for side in np.meshgrid(np.arange(300), np.arange(300)))
    keys = pair_keys(left, right)
    assert len(np.unique(keys)) == len(keys)
    assert len(np.unique(keys >> np.uint64(48))) > 40_000  # the table looks at the highest bits


def test_forms_of_the_table_have_their_lemma_whatever_pymorphy_would_say(lexicon: Lexicon) -> None:
    wrong = Lexicon(
        LEMMAS, [], np.zeros((0, 2), np.int32), np.array([form_hash("трубы")], np.uint64), np.array([HOUSE])
    )
    assert wrong.of_form("трубы").lemma == HOUSE
    assert lexicon.of_form("трубы").lemma == -1
