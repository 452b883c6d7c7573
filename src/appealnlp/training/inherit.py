"""Urgency, kind and the vulnerable flag of a model with own topics: what another model, the default one, has learned.

Few exports carry an urgency, and hazards are rare in each; so these outputs are copied with their weights and the norms
they were learned with. Only the topics are new, and with them what a topic adds to the urgency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..classifier import Classifier
from ..context import Context
from ..features import Lexicon
from ..urgency.scale import LEVELS
from .fit import ENERGY_UNIT, Columns
from .lexicon import feature_numbers

__all__ = ["Inherited", "Judgement"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Judgement:
    """Outputs beside the topics, for the features of a lexicon.

    :param parts: urgency levels, kinds, the vulnerable flag; weights per occurrence of a feature.
    :param context: what counts beside the words.
    :param idf: IDF that the norms of these outputs are made of, shape ``(features,)``.
    """

    parts: Sequence[Columns]
    context: Context
    idf: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Inherited:
    """The outputs beside the topics of a loaded model.

    ``levels``: urgency codes of the heir's training messages, "" where none is recorded; where there are any, the
    outputs of the urgency are learned from them, on the features and norms of the loaded model.
    """

    model: Classifier
    levels: Sequence[str] = ()

    @cached_property
    def lexicon(self) -> Lexicon:
        """Its features, all of which a heir must have."""
        return self.model._scorer.lexicon

    def judgement(self, lexicon: Lexicon, texts: Sequence[str], truth: I64, topics: int) -> Judgement:
        """Its outputs for the features of a heir.

        :param lexicon: built on this model's lexicon.
        :param texts: training messages of the heir, and ``truth``: the number of the topic of each.
        :param topics: how many topics the heir has. A topic of its own adds to the urgency what this model adds on
            average for the topics that it decides for the messages of that topic, likewise to kind and flag.
        """
        weights, heads = self.model._scorer.weights, self.model._heads
        numbers = feature_numbers(self.lexicon, lexicon)
        outputs = slice(heads.first_level, None)
        real = np.zeros((len(lexicon), len(heads.scale) - heads.first_level))
        real[numbers] = weights.whole[:, outputs] * (heads.scale[outputs].astype(np.float64) / np.sqrt(ENERGY_UNIT))
        bias = heads.bias[outputs].astype(np.float64)
        levels, flag = len(LEVELS), len(bias) - 1
        parts = [Columns(real[:, part], bias[part]) for part in (slice(levels), slice(levels, flag), slice(flag, None))]
        energy = weights.energy.reshape(len(weights.energy), -1)[:, -1]
        idf = np.zeros(len(lexicon), np.float32)
        idf[numbers] = np.sqrt(energy / ENERGY_UNIT)
        decided = self.model.decide(texts).topic
        by_topic = np.zeros((topics, len(bias)))
        np.add.at(by_topic, truth, heads.context.by_topic[decided].astype(np.float64))
        by_topic /= np.maximum(np.bincount(truth, minlength=topics), 1)[:, None]
        return Judgement(parts, replace(heads.context, by_topic=by_topic.astype(np.float32)), idf)
