"""``appealnlp review``: rows of an export that are worth a person's time, as a sheet to fill in."""

from __future__ import annotations

from typing import Annotated

import typer

from .headings import Language
from .progress import stages

__all__ = ["review"]


def review(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Exports, of any format classify reads.")],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="OUT", help="Sheet to fill in: .xlsx, .csv or .tsv.")
    ],
    model: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder of a model; the default one if not given.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many rows to pick.")] = 200,
    text_column: Annotated[str | None, typer.Option(help="Name of the column with the message.")] = None,
    columns: Annotated[Language, typer.Option(help="Language of sheet and headings; ru also makes csv for Excel.")] = (
        Language.en
    ),
) -> None:
    """Pick messages to label: those the model is unsure of by their text, and no two alike.

    Fill in the right topic and urgency, also where the model is right, then: train FILE... --corrections OUT.
    Exit code: 0 written, 2 the call or a file was unusable, 130 interrupted.
    """
    from .. import load
    from ..messages.sheets import check_sheets_target
    from ..training.review import review as pick_rows
    from ..training.review_sheet import write_review

    check_sheets_target(output)
    loaded = load(model)
    try:
        with stages() as progress:
            rows = pick_rows(inputs, model=loaded, text_column=text_column, count=count, progress=progress)
            write_review(rows, loaded.taxonomy, output, russian=columns is Language.ru)
    except KeyboardInterrupt:
        typer.echo(f"interrupted; {output} was not written", err=True)
        raise typer.Exit(130) from None
    doubts = [row.doubt for row in rows]
    counted = ", ".join(f"{doubts.count(name):,} {name}" for name in ("topic", "group", "urgency") if name in doubts)
    typer.echo(f"{output}: {len(rows):,} rows to label; in doubt is {counted}")
