"""``appealnlp audit``: rows of a labelled export whose label is probably wrong, as a workbook to work through."""

from __future__ import annotations

from typing import Annotated

import typer

from .headings import Language
from .progress import stages

__all__ = ["audit"]


def audit(
    inputs: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Labelled exports, of any format classify reads.")
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="OUT", help="Workbook (.xlsx), or .csv or .tsv: a table per sheet.")
    ],
    topic_column: Annotated[str, typer.Option(help="Name of the column with the topic.")],
    text_column: Annotated[str | None, typer.Option(help="Name of the column with the message.")] = None,
    group_column: Annotated[str | None, typer.Option(help="Name of the column with the group of the topic.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Model of the same topics that was NOT trained on these rows; without it each row is judged by a model "
            "of the other rows.",
        ),
    ] = None,
    columns: Annotated[Language, typer.Option(help="Language of sheets and headings; ru also makes csv for Excel.")] = (
        Language.en
    ),
) -> None:
    """Find wrong labels, texts with several labels, topics that overlap and rows that are no messages.

    Fill in the right label where the recorded one is wrong ("delete" or "удалить" drops the row), then:
    train FILE... --labels-fixed OUT. Exit code: 0 written, 2 the call or a file was unusable, 130 interrupted.
    """
    from ..messages.sheets import check_sheets_target
    from ..training.audit import audit as audit_labels
    from ..training.audit_sheets import write_audit

    check_sheets_target(output)
    try:
        with stages() as progress:
            found = audit_labels(
                inputs,
                topic_column=topic_column,
                text_column=text_column,
                group_column=group_column,
                model=model,
                progress=progress,
            )
            written = write_audit(found, output, russian=columns is Language.ru)
    except KeyboardInterrupt:
        typer.echo(f"interrupted; {output} was not written", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"{', '.join(map(str, written))}: {found.rows:,} rows read, labels of {found.judged:,} messages judged")
    if found.seen:
        typer.echo(
            f"judged by {model}, which must not have been trained on these rows: errors it has learned do not show"
        )
    typer.echo(f"  {len(found.labels):,} labels are probably wrong, the surest first")
    typer.echo(f"  {len({one.number for one in found.repeated}):,} texts stand in several rows with different labels")
    typer.echo(f"  {len(found.overlaps):,} pairs of topics overlap")
    typer.echo(f"  {len(found.no_messages):,} rows are empty, fragments or repeat another")
    if found.unjudged:
        shown = ", ".join(f"{label} ({count})" for label, count in list(found.unjudged.items())[:12])
        typer.echo(f"not judged, unknown or too rare to learn: {shown}{' …' if len(found.unjudged) > 12 else ''}")
