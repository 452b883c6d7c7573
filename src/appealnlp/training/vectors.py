"""Ready word vectors: navec, 250,000 words by 300 numbers, learned by the Natasha project on a billion words of news.

The file comes with the `natasha` package and is read by the `navec` package. Neither is needed to classify: what a model
uses of the vectors is folded into its own weights.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import AppealError
from ..text.lemmas import Lemmatizer, is_name

__all__ = ["WordVectors", "load_word_vectors"]

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class WordVectors:
    """Centred vectors of unit length: ``matrix[numbers[word]]``; ``common`` lists lemmas by falling frequency."""

    numbers: dict[str, int]
    matrix: F32
    common: Sequence[str]

    def of(self, lemmas: Sequence[str]) -> F32:
        """Vectors of some lemmas, zeros for unknown ones; shape ``(len(lemmas), 300)``."""
        found = np.zeros((len(lemmas), self.matrix.shape[1]), np.float32)
        for row, lemma in enumerate(lemmas):
            number = self.numbers.get(lemma)
            if number is not None:
                found[row] = self.matrix[number]
        return found


def load_word_vectors() -> WordVectors:
    """Read navec from the installed natasha package.

    :raises AppealError: natasha or navec is not installed.
    """
    package = importlib.util.find_spec("natasha")  # found, not imported: importing it needs pymorphy2
    if package is None or not package.submodule_search_locations or importlib.util.find_spec("navec") is None:
        raise AppealError("training needs word vectors: pip install 'appealnlp[train]'")
    from navec import Navec

    folder = Path(package.submodule_search_locations[0]) / "data" / "emb"
    navec = Navec.load(next(iter(sorted(folder.glob("navec_*.tar")))))
    words: dict[str, int] = {}
    for number, word in enumerate(navec.vocab.words):
        words.setdefault(word.replace("ё", "е"), number)
    matrix = np.stack([navec.pq[number] for number in words.values()]).astype(np.float32)
    matrix -= matrix.mean(axis=0)
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    numbers = {word: row for row, word in enumerate(words)}
    counts = np.asarray(navec.vocab.counts)[list(words.values())]
    return WordVectors(numbers, matrix, _common_lemmas(list(words), counts))


def _common_lemmas(words: Sequence[str], counts: npt.NDArray[np.integer], most: int = 60_000) -> list[str]:
    """Ordinary Russian words among the most frequent ones that are their own lemma, most frequent first."""
    lemmatizer = Lemmatizer()
    frequent = [words[row] for row in np.argsort(-counts, kind="stable")[:most].tolist()]
    return [
        word
        for word in frequent
        if len(word) > 2
        and all("а" <= letter <= "я" for letter in word)
        and lemmatizer.lemma(word) == word
        and not is_name(word)
    ]
