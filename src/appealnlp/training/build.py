"""Put a model together: features, weights, calibration, files of the bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bundle import array_bytes
from ..conformal import set_quantiles
from ..context import RULE_UNIT, Context, length_of, level_costs, log_chances, marks_of, one_stage
from ..export_context import ExportContext
from ..features import Lexicon
from ..heads import HIGHEST_UNIT, HIGHEST_WEIGHT, KINDS, Decision, Heads, TopicLayer, joined, softmax
from ..places.classes import CLASSES_VERSION
from ..scores import Scorer, Weights
from ..taxonomy import Taxonomy, Topic
from ..text import preprocess
from ..urgency.find import find
from ..urgency.hazards import RULE_NUMBERS
from ..urgency.scale import LEVELS
from .calibrate import choose_topics, fit_calibration, review_threshold
from .fit import ENERGY_UNIT, Columns, balanced_weights, inverse_document_frequency, message_norm, normalize, stack
from .inherit import Inherited, Judgement
from .lexicon import MINIMUM_MESSAGES, build_lexicon, count_matrix
from .mixture import Mixture, fit_linear
from .network import Network, NetworkSettings, Teacher, fit_network
from .split import duplicate_key, fold_numbers
from .vectors import WordVectors

__all__ = [
    "CurvePoint",
    "HeldOut",
    "Input",
    "Labelled",
    "Model",
    "Progress",
    "Recipe",
    "UrgencyLabels",
    "as_files",
    "as_input",
    "train_model",
    "weigh",
]

ENOUGH_TO_TELL = 5000
"""Fewer messages than this do not say whether a source reaches an accuracy of 95 %."""
MOST_LEVELS = 30_000
"""More messages with an urgency are not learned from: the fit would take longer than the topics'."""
NEVER = -1000.0
"""Bias of an output that no example has."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many of its steps are done, and how many there are."""

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """Messages with topics: equal-long columns.

    ``weights`` is how much each counts (1 if not given); ``sources`` names where each comes from, so that the review
    threshold holds for every source and not only on average ("" counts for none).
    """

    texts: Sequence[str]
    topics: Sequence[str]
    weights: F64 | None = None
    sources: Sequence[str] | None = None


@dataclass(frozen=True)
class UrgencyLabels:
    """Messages with urgency, kind and the vulnerable flag."""

    texts: Sequence[str]
    levels: Sequence[str]
    kinds: Sequence[str]
    vulnerable: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of training; the defaults are what was measured to be best.

    :param network: how the topics are learned.
    :param balance: rare topics count more, by (mean size / own size) ** balance.
    :param folds: folds of the out-of-fold predictions that calibration and the review threshold are fitted on.
    :param accuracy: group accuracy that messages not marked for review must reach.
    :param doubtful: an example whose label is less probable than this out of fold is not learned from (confident
        learning: C. Northcutt et al., 2021). By default all are: without them the network is surer, not better.
    :param caution: by how many standard errors that accuracy must be reached on all messages it is chosen on; those of
        each large source must reach it, without more ado: its standard error would decide for all others.
    :param urgency_c: inverse strength of regularisation of urgency, kind and the vulnerable flag.
    :param features: kinds of features that the topics are learned on.
    :param linear: how much the scores of a linear model beside the network count; 0 leaves it out. It makes a row of weights
        longer by one for each topic, unless there is a student.
    :param student: how the network goes on to learn from itself and the linear model together, whose place it then takes:
        it gains half of what both are better by, with rows as short as before. It has as many units as the network.
        ``None`` leaves it out.
    :param second_c: the same of the second stage of urgency.
    :param beside: size of what is seen beside the words when urgency, kind and flag are learned: the decided topic, marks
        of punctuation, rules that fired.
    :param distance_cost, missed_cost: what a wrong level costs (`appealnlp.context.level_costs`).
    :param curve: shares of the messages to learn from as well, to see what more messages bring.
    """

    network: NetworkSettings = field(default_factory=NetworkSettings)
    balance: float = 0.3
    folds: int = 3
    accuracy: float = 0.95
    caution: float = 2.0
    doubtful: float = 0.0
    urgency_c: float = 10.0
    second_c: float = 1.0
    beside: float = 0.5
    distance_cost: float = 0.5
    missed_cost: float = 1.5
    features: tuple[str, ...] = ("lemmas", "prefixes", "pairs")
    linear: float = 0.0
    student: NetworkSettings | None = None
    curve: tuple[float, ...] = ()


@dataclass(frozen=True)
class HeldOut:
    """Topic scores of the training messages by networks that saw neither them nor near-duplicates of theirs.

    ``logits``: shape ``(messages, topics)``; ``probabilities``: calibrated on the other folds; ``truth``: number of the
    recorded topic; ``folds``: number of the network that was asked, so that whatever is chosen on some folds can be tried on
    another; ``levels``: number of the urgency that a model of own levels gave messages of the first fold, -1 for all others.
    """

    logits: F32
    probabilities: F32
    truth: npt.NDArray[np.int64]
    folds: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Shares of right topics and groups on the same held-out messages after learning from so many others."""

    messages: int
    topic_accuracy: float
    group_accuracy: float


