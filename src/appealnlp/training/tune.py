"""Search settings of training by cross-validation: one after the other, each time keeping the best so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .build import Labelled, Progress, Recipe, as_input, weigh
from .figures import level_figures
from .fit import balanced_weights
from .lexicon import build_lexicon, count_matrix
from .network import fit_network
from .split import duplicate_key, fold_numbers
from .vectors import WordVectors

__all__ = ["Trial", "tune"]

FOLDS = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """One set of settings, tried by cross-validation: what was changed, and how often it was right (0..1)."""

    setting: str
    accuracy: float
    macro_f1: float
    chosen: bool = False

    @property
    def score(self) -> float:
        """What the choice goes by: often right, and right for rare topics."""
        return (self.accuracy + self.macro_f1) / 2


Change = Callable[[Recipe], Recipe]


def _candidates() -> Sequence[Sequence[tuple[str, Change]]]:
    """Settings to try: of each row the best is kept before the next row is tried."""

    def dropout(share: float) -> tuple[str, Change]:
        return f"regularisation: {share:.0%} of the words left out", lambda recipe: replace(
            recipe, network=replace(recipe.network, word_dropout=share)
        )

    def balance(power: float) -> tuple[str, Change]:
        return f"class weight: (mean size / own size) ** {power:g}", lambda recipe: replace(recipe, balance=power)

    def features(*kinds: str) -> tuple[str, Change]:
        return f"features: {', '.join(kinds)}", lambda recipe: replace(recipe, features=kinds)

    return (
        (dropout(0.15), dropout(0.5)),
        (balance(0.0), balance(0.6)),
        (features("lemmas", "prefixes"), features("lemmas", "pairs")),
    )


def tune(
    examples: Labelled, vectors: WordVectors, recipe: Recipe, progress: Progress
) -> tuple[Recipe, tuple[Trial, ...]]:
    """Search around a recipe.

    :param examples: labelled messages; near-duplicates are kept in one fold.
    :return: the best recipe and all that was tried, in order.
    """
    names, truth = np.unique(np.array(examples.topics, object).astype(str), return_inverse=True)
    lexicon = build_lexicon(list(dict.fromkeys(examples.texts)), vectors.common)
    counts = count_matrix(lexicon, examples.texts)
    folds = fold_numbers([duplicate_key(text) for text in examples.texts], FOLDS)
    targets = np.eye(len(names), dtype=np.float32)[truth]
    candidates = _candidates()
    total = 1 + sum(map(len, candidates))
    trials: list[Trial] = []

    def tried(name: str, settings: Recipe) -> Trial:
        seen = as_input(counts, *weigh(counts, lexicon, vectors, settings.features))
        weights = balanced_weights(examples.topics, examples.weights, settings.balance)
        given = np.zeros(len(truth), np.int64)
        for fold in np.unique(folds).tolist():
            inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            net = fit_network(
                seen.matrix[inside], seen.vectors[inside], targets[inside], len(names), weights[inside],
                settings.network,
            )  # fmt: skip
            given[outside] = net.logits(seen.matrix[outside], seen.vectors[outside]).argmax(axis=1)
        figures = level_figures(
            names[truth].astype(object), names[given].astype(object), np.ones(len(truth)), frozenset(names.tolist())
        )
        trials.append(Trial(name, figures.accuracy, figures.macro_f1))
        progress("tuning", len(trials), total)
        return trials[-1]

    best, best_trial = recipe, tried("the defaults", recipe)
    for row in candidates:
        start = best
        for name, change in row:
            settings = change(start)
            trial = tried(name, settings)
            if trial.score > best_trial.score:
                best, best_trial = settings, trial
    return best, tuple(replace(trial, chosen=trial is best_trial) for trial in trials)
