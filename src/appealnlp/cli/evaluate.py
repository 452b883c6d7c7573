"""``appealnlp evaluate``: how often a model is right on labelled rows it has not seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from .headings import Language

__all__ = ["evaluate"]


def evaluate(
    inputs: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Labelled exports, of any format classify reads.")
    ],
    model: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder of a model; the default one if not given.")
    ] = None,
    topic_column: Annotated[str | None, typer.Option(help="Name of the column with the topic.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Name of the column with the message.")] = None,
    group_column: Annotated[str | None, typer.Option(help="Name of the column with the group of the topic.")] = None,
    urgency_column: Annotated[str | None, typer.Option(help="Name of the column with the urgency.")] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Without labels: compare the rows with what this model (default, or its folder) learned from.",
        ),
    ] = None,
    report: Annotated[str | None, typer.Option(metavar="OUT.html", help="File for the figures as a page.")] = None,
    language: Annotated[
        Language, typer.Option(help="Language of the page, and of what --reference says.")
    ] = Language.ru,
    with_texts: Annotated[
        bool, typer.Option("--with-texts", help="Show texts of the worst errors in the page, personal data masked.")
    ] = False,
    as_json: Annotated[
        str | None, typer.Option("--json", metavar="OUT", help="File for all figures; - for stdout.")
    ] = None,
) -> None:
    """Compare a model with recorded labels: by code or title, as its topics are called.

    Rows must not be among those it was trained on. With --reference no labels are needed: it says whether new messages
    have moved away from those of the training, and whether it is time to train again; it goes by the text alone.

    Exit code: 0 measured, 2 the call or a file was unusable.
    """
    from .. import evaluate as evaluate_model
    from ..training.own_card import summary_lines

    if reference is not None:
        if any(option is not None for option in (model, topic_column, group_column, urgency_column, report)):
            raise typer.BadParameter("--reference goes with FILE..., --text-column, --language and --json alone")
        _compare(inputs, reference, text_column, language, as_json)
        return
    figures = evaluate_model(
        inputs,
        model=model,
        topic_column=topic_column,
        text_column=text_column,
        group_column=group_column,
        urgency_column=urgency_column,
        report=report,
        language=language.value,
        with_texts=with_texts,
    ).figures.as_dict()
    for note in figures["notes"]:
        typer.echo(note, err=True)
    if _written(figures, as_json):
        return
    rows = figures["rows"]
    aside = ", ".join(
        f"{rows[name]:,} {words}"
        for name, words in (
            ("without_text", "without text"), ("without_label", "without a label"), ("unreadable", "unreadable"),
        )
        if rows[name]
    )  # fmt: skip
    typer.echo(f"{rows['read']:,} rows, {figures['messages']:,} measured{f' ({aside})' if aside else ''}")
    for line in summary_lines({**figures, "notes": ()}):
        typer.echo(f"  {line}")


def _compare(
    inputs: list[str], reference: str, text_column: str | None, language: Language, as_json: str | None
) -> None:
    """New messages against those of the training."""
    from .. import drift

    found = drift(inputs, reference=None if reference == "default" else reference, text_column=text_column)
    if _written(found.as_dict(), as_json):
        return
    for line in found.lines(language.value):
        typer.echo(line)


def _written(figures: dict[str, Any], as_json: str | None) -> bool:
    """Write figures to a file, if one is named; whether they went to standard output, so that nothing else may."""
    from ..errors import OutputError

    text = json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if as_json == "-":
        typer.echo(text, nl=False)
    elif as_json is not None:
        try:
            Path(as_json).write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{as_json}: cannot be written: {error.strerror}") from None
    return as_json == "-"
