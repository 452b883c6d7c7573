"""The fast tokeniser against the plain one, hashes against their reference, the hash table against a dict."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appealnlp.text.chunks import HashTable, form_hash, form_hashes, prefix_hashes, tokenize_chunk
from appealnlp.text.markup import clean
from appealnlp.text.tokens import iter_forms
from test_text_markup import NOISE

DENSE = st.text(st.sampled_from([*"аеёЁйЯ яzZ09--‐‑—\0\n.😡\ud83d\ude00\u0400\u045f\u0460"]), max_size=40)
ANY = st.text(st.characters(), max_size=40)  # lone surrogates and characters outside the basic plane too
MESSAGES = st.lists(st.one_of(DENSE, ANY), max_size=12)
FORM = st.from_regex("[a-zа-яѐ-џ]{1,12}(-[a-zа-яѐ-џ]{1,5})?|[0-9]{1,12}", fullmatch=True)
U64 = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 40), st.integers(0, 40).map(lambda low: (0xABC << 52) + low))


def units_before(text: str, position: int) -> int:
    """UTF-16 units before a character of a text."""
    return len(text[:position].encode("utf-16-le", "surrogatepass")) // 2


def check(texts: list[str]) -> None:
    """Every token of the chunk, with its place, its text, its hash and its message, is that of the plain way."""
    chunk = tokenize_chunk(texts)
    assert len(chunk.bounds) == len(texts) + 1
    assert chunk.bounds[0] == 0
    assert chunk.bounds[-1] == len(chunk.starts) == len(chunk.ends) == len(chunk.hashes) == len(chunk.is_number)
    for number, original in enumerate(texts):
        text, origin = clean(original)
        plain = list(iter_forms(text))
        assert chunk.straight[number] == (origin is None and max(original, default="") <= "\uffff")
        tokens = range(int(chunk.bounds[number]), int(chunk.bounds[number + 1]))
        offset = int(chunk.offsets[number])
        assert [chunk.form(token) for token in tokens] == [form for form, _, _ in plain]
        assert chunk.forms(np.arange(tokens.start, tokens.stop)) == [form for form, _, _ in plain]
        assert [chunk.written(token) for token in tokens] == [text[start:end] for _, start, end in plain]
        assert [int(chunk.starts[token]) - offset for token in tokens] == [
            units_before(text, start) for _, start, _ in plain
        ]
        assert [int(chunk.ends[token]) - offset for token in tokens] == [units_before(text, end) for _, _, end in plain]
        for edges, side in ((chunk.starts, 1), (chunk.ends, 2)):
            places = chunk.positions(np.full(len(tokens), number), edges[tokens.start : tokens.stop])
            assert places.tolist() == [place[side] if origin is None else origin[place[side]] for place in plain]
        assert [int(chunk.hashes[token]) for token in tokens] == [form_hash(form) for form, _, _ in plain]
        assert [bool(chunk.is_number[token]) for token in tokens] == [form.isdigit() for form, _, _ in plain]


@given(MESSAGES)
@example([])
@example([""])
@example(["", "", ""])
@example(["-", "-а", "а-", "а--б", "-"])
@example(["дом", "", "-то", "кто-", "то"])  # a hyphen at the edge of a message joins nothing across it
@example(["\ud83d", "\ude00 яма"])
@example(["😡яма\0свет", "яма"])
@example(["5к2-а-3"])
@example(
    [
        "😡",
        "\ud83d\ude00 яма",
        "😡 \ud83d\ude00 я\u00adма 😡 яма",
        "[id1|😡] 😡 яма",
        "яма 😡 \ud83d\ude00 [id1|😡] яма",
    ]
)
def test_a_chunk_has_the_tokens_of_its_messages(texts: list[str]) -> None:
    check(texts)


def test_the_samples(sample_texts: list[str]) -> None:
    check(sample_texts)


def test_every_character_of_the_basic_plane() -> None:
    check([f"а{chr(code)}б {chr(code)}-{chr(code)}" for code in range(0x10000)])


def test_a_text_of_a_megabyte() -> None:
    text = "Нет воды-то 5-й день 😡\0" * 45_000
    assert len(text) > 1_000_000
    chunk = tokenize_chunk(["яма", text, "яма"])
    once = [form_hash(form) for form, _, _ in iter_forms("Нет воды-то 5-й день")]
    assert chunk.hashes.tolist() == [form_hash("яма"), *once * 45_000, form_hash("яма")]


@given(st.lists(st.one_of(NOISE, ANY, DENSE), max_size=8))
@example([])
@example(["", "<b>"])
@example(["\ud83d\ude00", "<b>яма"])  # two lone surrogates that look like one character
@example(["\ud83d", "\ude00", "&#1053;ет", "😡", "<i>"])
@example(["сел в'", "езд"])  # what looks like a hard sign across two messages is none
@example(["w", "ww", "www.site.ru", "/", "/"])
@example(['"', 'под"езд', "об'явление'"])
def test_messages_are_cleaned_on_the_way(texts: list[str]) -> None:
    check(texts)


def test_every_character_is_cleaned_as_alone() -> None:
    check([pattern.format(chr(code)) for code in range(0x10000) for pattern in ("а{0}е", "а{0}{0}{0}")])


@pytest.mark.parametrize("form", ["а", "1", "е" * 300_000, "кто-то", "000", "0"])
def test_one_hash_for_a_form_alone_in_a_list_and_anywhere_in_a_chunk(form: str) -> None:
    expected = form_hash(form)
    assert form_hashes(["дом", form, "1"]).tolist() == [form_hash("дом"), expected, form_hash("1")]
    assert tokenize_chunk(["яма " * 1000, form.upper()]).hashes.tolist()[-1] == expected


@given(st.lists(FORM))
def test_form_hashes(forms: list[str]) -> None:
    assert form_hashes(forms).tolist() == [form_hash(form) for form in forms]


def test_hashes_tell_forms_apart() -> None:
    forms = {
        form
        for text in ("абвгдежз", "01234567")
        for one in text
        for two in text
        for three in text
        for form in (one, one + two, one + two + three)
    }
    forms |= {"а" * length for length in range(1, 60)} | {"0" * length for length in range(1, 60)}
    assert len(set(form_hashes(sorted(forms)).tolist())) == len(forms)


@pytest.mark.parametrize("length", [3, 4, 6])
def test_prefix_hashes(length: int, sample_texts: list[str]) -> None:
    chunk = tokenize_chunk(sample_texts[:50])
    chosen = np.flatnonzero(chunk.ends - chunk.starts >= length)
    expected = [form_hash(chunk.form(token)[:length]) for token in chosen.tolist()]
    assert len(expected) > 100
    assert prefix_hashes(chunk, chosen, length).tolist() == expected


@given(st.lists(st.lists(U64, max_size=30), max_size=5), st.lists(U64, max_size=30))
@example([[0]], [0, 1])
@example([[], [2**64 - 1]], [2**64 - 1, 0])
@example([[2**64 - 1 - low for low in range(20)]], [0, 1, 2])  # the last places are taken: it goes on at the first
def test_the_table_answers_as_a_dict(batches: list[list[int]], others: list[int]) -> None:
    expected: dict[int, int] = {}
    table = HashTable(sum(map(len, batches)))
    for batch in batches:
        fresh = [key for key in dict.fromkeys(batch) if key not in expected]
        numbers = range(len(expected), len(expected) + len(fresh))
        table.insert(np.array(fresh, np.uint64), np.array(numbers, np.int64))
        expected.update(zip(fresh, numbers, strict=True))
        asked = [*expected, *others]
        assert table.find(np.array(asked, np.uint64)).tolist() == [expected.get(key, -1) for key in asked]


@pytest.mark.parametrize("shift", [0, 40, 52])
def test_a_full_table_with_crowded_places(shift: int) -> None:
    keys = (np.arange(3000, dtype=np.uint64) * np.uint64(3)) << np.uint64(shift)
    keys = np.unique(keys)
    table = HashTable(len(keys))
    table.insert(keys[::-1], np.arange(len(keys))[::-1])
    assert (table.find(keys) == np.arange(len(keys))).all()
    absent = (np.arange(3000, dtype=np.uint64) * np.uint64(3) + np.uint64(1)) << np.uint64(shift)
    assert (table.find(np.setdiff1d(absent, keys)) == -1).all()


def test_inserting_leaves_its_arguments_alone() -> None:
    keys, numbers = np.arange(50, dtype=np.uint64), np.arange(50)
    HashTable(50).insert(keys, numbers)
    assert (keys == np.arange(50)).all()
    assert (numbers == np.arange(50)).all()


def test_readers_see_nothing_or_the_whole_entry_while_another_thread_writes() -> None:
    draw = np.random.default_rng(3)
    keys = np.unique(draw.integers(0, 2**63, 40_000).astype(np.uint64))
    draw.shuffle(keys)
    numbers = np.arange(len(keys), dtype=np.int32)
    table, done = HashTable(len(keys)), threading.Event()

    def write() -> None:
        for start in range(0, len(keys), 500):
            table.insert(keys[start : start + 500], numbers[start : start + 500])
        done.set()

    def read() -> bool:
        good = True
        while not done.is_set():
            found = table.find(keys)
            good &= bool(((found == -1) | (found == numbers)).all())
        return good and bool((table.find(keys) == numbers).all())

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        pool.submit(write).result()
        assert all(reader.result() for reader in readers)
