"""``appealnlp topics``: the list that a model assigns from."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

import typer

__all__ = ["topics"]


def topics(
    model: Annotated[str | None, typer.Option(metavar="DIR", help="Folder of a model of your own.")] = None,
) -> None:
    """List the topics by group: code, usual urgency, title."""
    import appealnlp

    listed = list(appealnlp.load(model).taxonomy.topics)
    codes = max((len(topic.code) for topic in listed), default=0)
    levels = max((len(topic.default_urgency) for topic in listed), default=0)
    for (group, title), members in groupby(listed, key=lambda topic: (topic.group, topic.group_title)):
        typer.echo(f"{title or group}")
        for topic in members:
            typer.echo(f"  {topic.code:<{codes}}  {topic.default_urgency:<{levels}}  {topic.title}")
