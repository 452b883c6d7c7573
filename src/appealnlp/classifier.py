"""The classifier: load a model, classify one message or many, explain a verdict."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from .bundle import Bundle, read_bundle
from .columns import (
    ALARM,
    COLUMNS,
    EMPTY,
    MODEL_WORDS,
    WORTH_NAMING,
    Judged,
    as_columns,
    judge_chunk,
    rounded,
)
from .conformal import quantile_for, topic_set
from .context import MARKS, Context, level_costs, marks_of, one_stage
from .errors import CorruptModelError, InputError, ModelError, ModelNotFoundError
from .features import Lexicon
from .heads import KINDS, MOST_HIDDEN, Calibration, Decision, Heads, TopicLayer, joined
from .places import find_places
from .places.classes import CLASSES, CLASSES_VERSION, name_class
from .result import Alternative, Place, Result
from .scores import Scorer, Sums, Weights
from .taxonomy import Taxonomy, Topic
from .text import Document, Token, document, preprocess, spans
from .urgency.concepts import concept_mask
from .urgency.decide import Verdict, decide
from .urgency.find import find
from .urgency.hazards import RULE_NUMBERS
from .urgency.norms import Norms, load_norms, merge_norms
from .urgency.scale import LEVELS, TITLES_RU, rank
from .urgency.vulnerable import vulnerable_evidence

if TYPE_CHECKING:
    from .export_context import Evidence, ExportContext, Values

__all__ = ["COLUMNS", "Classifier", "Explanation", "Results", "load"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message was judged as it was.

    ``topic_words`` and ``urgency_words``: words of the message, as (text, start, end, weight), strongest first. A positive
    weight speaks for the decided topic (against all others) or level (against routine), a negative one against it. For the
    level only what words say is told; punctuation and rules weigh too, and the rules are among the result's reasons.
    ``topic_columns``: what each column of the export added to the decided topic, in the same sense, as a difference of
    log-odds; words count before the calibration, columns after it.
    """

    result: Result
    topic_words: tuple[tuple[str, int, int, float], ...]
    urgency_words: tuple[tuple[str, int, int, float], ...]
    topic_columns: tuple[tuple[str, float], ...] = ()


