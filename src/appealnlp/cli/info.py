"""``appealnlp info``: the card of a model."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["info"]


def info(
    model: Annotated[
        str | None, typer.Argument(metavar="[DIR]", help="Folder of a model; the default one if not given.")
    ] = None,
) -> None:
    """Show what a model is: name, date, format, topics, figures, topics it had to leave out."""
    from ..bundle import read_bundle
    from ..classifier import default_model
    from ..training.own_card import info_lines

    bundle = read_bundle(default_model() if model is None else model)
    for line in info_lines(bundle.path, bundle.manifest):
        typer.echo(line)
