"""Train a model on the labels of an export: choose topics, learn them, measure, write the folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_date
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..bundle import Bundle, check_target, read_bundle, write_bundle
from ..classifier import Classifier, default_model, load
from ..errors import AppealError, InputError
from ..export_context import ExportContext
from ..heads import Decision
from ..scores import Scorer
from ..taxonomy import Taxonomy
from ..text import preprocess
from ..text.lemmas import Lemmatizer
from ..urgency.decide import decide
from ..urgency.find import find
from ..urgency.scale import LEVELS
from .base import fine_tune
from .build import Labelled, Model, Progress, Recipe, as_files, train_model
from .choice import LEAST_MESSAGES, Choice, choose, choose_known
from .context_columns import context_parts, learn_context
from .corrected import learn_corrected
from .corrections import add_corrections, fix_labels, read_corrections
from .drift import Profile, profile_held_out
from .examples import Examples, LabelColumns, read_examples
from .figures import as_json
from .held_out import Judged, judge_held_out
from .inherit import Inherited
from .measure import Evaluation, Predictions, row_counts, summarize
from .names import level_codes
from .own_card import card
from .report import render_report, report_on
from .tune import Trial
from .tune import tune as tune_recipe
from .vectors import WordVectors, load_word_vectors

__all__ = ["Learned", "Trained", "improve", "learn", "save", "train"]

FOLDS = 5
CURVE = (0.25, 0.5)
LINEAR = 4.0
"""A point and a half more right topics on 191 topics in 14,653 messages, whose scores of support vector machines it scales."""
MOST_DIRECT, MOST_MIXED = 220, 60_000
"""With more topics the folder outgrows an e-mail, with more messages a linear model takes longer than it is worth."""
STEPS = 400
"""A small export is gone through more often, so that its network makes at least so many steps."""


@dataclass(frozen=True)
class Learned:
    """A model in memory with all that is known about how it was made.

    ``choice``: topics and rows; ``judged``: held-out answers for ``choice.positions``, in that order; ``evaluation``:
    figures of those answers; ``notes``: what a person should know; ``profile``: what the messages look like to a model
    that has not seen them; ``trials``: settings that were tried; ``base``: name of the model that was improved,
    ``strength``: how strongly it holds the new one (see `training.base`).
    """

    model: Model
    choice: Choice
    judged: Judged
    evaluation: Evaluation
    recipe: Recipe
    notes: tuple[str, ...]
    profile: Profile
    trials: tuple[Trial, ...] = ()
    base: str = ""
    strength: float | None = None


@dataclass(frozen=True)
class Trained:
    """A model that was written: its folder, how it was made, and what became of the sheets that people filled in."""

    folder: Path
    learned: Learned
    told: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """What was tried and what was left aside on the way, a line each."""
        choice, rows = self.learned.choice, self.learned.evaluation.figures.rows
        counts = (
            (rows.without_text, "rows without text"),
            (rows.without_label, "rows without a label"),
            (rows.unreadable, "unreadable rows"),
            (choice.wordless, "rows without letters and digits"),
            (choice.repeated, "rows repeat an earlier one"),
            (choice.surplus, "messages of the largest topics not used"),
        )
        lines = [
            f"{'*' if trial.chosen else ' '} accuracy {trial.accuracy:.3f}, macro F1 {trial.macro_f1:.3f}: {trial.setting}"
            for trial in self.learned.trials
        ]
        lines += [*self.told]
        lines += [f"{count:,} {words}" for count, words in counts if count]
        if choice.left_out:
            messages = sum(choice.left_out.values())
            why = (
                "not among the topics of the base"
                if self.learned.base
                else f"fewer than {LEAST_MESSAGES} messages each"
            )
            lines.append(f"left out, {why} ({messages:,} in all):")
            lines += [f"  {topic} ({count})" for topic, count in choice.left_out.items()]
        lines += [
            f"in several groups: {topic} ({', '.join(f'{group}: {count}' for group, count in groups.items())})"
            for topic, groups in choice.several_groups.items()
        ]
        return lines


def train(
    files: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    topic_column: str | None = None,
    text_column: str | None = None,
    group_column: str | None = None,
    urgency_column: str | None = None,
    context_columns: str | Sequence[str] = (),
    base: str | Path | None = None,
    tune: bool = False,
    labels_fixed: str | Path | None = None,
    corrections: str | Path | None = None,
    auto_accuracy: float = 0.95,
    language: str = "ru",
    with_texts: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Trained:
    """Train a model on labelled exports and write it as a folder that `appealnlp.load` reads.

    :param files: files of any format that is read; at least one, unless corrections of a base model are all there is.
    :param output: the folder; a model that is there is replaced when the new one is whole.
    :param topic_column: heading of the column with the labels; ``group_column`` of their groups, ``urgency_column`` of
        levels of urgency, if there are such; ``text_column`` of the message, if it has none of the usual names.
    :param context_columns: headings of further columns that say something of the topic (executor, object, title of the
        thread). The model looks at them where they are filled in, and decides by the text alone where they are not. What is
        filled in only after the topic was decided will not be there for new messages.
    :param base: ``"default"`` or the folder of a model whose topics are kept and improved; labels are its codes or titles.
    :param tune: whether to search regularisation, class weights and features first, by cross-validation; takes several
        times as long.
    :param labels_fixed: what `appealnlp audit` wrote about these files, with right labels filled in.
    :param corrections: what `appealnlp review` wrote, with right topics and levels filled in. The model is trained without
        and with them, and the notes of the figures say what they changed; with a base, they compare with that.
    :param auto_accuracy: share of right groups (of right topics without groups) among messages not marked for review.
    :param language: ``ru`` or ``en``: of ``report.html`` in the folder.
    :param with_texts: show texts of the worst errors in the report, with personal data masked.
    :param progress: called with what is being done, how much of it is done, and of how much.
    :raises AppealError: nothing can be learned from these files, or nothing written there; the error says why.
    """
    check_target(output)
    if base is not None and (urgency_column is not None or tune):
        raise InputError(
            "a base model keeps its urgency and its features: an urgency column or tuning goes without a base"
        )
    start = None if base is None else load(None if base == "default" else base)
    files = [files] if isinstance(files, (str, Path)) else files
    if not files and (start is None or corrections is None):
        raise InputError("name a labelled file; only corrections of a base model can be learned without one")
    if files and topic_column is None:
        raise InputError("name the column with the topic: --topic-column")
    context_columns = [context_columns] if isinstance(context_columns, str) else context_columns
    columns = LabelColumns(topic_column, text_column, group_column, urgency_column, tuple(context_columns))
    examples = read_examples(files, columns)
    told = _lacking(examples, len(files))
    if labels_fixed is not None:
        examples, fixes = fix_labels(examples, labels_fixed)
        told += fixes.lines()

    def learn_from(rows: Examples) -> Learned:
        if start is not None:
            return improve(rows, start, auto_accuracy=auto_accuracy, progress=progress)
        return learn(rows, search=tune, auto_accuracy=auto_accuracy, progress=progress)

    if corrections is None:
        learned = learn_from(examples)
    else:
        read, urgency = read_corrections(corrections), urgency_column is not None
        others, corrected = add_corrections(examples, read, urgency=urgency)
        examples = others.joined(corrected)
        # An improved model is compared with its base on the same messages anyway.
        learned = learn_from(examples) if start is not None else learn_corrected(others, corrected, learn_from)
        told += read.lines(urgency)
    if start is not None and start.context_columns and not context_columns:
        named = " ".join(f"--context-column {column!r}" for column in start.context_columns)
        told.append(f"the base looks at further columns, the improved model does not; to keep that: {named}")
    name = Path(output).name

    def pages(model: Classifier) -> dict[str, str]:
        report = report_on(
            model, examples, learned.evaluation, title=name, learning=learned.model.curve, with_texts=with_texts
        )
        return {"report.html": render_report(report, language)}

    save(learned, output, pages=pages)
    return Trained(Path(output), learned, tuple(told))


def learn(
    examples: Examples,
    *,
    auto_accuracy: float = 0.95,
    recipe: Recipe | None = None,
    search: bool = False,
    curve: bool = True,
    progress: Progress = lambda what, done, total: None,
) -> Learned:
    """Train on labelled rows and measure by cross-validation, near-duplicates on one side of each split.

    :param recipe: settings; those that suit the number of messages if not given.
    :param search: whether to search for better ones around them (see `training.tune`).
    :param curve: whether to learn from parts of the messages as well, to see what more of them bring.
    :raises InputError: there is nothing to learn, and why.
    """
    _check_accuracy(auto_accuracy)
    choice = choose(examples)
    positions = choice.positions.tolist()
    parts = _parts(examples, choice)
    levels = level_codes([examples.levels[at] for at in positions])
    base = Inherited(Classifier(read_bundle(default_model())), levels)
    texts = [examples.texts[at] for at in positions]
    recipe = replace(
        usual_recipe(len(texts), len(choice.taxonomy.topics)) if recipe is None else recipe, accuracy=auto_accuracy
    )
    if not curve:
        recipe = replace(recipe, curve=())
    vectors, notes = _vectors()
    labelled = Labelled(
        texts, [examples.topics[at] for at in positions], np.array([examples.weights[at] for at in positions])
    )
    trials: tuple[Trial, ...] = ()
    with _one_thread():
        if search:
            recipe, trials = tune_recipe(labelled, vectors, recipe, progress)
        model = train_model(choice.taxonomy, labelled, base, vectors, recipe, progress=progress)
        by_text = judge_held_out(model.held_out, model.heads.topic_groups, recipe.accuracy, recipe.caution)
        model, judged, notes = _beside(examples, choice, parts, model, by_text, recipe, notes, progress)
    taxonomy = _with_urgency(model.taxonomy, base.model, labelled)
    return Learned(
        replace(model, taxonomy=taxonomy),
        choice,
        judged,
        _evaluation(examples, choice, model, judged, base, recipe, notes),
        recipe,
        notes,
        profile_held_out(Scorer(model.lexicon, model.weights, lambda lemma: 0), texts, by_text, model.taxonomy.codes),
        trials,
    )


def improve(
    examples: Examples,
    base: Classifier,
    *,
    auto_accuracy: float = 0.95,
    progress: Progress = lambda what, done, total: None,
) -> Learned:
    """Improve a model with labelled rows of its own topics (see `training.base`).

    :raises InputError: too few rows have a topic of the model.
    """
    _check_accuracy(auto_accuracy)
    choice, truth = choose_known(examples, base.taxonomy)
    positions = choice.positions.tolist()
    parts = _parts(examples, choice)
    recipe = Recipe(folds=FOLDS, accuracy=auto_accuracy)
    weights = np.array([examples.weights[at] for at in positions])
    with _one_thread():
        tuned = fine_tune(base, [examples.texts[at] for at in positions], truth, weights, recipe, progress)
        model = tuned.model
        by_text = judge_held_out(model.held_out, model.heads.topic_groups, recipe.accuracy, recipe.caution)
        model, judged, beside = _beside(examples, choice, parts, model, by_text, recipe, (), progress)
    kept = np.isinf(tuned.strength)
    notes = (
        f"the base model finds the right topic in {tuned.base_right:.1%} of the same messages"
        + ("; these messages do not improve it beyond noise, so its topics stay as they are" if kept else ""),
        *beside,
    )
    evaluation = _evaluation(examples, choice, model, judged, Inherited(base), recipe, notes)
    name = f"{base.manifest.get('name', base.path.name)} of {base.manifest.get('date', 'unknown date')}"
    looks = profile_held_out(base._scorer, [examples.texts[at] for at in positions], by_text, model.taxonomy.codes)
    return Learned(model, choice, judged, evaluation, recipe, notes, looks, base=name, strength=tuned.strength)


def _lacking(examples: Examples, files: int) -> list[str]:
    """What a person should know of further columns that some of so many files lack.

    :raises InputError: all of them do.
    """
    for column, file, seen in examples.lacking:
        if sum(name == column for name, _, _ in examples.lacking) == files:
            raise InputError(f"there is no such column. Columns seen: {seen}", file=file, column=column)
    return [
        f"column {column!r} is not in {file}: its messages count without it" for column, file, _ in examples.lacking
    ]


def _parts(examples: Examples, choice: Choice) -> ExportContext | None:
    """Which values of further columns can be learned from."""
    if not examples.context_columns:
        return None
    columns = examples.context_of(choice.positions.tolist())
    return context_parts(columns, len(choice.taxonomy.topics), Lemmatizer())


def _beside(
    examples: Examples,
    choice: Choice,
    parts: ExportContext | None,
    model: Model,
    by_text: Judged,
    recipe: Recipe,
    notes: tuple[str, ...],
    progress: Progress,
) -> tuple[Model, Judged, tuple[str, ...]]:
    """The model with what further columns add, its held-out answers, and what a person should know of them."""
    if parts is None:
        return model, by_text, notes
    positions = choice.positions.tolist()
    weights = np.array([examples.weights[at] for at in positions])
    found = learn_context(model, parts, examples.context_of(positions), weights, by_text, recipe, progress)
    model = replace(model, context=found.context, held_out=found.held_out)
    return model, found.judged, (*notes, found.note)


def _check_accuracy(asked: float) -> None:
    if not 0.5 <= asked < 1:
        raise InputError(f"the accuracy of messages not for review is a share from 0.5 to below 1, not {asked}")


def _one_thread() -> Any:
    """The same sums in the same order, whatever the machine: a context in which the libraries use one thread."""
    from sklearn import linear_model  # noqa: F401  (loads the libraries whose threads are limited)
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def usual_recipe(messages: int, topics: int) -> Recipe:
    """Settings that suit so many messages and topics."""
    linear = LINEAR if topics <= MOST_DIRECT and messages <= MOST_MIXED else 0.0
    recipe = Recipe(folds=FOLDS, doubtful=0.0, curve=CURVE, linear=linear)
    batch = int(np.clip(messages // 60, 32, recipe.network.batch))
    epochs = max(recipe.network.epochs, -(-STEPS * batch // messages))
    return replace(recipe, network=replace(recipe.network, batch=batch, epochs=epochs))


def _vectors() -> tuple[WordVectors, tuple[str, ...]]:
    try:
        return load_word_vectors(), ()
    except AppealError:
        nothing = WordVectors({}, np.zeros((1, 1), np.float32), [])
        return nothing, ("trained without ready word vectors; pip install 'appealnlp[train]' brings them",)


def _with_urgency(taxonomy: Taxonomy, base: Classifier, labelled: Labelled) -> Taxonomy:
    """Topics with the level that the default model gives most of their messages."""
    levels = base.decide(labelled.texts).urgency
    topics = np.array(labelled.topics, object)
    usual = {topic: LEVELS[int(np.bincount(levels[topics == topic]).argmax())] for topic in taxonomy.codes}
    return Taxonomy(tuple(replace(topic, default_urgency=usual[topic.code]) for topic in taxonomy.topics))


def _evaluation(
    examples: Examples,
    choice: Choice,
    model: Model,
    judged: Judged,
    base: Inherited,
    recipe: Recipe,
    notes: tuple[str, ...],
) -> Evaluation:
    codes = np.array(model.taxonomy.codes, object)
    groups = np.array([topic.group for topic in model.taxonomy.topics], object)
    truth, rest = model.held_out.truth, choice.left_out_positions
    # The model has not seen the messages of topics that were left out: they count as what they are, errors.
    others = model.decide([examples.texts[at] for at in rest.tolist()], examples.context_of(rest.tolist()))
    answers: list[Judged | Decision] = [judged, others]
    topic = np.concatenate([one.topic for one in answers])
    true_level, level = np.full((2, len(topic)), "", object)
    asked = np.flatnonzero(model.held_out.levels >= 0)
    true_level[asked] = np.array(base.levels, object)[asked]
    level[asked] = [
        _raised(examples.texts[choice.positions[at]], LEVELS[model.held_out.levels[at]], base.model)
        for at in asked.tolist()
    ]
    predictions = Predictions(
        positions=np.concatenate([choice.positions, rest]),
        true_topic=np.concatenate([codes[truth], np.array([examples.topics[at] for at in rest.tolist()], object)]),
        topic=codes[topic],
        confidence=np.concatenate([one.confidence for one in answers]).astype(np.float64),
        true_group=np.concatenate([groups[truth], np.array([examples.groups[at] for at in rest.tolist()], object)]),
        group=groups[topic],
        group_confidence=np.concatenate([one.group_confidence for one in answers]).astype(np.float64),
        review=np.concatenate([one.review for one in answers]),
        true_level=true_level,
        level=level,
    )
    figures = summarize(
        predictions,
        known_topics=frozenset(model.taxonomy.codes),
        known_groups=frozenset(model.taxonomy.groups) - {""},
        rows=row_counts(examples),
        method=f"cross-validation in {recipe.folds} folds, near-duplicates in one fold; repeated messages count once",
        asked=recipe.accuracy,
        threshold=model.heads.review_below,
        notes=notes,
    )
    return Evaluation(figures, predictions)


def _raised(text: str, level: str, base: Classifier) -> str:
    """A level of the model as the rules may raise it."""
    reasons = find(preprocess(text))
    return decide(level, "", (), reasons, "", base.norms).level


def save(
    learned: Learned,
    folder: str | Path,
    *,
    date: str | None = None,
    pages: Callable[[Classifier], Mapping[str, str]] = lambda model: {},
) -> None:
    """Write a model with its figures and its card.

    :param date: day of training for the card, today if not given.
    :param pages: makes further files for people from the model, name -> text.
    :raises OutputError: it cannot be written there.
    """
    folder = Path(folder)
    entries, files = as_files(learned.model)
    figures = learned.evaluation.figures.as_dict()
    manifest: dict[str, Any] = {
        **entries,
        "name": folder.name,
        "date": calendar_date.today().isoformat() if date is None else date,
        "version": __version__,
        "base": learned.base,
        "auto_accuracy": learned.recipe.accuracy,
        "examples": len(learned.choice.positions),
        "left_out": learned.choice.left_out,
        "several_groups": learned.choice.several_groups,
        "repeated": learned.choice.repeated,
        "surplus": learned.choice.surplus,
        "reference": learned.profile.as_dict(),
        "figures": as_json(brief(figures)),
    }
    files["norms.csv"] = read_bundle(default_model()).files["norms.csv"]
    files["figures.json"] = (json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")
    model = Classifier(Bundle(folder, manifest, files))
    write_bundle(folder, manifest, files, {"README.md": card(manifest), **pages(model)})


def brief(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures without tables of labels and curves."""
    tables = {"labels", "confusions", "reliability", "coverage", "unknown_labels"}
    return {
        name: {key: one for key, one in value.items() if key not in tables} if isinstance(value, dict) else value
        for name, value in figures.items()
    }
