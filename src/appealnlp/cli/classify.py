"""``appealnlp classify``: topics and urgency for every message of an export."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .card import card_lines
from .headings import CLASSIFIED, Language

if TYPE_CHECKING:
    from ..classifier import Classifier
    from .incidents import Incidents
    from .judging import Columns, Context, Judge, Months

__all__ = ["classify"]


def classify(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT...", help="Files or folders: csv, tsv, xlsx, jsonl, parquet, json; - for stdin."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help="File (.csv .tsv .xlsx .jsonl .parquet), folder, or - for stdout."),
    ] = None,
    text_column: Annotated[str | None, typer.Option(help="Name of the column with the message.")] = None,
    model: Annotated[str | None, typer.Option(metavar="DIR", help="Folder of a model of your own.")] = None,
    columns: Annotated[Language, typer.Option(help="Headings of the added columns; ru also makes csv for Excel.")] = (
        Language.en
    ),
    jobs: Annotated[int | None, typer.Option(min=1, help="Number of processes; all cores for a large file.")] = None,
    norms: Annotated[str | None, typer.Option(metavar="FILE", help="Deadlines of your own, over the model's.")] = None,
    mask: Annotated[bool, typer.Option("--mask", help="Write the message column without personal data.")] = False,
    incidents: Annotated[
        bool,
        typer.Option(
            "--incidents", help="Number messages about one failure at one place; a mass failure is more urgent."
        ),
    ] = False,
    message: Annotated[str | None, typer.Option(help="Judge this one message and show the verdict.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --message: the verdict as JSON.")] = False,
) -> None:
    """Add topic, group, urgency and place to every message of an export.

    Exit code: 0 all rows judged, 1 some rows carry an error, 2 the call or a file was unusable.
    """
    if message is not None:
        if inputs or output is not None:
            raise typer.BadParameter("--message goes without INPUT and OUTPUT")
        if incidents:
            raise typer.BadParameter("--incidents goes with an INPUT: one message is no incident")
        if mask:
            raise typer.BadParameter("--mask goes with an INPUT; for one message there is: appealnlp mask --message")
        _classify_one(message, model, norms, as_json)
        return
    if as_json:
        raise typer.BadParameter("--json goes with --message; for JSON lines give an output that ends with .jsonl")
    if not inputs:
        raise typer.BadParameter("give an INPUT, or one message with --message")
    if output is None:
        raise typer.BadParameter("say where the result goes: -o FILE, -o FOLDER/ or -o - for standard output")
    from .masking import load_with_masks
    from .run import run

    load = partial(_load_judge, model, norms)

    run(
        inputs,
        output,
        load=partial(load_with_masks, load) if mask else load,
        keys=CLASSIFIED,
        text_column=text_column,
        language=columns,
        jobs=jobs,
        mask=mask,
        incidents=_incidents(model, norms) if incidents else None,
    )


def _load_judge(model: str | None, norms: str | None = None) -> Judge:
    import appealnlp

    classifier = appealnlp.load(model, norms=norms)
    return _ModelJudge(classifier, classifier.context_columns)


@dataclass(frozen=True, slots=True)
class _ModelJudge:
    """A judge that asks a model.

    ``context_columns``: headings of the columns that it looks at beside the message.
    """

    model: Classifier
    context_columns: tuple[str, ...]

    def __call__(self, texts: Sequence[str], months: Months, context: Context | None = None) -> Columns:
        """The columns of some messages."""
        columns: Columns = self.model.classify_columns(texts, months=months, context=context)
        return columns


def _incidents(model: str | None, norms: str | None) -> Incidents:
    from ..classifier import default_model
    from ..urgency.norms import Norms, load_norms, merge_norms
    from .incidents import Incidents

    def known() -> Norms:
        shipped = load_norms((default_model() if model is None else Path(model)) / "norms.csv")
        return shipped if norms is None else merge_norms(shipped, norms)

    return Incidents(known)


def _classify_one(message: str, model: str | None, norms: str | None, as_json: bool) -> None:
    import appealnlp

    result = appealnlp.load(model, norms=norms).classify(message)
    if as_json:
        typer.echo(json.dumps(asdict(result), ensure_ascii=False, indent=2))
    else:
        for line in card_lines(result):
            typer.echo(line)
    if result.error:
        raise typer.Exit(1)
