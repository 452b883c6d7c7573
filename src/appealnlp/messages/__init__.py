"""Files of messages, in and out: one module per format, one way in and one way out."""

from __future__ import annotations

from .batch import AddedColumn, Batch, Layout, Source
from .opening import open_source
from .sink import Sink, check_target, open_sink
from .union import Union, unite

__all__ = [
    "AddedColumn",
    "Batch",
    "Layout",
    "Sink",
    "Source",
    "Union",
    "check_target",
    "open_sink",
    "open_source",
    "unite",
]
