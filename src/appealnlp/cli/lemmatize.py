"""``appealnlp lemmatize``: the lemmas of every message of an export."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from .headings import ERROR, LEMMATIZED, Language

if TYPE_CHECKING:
    from .judging import Columns, Judge, Months

__all__ = ["lemmatize"]

_EMPTY = "пустое сообщение"


def lemmatize(
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
    mask: Annotated[bool, typer.Option("--mask", help="Write the message column without personal data.")] = False,
    message: Annotated[str | None, typer.Option(help="Show the lemmas of this one message.")] = None,
) -> None:
    """Clean every message and add its lemmas, separated by spaces, as column nlp_lemmas."""
    if message is not None:
        if inputs or output is not None:
            raise typer.BadParameter("--message goes without INPUT and OUTPUT")
        if mask:
            raise typer.BadParameter("--mask goes with an INPUT; for one message there is: appealnlp mask --message")
        typer.echo(_load_judge()([message], [None])["nlp_lemmas"][0])
        return
    if not inputs:
        raise typer.BadParameter("give an INPUT, or one message with --message")
    if output is None:
        raise typer.BadParameter("say where the result goes: -o FILE, -o FOLDER/ or -o - for standard output")
    from .masking import load_with_masks
    from .run import run

    load = partial(load_with_masks, _load_judge) if mask else _load_judge
    run(inputs, output, load=load, keys=LEMMATIZED, text_column=text_column, language=columns, jobs=jobs, mask=mask)


def _load_judge() -> Judge:
    from ..text import preprocess

    def judge(texts: Sequence[str], months: Months) -> Columns:
        lemmas: list[object] = [" ".join(preprocess(text).lemmas) for text in texts]
        return {"nlp_lemmas": lemmas, ERROR: ["" if text.strip() else _EMPTY for text in texts]}

    return judge