class Classifier:
    """A loaded model. Safe to share between threads; the same message gets the same answer in every thread and batch.

    :param bundle: a checked model folder (`appealnlp.bundle.read_bundle`); users call `load`.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.path = bundle.path
        self.manifest = bundle.manifest
        try:
            self.taxonomy = Taxonomy(tuple(Topic(**entry) for entry in bundle.manifest["topics"]))
            lexicon, weights, self._heads = _unpack(bundle, len(self.taxonomy.topics), self._topic_groups())
            self._export_context = _export_context(bundle, len(self.taxonomy.topics))
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptModelError(f"{bundle.path}: the manifest is incomplete; train or download it again") from error
        self._norms = _norms(bundle)
        self._scorer = Scorer(lexicon, weights, concept_mask)
        self._topics = self.taxonomy.topics

    @property
    def context_columns(self) -> tuple[str, ...]:
        """Headings of the columns that the model looks at beside the text; most models look at the text alone.

        Columns that told it nothing in training are not among them; values of such are taken and do not count.
        """
        context = self._export_context
        return () if context is None or not len(context.keys) else context.columns

    @property
    def norms(self) -> Norms:
        """The norms that verdicts quote; others may be set at any time."""
        return self._norms

    @norms.setter
    def norms(self, norms: Norms) -> None:
        self._norms = norms
        self.__dict__.pop("_usual", None)  # sentences that quote the former ones

    def _topic_groups(self) -> Any:
        if self.taxonomy.groups == ("",):  # one level: each topic stands alone
            return np.arange(len(self.taxonomy.topics))
        numbers = {group: number for number, group in enumerate(self.taxonomy.groups)}
        groups = np.array([numbers[topic.group] for topic in self.taxonomy.topics], np.int64)
        if (np.diff(groups) < 0).any():
            raise ValueError("topics of a group must be neighbours")
        return groups

    @cached_property
    def _titles(self) -> tuple[Any, ...]:
        """Codes and titles of the topics and of their groups, as arrays."""
        topics = self._topics
        return tuple(
            np.array(column, dtype=object)
            for column in (
                [topic.code for topic in topics],
                [topic.title for topic in topics],
                [topic.group for topic in topics],
                [topic.group_title for topic in topics],
            )
        )

    # One message

    def classify(
        self,
        text: str,
        *,
        month: int | None = None,
        coverage: float | None = None,
        context: Mapping[str, object] | None = None,
    ) -> Result:
        """Judge one message (the plain path: the reference for the fast one).

        :param text: the message as exported.
        :param month: month in which it was written, 1..12, if known; heating, snow and ice depend on the season.
        :param coverage: share of messages, 0..1, for which ``topic_set`` must hold the right topic; without it the set
            stays empty. It holds on average over messages like those the model learned from.
        :param context: values of `context_columns`, by heading. Without any the topic is decided by the text alone.
        :raises InputError: the model did not learn from such a column.
        """
        evidence = self._evidence(context)
        if not text.strip():
            return Result(error=EMPTY)
        found = spans(text)
        forms = [form for form, _, _ in found]
        sums, mask = self._scorer.score_forms(forms), self._scorer.concepts(forms)
        tokens = document(text, found, self._scorer.lexicon.lemmatizer)
        decision = self._heads.decide(sums, marks_of([text]), evidence)
        topic = self._topics[int(decision.topic[0])]
        verdict = self._verdict(tokens, decision, topic.code, mask, month)
        vulnerable = bool(decision.vulnerable[0]) or bool(vulnerable_evidence(tokens, mask))
        result = self._result(
            decision, 0, verdict, vulnerable, tuple(find_places(text, tokens.tokens, self._name_class))
        )
        if coverage is None:
            return result
        return replace(result, topic_set=self._topic_set(sums, result.topic, coverage, evidence))

    def _topic_set(
        self, sums: Sums, decided: str, coverage: float, evidence: Evidence | None
    ) -> tuple[Alternative, ...]:
        if not 0 < coverage < 1:
            raise InputError(f"coverage is a share between 0 and 1, not {coverage}")
        quantiles = self.manifest.get("set_quantiles") if evidence is None else evidence.context.set_quantiles
        if not isinstance(quantiles, dict):
            raise ModelError(f"{self.path}: an older model without quantiles for sets of topics; train it again")
        probabilities = self._heads.probabilities(self._heads.outputs(sums), evidence)[0]
        chosen = topic_set(probabilities, quantile_for(quantiles, coverage), self.taxonomy.codes.index(decided))
        return tuple(
            Alternative(self._topics[number].code, self._topics[number].title, float(rounded(probabilities[number])))
            for number in chosen
        )

    def explain(
        self,
        text: str,
        *,
        month: int | None = None,
        against: str | None = None,
        context: Mapping[str, object] | None = None,
    ) -> Explanation:
        """Judge one message and show which of its words, and which columns beside it, spoke for and against.

        :param against: code of a topic to weigh the decided one against, instead of all others.
        :param context: values of `context_columns`, by heading.
        :raises InputError: the model has no such topic, or did not learn from such a column.
        """
        if against is not None and against not in self.taxonomy.codes:
            raise InputError(f"the model has no topic {against!r}")
        result = self.classify(text, month=month, context=context)
        if result.error:
            return Explanation(result, (), ())
        heads, sums = self._heads, self._scorer.score(text)
        outputs = heads.outputs(sums)[0]
        scale = heads.steps(sums)
        codes = self.taxonomy.codes
        other = None if against is None else codes.index(against)
        topic = heads.topic_slope(outputs, codes.index(result.topic), other) * scale
        level = heads.urgency_slope(LEVELS.index(result.urgency), LEVELS.index("routine")) * scale

        def words(slope: Any) -> tuple[tuple[str, int, int, float], ...]:
            found = [
                (token.text, token.start, token.end, round(float(self._form_row(token) @ slope), 4))
                for token in self.preprocess(text).tokens
            ]
            return tuple(sorted((word for word in found if word[3]), key=lambda word: -abs(word[3])))

        return Explanation(
            result, words(topic), words(level), self._topic_columns(context, codes.index(result.topic), other)
        )

    def _topic_columns(
        self, context: Mapping[str, object] | None, topic: int, other: int | None
    ) -> tuple[tuple[str, float], ...]:
        """What each column added to a topic against another, or against the mean of all."""
        found = []
        for name, value in (context or {}).items():
            evidence = self._evidence({name: value})
            if evidence is not None:
                shift = evidence.shifts[0]
                found.append((name, round(float(shift[topic] - (shift.mean() if other is None else shift[other])), 4)))
        return tuple(found)

    # Many messages

    def classify_many(
        self,
        texts: Sequence[str],
        *,
        months: Sequence[int | None] | None = None,
        context: Mapping[str, Sequence[object]] | None = None,
    ) -> Results:
        """Judge many messages: a sequence of `Result`, in order, each built when it is looked at.

        :param context: values of `context_columns`, by heading, one for each message.
        """
        _check_months(texts, months)
        return Results(self, texts, months, self._values(context, len(texts)))

    def decide(self, texts: Sequence[str], *, context: Mapping[str, Sequence[object]] | None = None) -> Decision:
        """What the model alone decides for many messages, without rules and places, as arrays (see `Decision`)."""
        values = self._values(context, len(texts))
        if not texts:
            return self._heads.nothing
        parts = []
        for chunk in self._scorer.score_many(texts):
            count = len(chunk.sums.energy)
            evidence = None if values is None else values.of(chunk.first, count)
            marks = marks_of(texts[chunk.first : chunk.first + count])
            parts.append(self._heads.decide(chunk.sums, marks, evidence))
        return joined(parts)

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Probability of every topic by the text, shape ``(texts, topics)``; topics in the order of ``taxonomy.topics``."""
        heads = self._heads
        parts = [heads.probabilities(heads.outputs(chunk.sums)) for chunk in self._scorer.score_many(texts)]
        return np.concatenate([np.zeros((0, len(self._topics)), np.float32), *parts])

    def classify_columns(
        self,
        texts: Sequence[str],
        *,
        months: Sequence[int | None] | None = None,
        context: Mapping[str, Sequence[object]] | None = None,
    ) -> dict[str, list[Any]]:
        """Judge many messages: one list for each of `COLUMNS`, values as they are written to a file.

        The fast path; memory for the words is needed for one chunk of messages at a time.

        :param context: values of `context_columns`, by heading, one for each message.
        """
        _check_months(texts, months)
        columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        for judged in self._judge(texts, months, self._values(context, len(texts))):
            for name, values in as_columns(judged, self._titles).items():
                columns[name] += values
        return columns

    def classify_frame(self, frame: Any, *, text_column: str, date_column: str | None = None) -> Any:
        """Judge a data frame: a new one (polars or pandas, like the given one) with the columns of `COLUMNS` added.

        The `context_columns` of the model are found by their names; a warning says which of them is not there.

        :param text_column: name of the column with the messages; missing values count as empty messages.
        :param date_column: name of a column of dates (or of texts that begin like 2025-01-31), for the season.
        :raises InputError: there is no such column, or more than one.
        """
        from .messages.columns import check_one

        for name in [text_column] if date_column is None else [text_column, date_column]:
            if name not in frame.columns:
                raise InputError(f"no such column; the columns are: {', '.join(map(str, frame.columns))}", column=name)
            check_one(list(frame.columns), name)
        texts = [text if isinstance(text, str) else "" for text in frame[text_column].to_list()]
        months = None
        if date_column is not None:
            months = [_month(value) for value in frame[date_column].to_list()]
        context = None
        if self._export_context is not None:
            from .export_context import frame_columns

            context = frame_columns(self.context_columns, frame)
        added = self.classify_columns(texts, months=months, context=context)
        if type(frame).__module__.partition(".")[0] == "polars":
            import polars

            return frame.with_columns(polars.Series(name, values, strict=False) for name, values in added.items())
        return frame.assign(**added)

    def _judge(
        self, texts: Sequence[str], months: Sequence[int | None] | None, values: Values | None
    ) -> Iterator[Judged]:
        """The verdicts chunk by chunk, in order."""
        for chunk in self._scorer.score_many(texts):
            yield judge_chunk(self, chunk, texts, months, values)

    def _values(self, context: Mapping[str, Sequence[object]] | None, messages: int) -> Values | None:
        """What columns of the export say of some messages."""
        if not context:
            return None
        if self._export_context is None:
            raise InputError("the model learned from the text alone", column=next(iter(context)))
        return self._export_context.read(context, messages, self._scorer.lexicon.lemmatizer)

    def _evidence(self, context: Mapping[str, object] | None) -> Evidence | None:
        """What columns of the export say of one message."""
        values = self._values({name: [value] for name, value in (context or {}).items()}, 1)
        return None if values is None else values.of(0, 1)

    # Parts shared by both paths

    def _form_row(self, token: Token) -> Any:
        return self._scorer.form_row(token.form)

    def _name_class(self, form: str) -> int:
        """What name a word could be; the model's table spares loading the dictionary for most words."""
        return self._scorer.lexicon.name_class(form) or name_class(form)

    def preprocess(self, text: str) -> Document:
        """The tokens of a message with the lemmas that this model sees."""
        return preprocess(text, self._scorer.lexicon.lemmatizer)

    def _verdict(self, document: Document, decision: Decision, topic: str, mask: int, month: int | None) -> Verdict:
        """Model and rules together, on the only message of a decision."""
        reasons = find(document, mask, month=month, norms=self.norms)
        levels = decision.urgency
        if reasons:
            rules = [RULE_NUMBERS[reason.rule] for reason in reasons]
            levels = self._heads.context.raised(levels, decision.level_scores, [rules])
        level = LEVELS[int(levels[0])]
        words = self._deciding_words(document, level) if rank(level) >= ALARM else ()
        return decide(level, document.text, words, reasons, topic, self.norms)

    @cached_property
    def _usual(self) -> tuple[Any, Any]:
        """Sentence and hours of verdicts of which neither a rule nor a word needs to be told, by level and topic."""
        verdicts = [[decide(level, "", (), (), topic.code, self.norms) for topic in self._topics] for level in LEVELS]
        sentences, hours = (np.empty((len(LEVELS), len(self._topics)), object) for _ in range(2))
        sentences[:] = [[verdict.sentence for verdict in row] for row in verdicts]
        hours[:] = [[verdict.react_hours for verdict in row] for row in verdicts]
        return sentences, hours

    def _deciding_words(self, document: Document, level: str) -> tuple[tuple[int, int], ...]:
        """Spans of the words that speak most for a level against an ordinary request, in order of the text."""
        high, low = self._level_outputs(level)
        tokens = document.tokens
        added = np.array([self._form_row(token)[[high, low]] for token in tokens], np.int32).reshape(-1, 2)
        weights = self._level_weights(added, high, low)
        strongest = np.argsort(-weights, kind="stable")[:MODEL_WORDS]
        return tuple(
            (tokens[number].start, tokens[number].end) for number in sorted(strongest.tolist()) if weights[number] > 0
        )

    def _level_outputs(self, level: str) -> tuple[int, int]:
        """The outputs of a level and of an ordinary request."""
        return self._heads.first_level + LEVELS.index(level), self._heads.first_level + LEVELS.index("routine")

    def _level_weights(self, added: Any, high: Any, low: Any) -> Any:
        """How much words speak for a level against an ordinary request, from what they add to both outputs.

        ``high`` and ``low`` are the numbers of the outputs, for all words or of each.
        """
        scale = self._heads.scale.astype(np.float64)
        return added[:, 0] * scale[high] - added[:, 1] * scale[low]

    def _result(
        self, decision: Decision, row: int, verdict: Verdict, vulnerable: bool, places: tuple[Place, ...]
    ) -> Result:
        topic = self._topics[int(decision.topic[row])]
        return Result(
            topic=topic.code,
            topic_title=topic.title,
            group=topic.group,
            group_title=topic.group_title,
            confidence=float(rounded(decision.confidence[row])),
            alternatives=tuple(
                Alternative(self._topics[number].code, self._topics[number].title, float(rounded(probability)))
                for number, probability in zip(
                    decision.alternatives[row].tolist(), decision.alternative_probabilities[row].tolist(), strict=True
                )
                if probability >= WORTH_NAMING
            ),
            urgency=verdict.level,
            urgency_title=TITLES_RU[verdict.level],
            urgency_reason=verdict.sentence,
            react_hours=verdict.react_hours,
            kind=KINDS[int(decision.kind[row])],
            vulnerable=vulnerable,
            places=places,
            needs_review=bool(decision.review[row]),
            reasons=verdict.reasons,
        )


