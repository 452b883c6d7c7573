"""``appealnlp evaluate``: how often a model is right on labelled rows it has not seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

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
    report: Annotated[str | None, typer.Option(metavar="OUT.html", help="File for the figures as a page.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the page.")] = Language.ru,
    with_texts: Annotated[
        bool, typer.Option("--with-texts", help="Show texts of the worst errors in the page, personal data masked.")
    ] = False,
    as_json: Annotated[
        str | None, typer.Option("--json", metavar="OUT", help="File for all figures; - for stdout.")
    ] = None,
) -> None:
    """Compare a model with recorded labels: by code or title, as its topics are called.

    Rows must not be among those it was trained on. Exit code: 0 measured, 2 the call or a file was unusable.
    """
    from .. import evaluate as evaluate_model
    from ..errors import OutputError
    from ..training.own_card import summary_lines

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
    text = json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if as_json == "-":
        typer.echo(text, nl=False)
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
    for line in summary_lines(figures):
        typer.echo(f"  {line}")
    if as_json is not None:
        try:
            Path(as_json).write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{as_json}: cannot be written: {error.strerror}") from None
