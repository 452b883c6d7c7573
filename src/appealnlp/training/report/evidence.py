"""Words that make a model take one topic for another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ...classifier import Classifier
from ...text.lemmas import is_name
from ..examples import Examples
from ..figures import Confusion
from ..measure import Predictions

__all__ = ["confusing_words"]

MESSAGES = 40
"""So many messages of a pair are looked at."""
WORDS = 5


def confusing_words(
    model: Classifier, examples: Examples, predictions: Predictions, confusions: Iterable[Confusion]
) -> dict[tuple[str, str], list[str]]:
    """For each pair of topics the lemmas that speak most for the given topic against the recorded one.

    :param examples: the rows that ``predictions.positions`` counts.
    :return: (recorded, given) -> lemmas, strongest first; only words that several messages share and that are no names,
        so that nobody is told apart by them.
    """
    known = frozenset(model.taxonomy.codes)
    found = {}
    for pair in confusions:
        if pair.true not in known:
            continue
        wrong = (predictions.true_topic == pair.true) & (predictions.topic == pair.given)
        weights: dict[str, float] = {}
        messages: Counter[str] = Counter()
        for position in predictions.positions[wrong][:MESSAGES].tolist():
            text, columns = examples.texts[position], examples.context_of([position])
            words = model.explain(text, against=pair.true, context={name: one for name, (one,) in columns.items()})
            by_start = {token.start: token for token in model.preprocess(text).tokens}
            here = set()
            for _, start, _, weight in words.topic_words:
                token = by_start[start]
                if token.lemma.isalpha() and len(token.lemma) > 2 and not is_name(token.form):
                    weights[token.lemma] = weights.get(token.lemma, 0.0) + weight
                    here.add(token.lemma)
            messages.update(here)
        shared = [(weight, lemma) for lemma, weight in weights.items() if weight > 0 and messages[lemma] > 1]
        if shared:
            found[pair.true, pair.given] = [
                lemma for _, lemma in sorted(shared, key=lambda one: (-one[0], one[1]))[:WORDS]
            ]
    return found