@dataclass(frozen=True)
class Model:
    """A trained model in memory, with what it was calibrated on."""

    taxonomy: Taxonomy
    lexicon: Lexicon
    weights: Weights
    heads: Heads
    held_out: HeldOut
    set_quantiles: Mapping[str, float]
    curve: Sequence[CurvePoint] = ()
    context: ExportContext | None = None

    def decide(self, texts: Sequence[str], columns: Mapping[str, Sequence[str]]) -> Decision:
        """What it decides for messages that it has not learned from.

        :param columns: further columns of the export, heading -> value of each message.
        """
        values = None if self.context is None else self.context.read(columns, len(texts), self.lexicon.lemmatizer)
        parts = [self.heads.nothing]
        for chunk in Scorer(self.lexicon, self.weights, lambda lemma: 0).score_many(texts):
            evidence = None if values is None else values.of(chunk.first, len(chunk.sums.energy))
            parts.append(self.heads.decide(chunk.sums, None, evidence))
        return joined(parts)


@dataclass(frozen=True)
class Input:
    """Messages as the network sees them: normalised features and summed word vectors."""

    matrix: Any
    vectors: F32


def train_model(
    taxonomy: Taxonomy,
    examples: Labelled,
    urgency: UrgencyLabels | Inherited,
    vectors: WordVectors,
    recipe: Recipe,
    further_lemmas: Sequence[str] = (),
    progress: Progress = lambda what, done, total: None,
) -> Model:
    """Train on all examples; calibrate on out-of-fold predictions with near-duplicates on one side.

    :param taxonomy: topics; those without an example are left out.
    :param urgency: labels to learn urgency, kind and the vulnerable flag from, or a model to take them from.
    :param vectors: ready word vectors; the most common words among them become part of the lexicon.
    :param further_lemmas: lemmas the urgency rules ask for.
    """
    order = {group: number for number, group in enumerate(taxonomy.groups)}
    present = set(examples.topics)
    topics = sorted((topic for topic in taxonomy.topics if topic.code in present), key=lambda topic: order[topic.group])
    learned = Taxonomy(tuple(topics))
    groups = {group: number for number, group in enumerate(learned.groups)}
    topic_groups = np.array([groups[topic.group] for topic in topics], np.int64)
    if learned.groups == ("",):  # one level: each topic stands alone
        topic_groups = np.arange(len(topics))

    progress("words", 0, 2)
    base = urgency.lexicon if isinstance(urgency, Inherited) else None
    urgency_texts = [] if isinstance(urgency, Inherited) else urgency.texts
    lexicon = build_lexicon(
        list(dict.fromkeys([*examples.texts, *urgency_texts])), [*vectors.common, *further_lemmas], base
    )
    progress("words", 1, 2)
    counts = count_matrix(lexicon, examples.texts)
    idf, lemma_vectors = weigh(counts, lexicon, vectors, recipe.features)
    seen = as_input(counts, idf, lemma_vectors)

    number = {topic.code: place for place, topic in enumerate(topics)}
    truth = np.array([number[code] for code in examples.topics])
    targets = np.eye(len(topics), dtype=np.float32)[truth]
    sample_weight = balanced_weights(examples.topics, examples.weights, recipe.balance)

    folds = fold_numbers([duplicate_key(text) for text in examples.texts], recipe.folds)
    present_folds = np.unique(folds).tolist()  # not all of them, where a part was split off by the same rule
    fits = len(present_folds) + 1 + len(recipe.curve)

    def fit(inside: npt.NDArray[np.int64], number: int) -> Mixture:
        # A network of fewer messages is less sure of itself; a few more epochs make it as sure as the one that is kept,
        # so that what is calibrated on held-out messages fits that one. The root is what matched their temperatures.
        longer = (len(truth) / len(inside)) ** 0.5
        matrix, summed, weight = seen.matrix[inside], seen.vectors[inside], sample_weight[inside]
        total = recipe.network.epochs + (0 if recipe.student is None else recipe.student.epochs)

        def network(
            wanted: F32 | Teacher, settings: NetworkSettings, before: int, start: Network | None = None
        ) -> Network:
            return fit_network(
                matrix,
                summed,
                wanted,
                len(topics),
                weight,
                replace(settings, epochs=round(settings.epochs * longer)),
                lambda epoch, epochs: progress(
                    "topics",
                    number * 100 + 100 * (before * epochs + settings.epochs * epoch) // (total * epochs),
                    fits * 100,
                ),
                start,
            )

        first = network(targets[inside], recipe.network, 0)
        linear = fit_linear(matrix, truth[inside], weight, targets.shape[1], recipe) if recipe.linear else None
        both = Mixture(first, linear)
        if recipe.student is None:
            return both
        return Mixture(network(both.teacher(), recipe.student, recipe.network.epochs, first))

    logits = np.zeros((len(truth), len(topics)), np.float32)
    for place, fold in enumerate(present_folds):
        rows = np.flatnonzero(folds == fold)
        logits[rows] = fit(np.flatnonzero(folds != fold), place).logits(seen.matrix[rows], seen.vectors[rows])
    credible = softmax(logits)[np.arange(len(truth)), truth] >= recipe.doubtful
    counting = _weights_of_sources(examples)
    probabilities = _cross_calibrated(logits, truth, counting, seen.matrix, folds)
    sources = _sources(examples, np.arange(len(truth)))
    threshold = _threshold_for_each_source(probabilities, topic_groups, truth, sources, recipe)
    calibration, doubt = fit_calibration(logits, truth, counting, seen.matrix)
    mixture = fit(np.flatnonzero(credible), len(present_folds))
    net = mixture.network
    curve = _learning_curve(fit, seen, logits, truth, topic_groups, folds, examples.texts, recipe)
    words = net.words * idf[:, None]
    words[: len(lexicon.lemmas)] += lemma_vectors @ net.vectors
    topic_units = Columns(words.astype(np.float64), net.hidden_bias.astype(np.float64))
    direct = [] if mixture.linear is None else [Columns(mixture.linear.weights * idf[:, None], mixture.linear.bias)]
    doubtful = Columns((doubt * idf)[:, None], np.zeros(1))
    held_out_levels = np.full(len(truth), -1)
    if isinstance(urgency, Inherited):
        judgement = urgency.judgement(lexicon, examples.texts, truth, len(topics))
        if any(urgency.levels):
            progress("urgency", 0, 1)
            judgement, held_out_levels = _own_levels(judgement, counts, logits.argmax(axis=1), folds, urgency, recipe)
            progress("urgency", 1, 1)
    else:
        labelled_counts = count_matrix(lexicon, urgency.texts)
        labelled = as_input(labelled_counts, idf, lemma_vectors)
        decided = mixture.logits(labelled.matrix, labelled.vectors).argmax(axis=1)
        beside = _beside(labelled_counts, idf, decided, len(topics), urgency.texts, lexicon)
        further, context = _urgency_columns(labelled.matrix, beside, urgency, recipe)
        per_word = [Columns(part.weights * idf[:, None], part.bias) for part in further]
        judgement = Judgement(per_word, context, idf)
    same = np.array_equal(judgement.idf, idf)
    weights, scale, bias = stack(
        [topic_units, *direct, doubtful, *judgement.parts], idf, None if same else judgement.idf
    )
    # Hardly any unit is higher than the highest of a message in a thousand.
    highest = float(np.quantile(net.hidden(seen.matrix, seen.vectors).max(axis=1), 0.999))
    layer = _whole_layer(net, highest)
    heads = Heads(
        scale.astype(np.float32),
        bias.astype(np.float32),
        layer,
        topic_groups,
        calibration,
        threshold,
        judgement.context,
    )
    quantiles = set_quantiles(probabilities, truth, sources)
    held_out = HeldOut(logits, probabilities, truth, folds, held_out_levels)
    return Model(learned, lexicon, weights, heads, held_out, quantiles, curve)


