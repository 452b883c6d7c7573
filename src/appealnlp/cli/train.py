"""``appealnlp train``: a model of your own from a labelled export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .headings import Language
from .progress import stages

__all__ = ["train"]


def train(
    output: Annotated[str, typer.Option("-o", "--output", metavar="DIR", help="Folder of the model.")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE...",
            help="Labelled exports, of any format classify reads; none with --base and --corrections.",
        ),
    ] = None,
    topic_column: Annotated[str | None, typer.Option(help="Name of the column with the topic.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Name of the column with the message.")] = None,
    group_column: Annotated[str | None, typer.Option(help="Name of the column with the group of the topic.")] = None,
    urgency_column: Annotated[
        str | None,
        typer.Option(help="Name of the column with the urgency; without it that of the default model is used."),
    ] = None,
    context_column: Annotated[
        list[str] | None,
        typer.Option(
            help="Name of a further column that says something of the topic (executor, object, title of the thread); may be "
            "given several times. One that is filled in only after the topic was decided will not be there for new messages."
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Keep the topics of a model and improve it: default, or its folder."),
    ] = None,
    tune: Annotated[
        bool, typer.Option("--tune", help="Search settings by cross-validation first; takes several times as long.")
    ] = False,
    labels_fixed: Annotated[
        str | None,
        typer.Option(metavar="SHEET", help="What audit wrote about these files, with right labels filled in."),
    ] = None,
    corrections: Annotated[
        str | None,
        typer.Option(metavar="SHEET", help="What review wrote, filled in; trains twice, to tell what it changed."),
    ] = None,
    auto_accuracy: Annotated[
        float, typer.Option(help="Share of right groups (or topics) among messages not marked for review.")
    ] = 0.95,
    language: Annotated[Language, typer.Option(help="Language of report.html in the folder.")] = Language.ru,
    with_texts: Annotated[
        bool, typer.Option("--with-texts", help="Show texts of the worst errors in the report, personal data masked.")
    ] = False,
) -> None:
    """Train a model on your own topics and measure it; classify and evaluate take it with --model.

    Exit code: 0 trained, 2 the call or a file was unusable, 130 interrupted.
    """
    from ..training.own import train as train_model
    from ..training.own_card import summary_lines

    try:
        with stages() as progress:
            trained = train_model(
                inputs or [],
                output,
                topic_column=topic_column,
                text_column=text_column,
                group_column=group_column,
                urgency_column=urgency_column,
                context_columns=context_column or (),
                base=base,
                tune=tune,
                labels_fixed=labels_fixed,
                corrections=corrections,
                auto_accuracy=auto_accuracy,
                language=language.value,
                with_texts=with_texts,
                progress=progress,
            )
    except KeyboardInterrupt:
        typer.echo(f"interrupted; {output} was not written", err=True)
        raise typer.Exit(130) from None
    learned = trained.learned
    figures = learned.evaluation.figures.as_dict()
    typer.echo(
        f"{output}: {len(learned.model.taxonomy.topics):,} topics from {len(learned.choice.positions):,} messages"
    )
    typer.echo(figures["method"])
    for line in summary_lines(figures):
        typer.echo(f"  {line}")
    for line in trained.notes():
        typer.echo(line)
    typer.echo(f"report: {Path(output) / 'report.html'}")