class Results(Sequence[Result]):
    """The verdicts on many messages, in order: arrays inside, a `Result` made when one is looked at."""

    def __init__(
        self, model: Classifier, texts: Sequence[str], months: Sequence[int | None] | None, values: Values | None
    ) -> None:
        self._model = model
        self._chunks = list(model._judge(texts, months, values))
        self._ends = list(accumulate(len(judged.texts) for judged in self._chunks))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> list[Result]: ...
    def __getitem__(self, index: int | slice) -> Result | list[Result]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        chunk = bisect_right(self._ends, number)
        return self._result(self._chunks[chunk], number - (self._ends[chunk - 1] if chunk else 0))

    def __iter__(self) -> Iterator[Result]:
        return (self._result(judged, row) for judged in self._chunks for row in range(len(judged.texts)))

    def _result(self, judged: Judged, row: int) -> Result:
        if judged.is_empty(row):
            return Result(error=EMPTY)
        verdict, vulnerable = judged.verdict(row), bool(judged.vulnerable[row])
        return self._model._result(judged.decision, row, verdict, vulnerable, tuple(judged.places.of(row)))


def load(path: str | Path | None = None, *, norms: str | Path | None = None) -> Classifier:
    """Load a model folder; without a path the one that ships with the package.

    :param norms: a municipality's own file of norms, whose rows go before those of the model.
    :raises InputError: the norms file cannot be read, and where it is wrong.
    :raises ModelNotFoundError: there is no model at that path.
    :raises CorruptModelError: a file of it changed; :raises NewerModelError: it needs a newer appealnlp.
    """
    model = Classifier(read_bundle(default_model() if path is None else path))
    if norms is not None:
        model.norms = merge_norms(model.norms, norms)
    return model


