"""The estimators keep scikit-learn's rules."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from appealnlp import AppealVectorizer, TopicNetwork

SMALL = {"hidden": 16, "least_steps": 300}
NOT_MET = {
    "check_sample_weight_equivalence_on_dense_data": "a repeated message falls into other batches than a heavy one",
    "check_sample_weight_equivalence_on_sparse_data": "a repeated message falls into other batches than a heavy one",
}


@parametrize_with_checks(
    [TopicNetwork(**SMALL), TopicNetwork(**SMALL, word_dropout=0.0, hidden_dropout=0.0, balance=0.0)],
    expected_failed_checks=lambda estimator: NOT_MET,
)
@pytest.mark.filterwarnings("ignore")  # the checks themselves warn
def test_the_network_keeps_the_rules(estimator: Any, check: Any) -> None:
    check(estimator)


TEXTS = [
    f"{word} {place} номер {number}"
    for word in ("яма", "снег", "вода")
    for place in ("улица", "двор")
    for number in range(6)
]
TOPICS = [text.split()[0] for text in TEXTS]


def test_a_search_over_texts() -> None:
    search = GridSearchCV(
        make_pipeline(AppealVectorizer(), TopicNetwork(**SMALL)),
        {"appealvectorizer__pairs": [True, False], "topicnetwork__hidden": [4, 8]},
        cv=2,
    )
    search.fit(TEXTS, TOPICS)
    assert search.best_score_ > 0.9
    assert search.predict(["большая яма", "много снега"]).tolist() == ["яма", "снег"]


def test_features_are_normalised_counts_with_names() -> None:
    vectorizer = AppealVectorizer().fit(TEXTS)
    matrix = vectorizer.transform(["Яма во дворе, яма на улице", "ничего знакомого"])
    assert issparse(matrix)
    assert matrix.dtype == np.float32
    names = vectorizer.get_feature_names_out().tolist()
    assert matrix.shape == (2, len(names)) == (2, len(set(names)))
    row = dict(zip(names, matrix[0].toarray()[0].tolist(), strict=True))
    assert row["яма"] > row["улица"] > 0
    assert row["улиц-"] > 0
    assert "яма двор" in names
    assert matrix[1].nnz == 0


@pytest.mark.parametrize(("option", "kind"), [("prefixes", "-"), ("pairs", " ")])
def test_kinds_of_features_can_be_left_out(option: str, kind: str) -> None:
    def has(vectorizer: AppealVectorizer) -> bool:
        return any(kind in name for name in vectorizer.fit(TEXTS).get_feature_names_out())

    assert has(AppealVectorizer())
    assert not has(AppealVectorizer(**{option: False}))


def test_the_vectorizer_can_be_cloned_and_pickled() -> None:
    vectorizer = clone(AppealVectorizer(pairs=False)).fit(TEXTS)
    again = pickle.loads(pickle.dumps(vectorizer))
    assert (again.transform(TEXTS) != vectorizer.transform(TEXTS)).nnz == 0


@pytest.mark.parametrize("messages", ["одно сообщение", [1, 2], [], [None]])
def test_what_is_no_series_of_messages(messages: Any) -> None:
    with pytest.raises(ValueError, match="message"):
        AppealVectorizer().fit(messages)


def test_too_few_words() -> None:
    with pytest.raises(ValueError, match="vocabulary"):
        AppealVectorizer().fit(["одно слово", "другое"])


def test_a_vectorizer_without_texts_seen() -> None:
    with pytest.raises(NotFittedError):
        AppealVectorizer().transform(TEXTS)