def _weights_of_sources(examples: Labelled) -> F64:
    """How much each example counts in calibration: those without a source were not drawn from messages."""
    weights = np.ones(len(examples.texts)) if examples.weights is None else examples.weights
    return weights if examples.sources is None else weights * np.array([source != "" for source in examples.sources])


def _cross_calibrated(
    logits: F32, truth: npt.NDArray[np.int64], counting: F64, matrix: Any, folds: npt.NDArray[np.int64]
) -> F32:
    """Probabilities of held-out messages, those of each fold calibrated on the other ones."""
    probabilities = np.zeros_like(logits)
    for fold in np.unique(folds).tolist():
        inside, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        calibration, doubt = fit_calibration(logits[others], truth[others], counting[others], matrix[others])
        probabilities[inside] = calibration.probabilities(logits[inside], (matrix[inside] @ doubt).astype(np.float32))
    return probabilities


def _threshold_for_each_source(
    probabilities: F32,
    topic_groups: npt.NDArray[np.int64],
    truth: npt.NDArray[np.int64],
    sources: Sequence[npt.NDArray[np.int64]],
    recipe: Recipe,
) -> float:
    """The least review threshold that reaches the accuracy on average and in every large source, each with caution.

    A small source would decide for all others by chance: its accuracy may be lower, and the model's card tells it.
    """
    groups = topic_groups[truth]
    cautions = [recipe.caution, *(recipe.caution / 2 for _ in sources[1:])]
    return max(
        review_threshold(probabilities[part], topic_groups, groups[part], recipe.accuracy, caution)
        for part, caution in zip(sources, cautions, strict=True)
    )


