"""``appealnlp mask``: personal data out of the messages of an export."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from .headings import ERROR, MASKED_ONLY, Language

if TYPE_CHECKING:
    from .judging import Columns, Judge, Months

__all__ = ["mask"]


def mask(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT...", help="Files or folders, as for classify; - for stdin."),
    ] = None,
    output: Annotated[str | None, typer.Option("-o", "--output", help="File, folder, or - for stdout.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Name of the column with the message.")] = None,
    columns: Annotated[Language, typer.Option(help="Headings of the added columns; ru also makes csv for Excel.")] = (
        Language.en
    ),
    jobs: Annotated[int | None, typer.Option(min=1, help="Number of processes; all cores for a large file.")] = None,
    message: Annotated[str | None, typer.Option(help="Show this one message masked.")] = None,
) -> None:
    """Replace names, phones, e-mails, accounts, documents, cards and flats in the message column.

    The other columns stay as they are: an author column still names the author.
    """
    if message is not None:
        if inputs or output is not None:
            raise typer.BadParameter("--message goes without INPUT and OUTPUT")
        import appealnlp

        typer.echo(appealnlp.mask(message))
        return
    if not inputs:
        raise typer.BadParameter("give an INPUT, or one message with --message")
    if output is None:
        raise typer.BadParameter("say where the result goes: -o FILE, -o FOLDER/ or -o - for standard output")
    from .masking import load_with_masks
    from .run import run

    run(
        inputs,
        output,
        load=partial(load_with_masks, _load_nothing),
        keys=MASKED_ONLY,
        text_column=text_column,
        language=columns,
        jobs=jobs,
        mask=True,
    )


def _load_nothing() -> Judge:
    def judge(texts: Sequence[str], months: Months) -> Columns:
        return {ERROR: [""] * len(texts)}

    return judge
