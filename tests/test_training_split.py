from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.training.split import distinct, duplicate_key, fold_numbers


@pytest.mark.parametrize(
    "variant",
    [
        "Нет воды!!! Ленина, 5",
        "нет   воды ленина 5",
        "НЕТ ВОДЫ, Ленина - 5.",
        "<p>Нет воды</p> Ленина 5 😡",
        "[club1|Город], нет воды Ленина 5",
        "нет воды ленина5 https://vk.com/wall1",
        "Нет воды\nЛенина\t5",
    ],
)
def test_near_duplicates_have_one_key(variant: str) -> None:
    assert duplicate_key(variant) == "нетводыленина5"


@pytest.mark.parametrize("other", ["Нет воды Ленина 6", "Нет вода Ленина 5", "Нет воды Ленина 5а", ""])
def test_other_messages_have_other_keys(other: str) -> None:
    assert duplicate_key(other) != "нетводыленина5"


def test_yo_is_e() -> None:
    assert duplicate_key("Ещё ЁЛКА") == duplicate_key("еще елка")


@given(st.text(st.characters()))
def test_a_key_holds_letters_and_digits_only_and_keeps_them(text: str) -> None:
    key = duplicate_key(text)
    assert all(letter.isdigit() or letter.isalpha() for letter in key)
    assert duplicate_key(key) == key
    key.encode()


@given(st.lists(st.text(max_size=8)), st.lists(st.text(max_size=8)), st.integers(1, 7))
def test_a_fold_depends_on_the_key_alone(keys: list[str], others: list[str], folds: int) -> None:
    numbers = fold_numbers(keys, folds)
    assert len(numbers) == len(keys)
    assert all(0 <= number < folds for number in numbers)
    assert fold_numbers([*others, *keys], folds)[len(others) :].tolist() == numbers.tolist()


def test_folds_are_about_even() -> None:
    sizes = np.bincount(fold_numbers([f"сообщение{number}" for number in range(5000)], 5), minlength=5)
    assert sizes.min() > 900
    assert sizes.max() < 1100


def test_folds_are_the_same_in_every_process() -> None:
    keys = ["нетводы", "яма", "", "a1"]
    code = f"from appealnlp.training.split import fold_numbers; print(fold_numbers({keys!r}, 1000).tolist())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(fold_numbers(keys, 1000).tolist())


@given(st.lists(st.tuples(st.sampled_from("абв"), st.sampled_from("12")), max_size=20))
def test_distinct_keeps_the_first_of_each_pair(pairs: list[tuple[str, str]]) -> None:
    kept = distinct([key for key, _ in pairs], [label for _, label in pairs]).tolist()
    assert kept == sorted(kept)
    assert [pairs[position] for position in kept] == list(dict.fromkeys(pairs))