def _sources(examples: Labelled, rows: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Which of the rows come from any source, and from each one large enough to tell an accuracy."""
    names = ["all"] * len(rows) if examples.sources is None else [examples.sources[row] for row in rows.tolist()]
    sources = np.array(names)
    parts = [np.flatnonzero(sources == one) for one in sorted(set(names) - {""})]
    return [np.flatnonzero(sources != ""), *(part for part in parts if len(part) >= ENOUGH_TO_TELL)]


def _learning_curve(
    fit: Callable[[npt.NDArray[np.int64], int], Mixture],
    seen: Input,
    logits: F32,
    truth: npt.NDArray[np.int64],
    topic_groups: npt.NDArray[np.int64],
    folds: npt.NDArray[np.int64],
    texts: Sequence[str],
    recipe: Recipe,
) -> list[CurvePoint]:
    """Accuracy on the first fold after learning from shares of the others, fewest first; near-duplicates stay together."""
    if not recipe.curve:
        return []
    present_folds = np.unique(folds)
    outside, inside = np.flatnonzero(folds == present_folds[0]), np.flatnonzero(folds != present_folds[0])
    place = np.array(fold_numbers([duplicate_key(texts[row]) + " curve" for row in inside.tolist()], 1000)) / 1000
    points = []
    for number, share in enumerate((*recipe.curve, 1.0), len(present_folds) + 1):
        rows = inside[place < share]
        answers = logits[outside]
        if share < 1:
            answers = fit(rows, number).logits(seen.matrix[outside], seen.vectors[outside])
        topic, group, _ = choose_topics(softmax(answers), topic_groups)
        right_groups = group == topic_groups[truth[outside]]
        points.append(CurvePoint(len(rows), float((topic == truth[outside]).mean()), float(right_groups.mean())))
    return points


def weigh(counts: Any, lexicon: Lexicon, vectors: WordVectors, kinds: Sequence[str]) -> tuple[F32, F32]:
    """IDF of every feature, 0 for one that is not learned, and the weighted word vector of every lemma.

    :param counts: features of the training messages.
    :param kinds: see `Recipe.features`.
    """
    idf = inverse_document_frequency(counts, MINIMUM_MESSAGES)
    lemmas, prefixes = len(lexicon.lemmas), len(lexicon.prefixes)
    places = {
        "lemmas": slice(lemmas),
        "prefixes": slice(lemmas, lemmas + prefixes),
        "pairs": slice(lemmas + prefixes, None),
    }
    for kind, place in places.items():
        if kind not in kinds:
            idf[place] = 0
    # A lemma that was not learned still has its word vector, weighted like the rarest one.
    lemma_idf = np.where(idf > 0, idf, idf.max())[:lemmas]
    return idf, vectors.of(lexicon.lemmas) * lemma_idf[:, None]


def as_input(counts: Any, idf: F32, lemma_vectors: F32) -> Input:
    """Messages as the network sees them."""
    from scipy.sparse import diags

    norm = diags(1 / message_norm(counts, idf))
    vectors = norm @ (counts[:, : len(lemma_vectors)] @ lemma_vectors)
    return Input(normalize(counts, idf), np.asarray(vectors, np.float32))


def _whole_layer(net: Network, highest: float) -> TopicLayer:
    """The topic layer in whole numbers; ``highest`` is where units are cut off."""
    steps = np.abs(net.topics).max(axis=0) / HIGHEST_WEIGHT
    return TopicLayer(np.rint(net.topics / steps), highest / HIGHEST_UNIT, steps, net.topic_bias)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is seen of messages beside their words: the decided topic (one column each), `MARKS`, the rules that fired."""

    topics: F64
    marks: F64
    rules: F64


def _beside(
    counts: Any, idf: F32, decided: npt.NDArray[np.int64], topics: int, texts: Sequence[str], lexicon: Lexicon
) -> _Beside:
    energy = np.rint(counts @ (idf.astype(np.float64) ** 2) * ENERGY_UNIT)
    rules = np.zeros((len(texts), len(RULE_NUMBERS)))
    for row, text in enumerate(texts):
        for reason in find(preprocess(text, lexicon.lemmatizer)):
            rules[row, RULE_NUMBERS[reason.rule]] = 1
    return _Beside(np.eye(topics)[decided], np.hstack([marks_of(texts), length_of(energy)[:, None]]), rules)


def _urgency_columns(
    matrix: Any, beside: _Beside, urgency: UrgencyLabels, recipe: Recipe
) -> tuple[list[Columns], Context]:
    """Outputs for urgency, kind and the vulnerable flag, and what counts for them beside the words."""
    from scipy.sparse import csr_matrix, hstack

    size, words, topics = recipe.beside, matrix.shape[1], beside.topics.shape[1]
    with_topic = hstack([matrix, csr_matrix(beside.topics * size)]).tocsr()
    with_marks = hstack([with_topic, csr_matrix(beside.marks * size)]).tocsr()
    level = _fit(with_topic, urgency.levels, recipe.urgency_c, LEVELS)
    kind = _fit(with_marks, urgency.kinds, recipe.urgency_c, KINDS)
    flags = ["yes" if flag else "no" for flag in urgency.vulnerable]
    either = _fit(with_marks, flags, recipe.urgency_c, ("yes", "no"), {"yes": 2.5})
    flag = Columns(either.weights[:, :1] - either.weights[:, 1:], either.bias[:1] - either.bias[1:])
    second, marks = _second_stage(with_topic, beside, urgency, recipe), len(LEVELS) + beside.marks.shape[1]
    heads = (level, kind, flag)
    context = Context(
        by_topic=np.hstack([part.weights[words : words + topics] for part in heads]).astype(np.float32) * size,
        by_level=np.vstack([second.weights[: len(LEVELS)], second.bias]).astype(np.float32),
        by_mark=np.hstack(
            [second.weights[len(LEVELS) : marks], *(part.weights[words + topics :] for part in (kind, flag))]
        ).astype(np.float32)
        * size,
        by_rule=(np.rint(second.weights[marks:] * size * RULE_UNIT) / RULE_UNIT).astype(np.float32),
        costs=level_costs(recipe.distance_cost, recipe.missed_cost),
    )
    return [Columns(part.weights[:words], part.bias) for part in heads], context


def _second_stage(matrix: Any, beside: _Beside, urgency: UrgencyLabels, recipe: Recipe) -> Columns:
    """Weights of the levels' chances, marks and rules, fitted on chances by models that had not seen the message.

    :param matrix: what the first stage learns from.
    """
    folds = fold_numbers([duplicate_key(text) for text in urgency.texts], recipe.folds)
    labels = np.array(urgency.levels, object)
    chances = np.zeros((len(labels), len(LEVELS)))
    for fold in np.unique(folds).tolist():
        inside = np.flatnonzero(folds == fold)
        others = np.flatnonzero(folds != fold) if len(inside) < len(folds) else inside
        first = _fit(matrix[others], labels[others].tolist(), recipe.urgency_c, LEVELS)
        chances[inside] = log_chances(matrix[inside] @ first.weights + first.bias)
    seen = np.hstack([chances, beside.marks * recipe.beside, beside.rules * recipe.beside])
    return _fit(seen, urgency.levels, recipe.second_c, LEVELS)


def _own_levels(
    judgement: Judgement,
    counts: Any,
    decided: npt.NDArray[np.int64],
    folds: npt.NDArray[np.int64],
    urgency: Inherited,
    recipe: Recipe,
) -> tuple[Judgement, npt.NDArray[np.int64]]:
    """The urgency learned from own levels, and what it gives the messages of the first fold when it has not seen them.

    :param counts: features of the training messages.
    :param decided: number of the topic that each got when it was held out.
    """
    from scipy.sparse import csr_matrix, hstack

    by_topic, by_mark = judgement.context.by_topic.copy(), judgement.context.by_mark.copy()
    topics = len(by_topic)
    labels = np.array(urgency.levels, object)
    known = np.flatnonzero(labels != "")
    known = known[np.linspace(0, len(known) - 1, min(len(known), MOST_LEVELS)).astype(np.int64)]
    one_hot = csr_matrix(
        (np.full(len(known), recipe.beside), (np.arange(len(known)), decided[known])), shape=(len(known), topics)
    )
    matrix = hstack([normalize(counts[known], judgement.idf), one_hot]).tocsr()
    inside = folds[known] != folds.min()
    tried = _fit(matrix[inside], labels[known][inside].tolist(), recipe.urgency_c, LEVELS)
    held_out = np.full(len(labels), -1)
    held_out[known[~inside]] = (matrix[~inside] @ tried.weights + tried.bias).argmax(axis=1)
    level = _fit(matrix, labels[known].tolist(), recipe.urgency_c, LEVELS)
    features = counts.shape[1]
    parts = [Columns(level.weights[:features] * judgement.idf[:, None], level.bias), *judgement.parts[1:]]
    by_topic[:, : len(LEVELS)] = level.weights[features:] * recipe.beside
    by_mark[:, : len(LEVELS)] = 0
    by_rule = np.zeros_like(judgement.context.by_rule)
    return Judgement(
        parts, Context(by_topic, one_stage(), by_mark, by_rule, level_costs(0, 0)), judgement.idf
    ), held_out


def _fit(
    matrix: Any, labels: Sequence[str], c: float, order: Sequence[str], class_weight: dict[str, float] | None = None
) -> Columns:
    """Multinomial logistic regression, one column per name of ``order``; one without an example has no chance."""
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((matrix.shape[1], len(order)))
    bias = np.full(len(order), NEVER)
    names = sorted(set(labels))
    if len(names) == 1:
        bias[order.index(names[0])] = 0
        return Columns(weights, bias)
    model = LogisticRegression(C=c, max_iter=1000, class_weight=class_weight).fit(matrix, list(labels))
    coefficients, intercepts = model.coef_, model.intercept_
    if len(names) == 2:  # one separator stands for both
        coefficients, intercepts = np.vstack([-coefficients, coefficients]) / 2, np.append(-intercepts, intercepts) / 2
    for name, row, intercept in zip(model.classes_, coefficients, intercepts, strict=True):
        weights[:, order.index(name)] = row
        bias[order.index(name)] = intercept
    return Columns(weights, bias)


def as_files(model: Model) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest entries and files of a bundle (see `appealnlp.bundle`)."""
    heads, lexicon = model.heads, model.lexicon
    manifest: dict[str, Any] = {
        "topics": [_topic_entry(topic) for topic in model.taxonomy.topics],
        "levels": list(LEVELS),
        "kinds": list(KINDS),
        "energy_unit": ENERGY_UNIT,
        "energy_columns": model.weights.energy.size // len(model.weights.energy),
        "hidden": heads.hidden,
        "unit_step": heads.layer.unit_step,
        "direct": heads.direct > 0,
        "temperature": round(heads.calibration.temperature, 6),
        "doubt": True,
        "temperature_slopes": [round(heads.calibration.slope, 6), round(heads.calibration.curve, 6)],
        "review_below": round(heads.review_below, 6),
        "set_quantiles": dict(model.set_quantiles),
        "rules": list(RULE_NUMBERS),
    }
    lemma_type = np.uint16 if len(lexicon.lemmas) <= 1 << 16 else np.uint32
    files = {
        "lemmas.txt": _text(lexicon.lemmas),
        "prefixes.txt": _text(lexicon.prefixes),
        "pairs.npy": array_bytes(lexicon.pairs.astype(np.int32)),
        "form_keys.npy": array_bytes(lexicon.form_keys),
        "form_lemmas.npy": array_bytes(lexicon.form_lemmas.astype(lemma_type)),
        "weights.npy": array_bytes(model.weights.values),
        "shifts.npy": array_bytes(model.weights.shifts),
        "energy.npy": array_bytes(model.weights.energy),
        "topic_layer.npy": array_bytes(heads.layer.weights.astype(np.int8)),
        "topic_steps.npy": array_bytes(heads.layer.weight_steps),
        "topic_bias.npy": array_bytes(heads.layer.bias),
        "scale.npy": array_bytes(heads.scale),
        "bias.npy": array_bytes(heads.bias),
        "by_topic.npy": array_bytes(heads.context.by_topic),
        "by_level.npy": array_bytes(heads.context.by_level),
        "by_mark.npy": array_bytes(heads.context.by_mark),
        "levels_by_rule.npy": array_bytes(heads.context.by_rule),
        "level_costs.npy": array_bytes(heads.context.costs),
    }
    if lexicon.form_classes is not None:
        manifest["form_classes"] = CLASSES_VERSION
        files["form_classes.npy"] = array_bytes(lexicon.form_classes)
    if model.context is not None:
        calibration = model.context.calibration
        manifest["context_columns"] = list(model.context.columns)
        manifest["context"] = {
            "temperature": round(calibration.temperature, 6),
            "temperature_slopes": [round(calibration.slope, 6), round(calibration.curve, 6)],
            "review_below": round(model.context.review_below, 6),
            "set_quantiles": dict(model.context.set_quantiles),
        }
        files["context_keys.npy"] = array_bytes(model.context.keys)
        files["context_weights.npy"] = array_bytes(model.context.weights)
    return manifest, files


def _topic_entry(topic: Topic) -> Mapping[str, str]:
    return {
        "code": topic.code,
        "title": topic.title,
        "group": topic.group,
        "group_title": topic.group_title,
        "definition": topic.definition,
        "default_urgency": topic.default_urgency,
    }


def _text(lines: Sequence[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode("utf-8")
