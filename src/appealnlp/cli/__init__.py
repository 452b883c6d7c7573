"""The command line: one module per command, each importing what is heavy only when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from .. import __version__
from ..errors import AppealError

__all__ = ["COMMANDS", "main", "make_app"]

COMMANDS = ("classify", "train", "evaluate", "audit", "review", "info", "lemmatize", "mask", "topics")
"""Each is a function in a module of its name."""


def make_app(asked: str | None = None) -> typer.Typer:
    """The command line.

    :param asked: the one command that will run, if that is known: making the others costs half the start.
    """
    app = typer.Typer(
        name="appealnlp",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        app.command()(getattr(import_module(f"{__name__}.{name}"), name))
    app.callback()(_root)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"appealnlp {__version__}")
        raise typer.Exit


def _root(
    shown: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Topics and urgency of residents' messages to Russian authorities."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process.

    :param arguments: what follows the program's name; those of the process if not given.
    :raises SystemExit: always: 0 all rows judged, 1 some rows carry an error, 2 the call or a file was unusable,
        130 interrupted.
    """
    # Many small matrix products: a second thread inside each costs more than it brings, and --jobs uses the cores.
    for library in ("OPENBLAS", "MKL", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        make_app(given[0] if given else None)(args=given)
    except AppealError as error:
        print(f"appealnlp: {error}", file=sys.stderr)  # noqa: T201 - this is the program's voice
        raise SystemExit(2) from None


def _speak_utf8(stream: Any) -> None:
    """Windows consoles and pipes are often cp1251 or cp866, where a message may have characters they lack."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="replace")