def default_model() -> Path:
    """Folder of the model that ships: inside the installed package, or at the top of a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "models" / "default", here.parents[1] / "models" / "default"):
        if (folder / "manifest.json").is_file():
            return folder
    raise ModelNotFoundError("the default model is not installed; install the package again, or name a model folder")


def _norms(bundle: Bundle) -> Norms:
    """The norms of a model, which must be among its checked files."""
    if "norms.csv" not in bundle.files:
        raise CorruptModelError(f"{bundle.path}: norms.csv is missing; copy the whole folder or train the model again")
    try:
        return load_norms(bundle.path / "norms.csv", bundle.files["norms.csv"])
    except InputError as error:
        raise CorruptModelError(str(error)) from error


def _check_months(texts: Sequence[str], months: Sequence[int | None] | None) -> None:
    if months is not None and len(months) != len(texts):
        raise InputError(f"{len(months)} months for {len(texts)} texts; one for each is needed, None where unknown")


def _month(value: Any) -> int | None:
    """The month of a date, of a text that begins like an ISO date, or ``None``."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return None
    month = getattr(value, "month", None)
    return month if isinstance(month, int) else None


def _unpack(bundle: Bundle, topics: int, topic_groups: Any) -> tuple[Lexicon, Weights, Heads]:
    """The parts of a model from the files of its bundle, with their shapes checked against each other."""
    lemmas, prefixes = bundle.lines("lemmas.txt"), bundle.lines("prefixes.txt")
    pairs = bundle.array("pairs.npy", "int32", -1, 2)
    features = len(lemmas) + len(prefixes) + len(pairs)
    hidden = int(bundle.manifest["hidden"])
    if bundle.manifest["levels"] != list(LEVELS) or bundle.manifest["kinds"] != list(KINDS):
        raise CorruptModelError(f"{bundle.path}: its levels or kinds are not ours; train or download the model again")
    settings = [float(bundle.manifest[name]) for name in ("unit_step", "temperature", "review_below")]
    slope, curve = (
        float(value) for value in bundle.manifest.get("temperature_slopes", (0.0, 0.0))
    )  # format 1 has none
    if not all(np.isfinite(value) and value > 0 for value in settings) or not np.isfinite([slope, curve]).all():
        raise CorruptModelError(f"{bundle.path}: a setting is not a positive number; train or download the model again")
    if not 0 < hidden <= MOST_HIDDEN:
        raise CorruptModelError(f"{bundle.path}: {hidden} hidden units, at most {MOST_HIDDEN} are possible")
    direct = topics if bundle.manifest.get("direct") is True else 0
    outputs = hidden + direct + int(bundle.manifest.get("doubt") is True) + len(LEVELS) + len(KINDS) + 1
    form_keys = bundle.array("form_keys.npy", "uint64", -1)
    lemma_type = "uint16" if len(lemmas) <= 1 << 16 else "uint32"
    form_lemmas = bundle.array("form_lemmas.npy", lemma_type, len(form_keys))
    if (
        int(form_lemmas.max(initial=0)) >= len(lemmas)
        or int(pairs.max(initial=0)) >= len(lemmas)
        or pairs.min(initial=0) < 0
    ):
        raise CorruptModelError(f"{bundle.path}: its tables do not fit together; train or download the model again")
    weights = Weights(
        bundle.array("weights.npy", "int8", features, outputs),
        bundle.array("shifts.npy", "uint8", features),
        bundle.array("energy.npy", "int32", features, *((2,) if bundle.manifest.get("energy_columns") == 2 else ())),
    )
    heads = Heads(
        scale=bundle.array("scale.npy", "float32", outputs),
        bias=bundle.array("bias.npy", "float32", outputs),
        layer=TopicLayer(
            bundle.array("topic_layer.npy", "int8", hidden, topics).astype(np.float32),
            float(bundle.manifest["unit_step"]),
            bundle.array("topic_steps.npy", "float32", topics),
            bundle.array("topic_bias.npy", "float32", topics),
        ),
        topic_groups=topic_groups,
        calibration=Calibration(float(bundle.manifest["temperature"]), slope, curve),
        review_below=float(bundle.manifest["review_below"]),
        context=_context(bundle, topics),
    )
    classes = None
    if bundle.manifest.get("form_classes") == CLASSES_VERSION:  # older models hold none; others are not trusted
        classes = bundle.array("form_classes.npy", "uint8", len(form_keys), 2)
        if int(classes.max(initial=0)) > len(CLASSES):
            raise CorruptModelError(f"{bundle.path}: holds unknown classes of words; train or download the model again")
    return Lexicon(lemmas, prefixes, pairs, form_keys, form_lemmas, classes), weights, heads


def _export_context(bundle: Bundle, topics: int) -> ExportContext | None:
    """What was learned of columns beside the text, in a model that looks at any."""
    if "context_columns" not in bundle.manifest:
        return None
    from .export_context import read_context  # other models do without

    return read_context(bundle, topics)


def _context(bundle: Bundle, topics: int) -> Context:
    """What counts beside the words; models of formats 1 and 2 know only what a topic adds to the urgency."""
    outputs = len(LEVELS) + len(KINDS) + 1
    by_rule = np.zeros((len(RULE_NUMBERS), len(LEVELS)), np.float32)
    if "rules" not in bundle.manifest:
        by_topic = np.zeros((topics, outputs), np.float32)
        by_topic[:, : len(LEVELS)] = bundle.array("urgency_by_topic.npy", "float32", topics, len(LEVELS))
        by_mark = np.zeros((len(MARKS), outputs), np.float32)
        return Context(by_topic, one_stage(), by_mark, by_rule, level_costs(0, 0))
    names = bundle.manifest["rules"]
    learned = bundle.array("levels_by_rule.npy", "float32", len(names), len(LEVELS))
    for name, row in zip(names, learned, strict=True):
        if name in RULE_NUMBERS:  # a rule of another version counts with its level only
            by_rule[RULE_NUMBERS[name]] = row
    return Context(
        by_topic=bundle.array("by_topic.npy", "float32", topics, outputs),
        by_level=bundle.array("by_level.npy", "float32", len(LEVELS) + 1, len(LEVELS)),
        by_mark=bundle.array("by_mark.npy", "float32", len(MARKS), outputs),
        by_rule=by_rule,
        costs=bundle.array("level_costs.npy", "float32", len(LEVELS), len(LEVELS)),
    )
