"""Every exception that appealnlp raises on purpose.

AppealError
├── InputError            a file, row or column that cannot be read
├── OutputError           a result that cannot be written
└── ModelError            a model folder that cannot be used
    ├── ModelNotFoundError
    ├── CorruptModelError     checksum, size or shape is not what the manifest says
    └── NewerModelError       written in a format this version does not know

Messages say what is wrong, where (file, row, column) and what to do. They never quote a resident's text.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "AppealError",
    "CorruptModelError",
    "InputError",
    "ModelError",
    "ModelNotFoundError",
    "NewerModelError",
    "OutputError",
]


class AppealError(Exception):
    """Base of all errors of this library."""


class InputError(AppealError):
    """A file, a row or a column cannot be read.

    ``file``, ``row`` (1-based, as a spreadsheet counts: the header is row 1) and ``column`` say where, as far as known.
    """

    def __init__(
        self, what: str, *, file: str | Path | None = None, row: int | None = None, column: str | None = None
    ) -> None:
        self.what, self.file, self.row, self.column = what, None if file is None else str(file), row, column
        places = []
        if self.file is not None:
            places.append(self.file)
        if row is not None:
            places.append(f"row {row}")
        if column is not None:
            places.append(f"column {column!r}")
        super().__init__(f"{', '.join(places)}: {what}" if places else what)


class OutputError(AppealError):
    """The result cannot be written where it was asked for."""


class ModelError(AppealError):
    """A model folder cannot be used."""


class ModelNotFoundError(ModelError):
    """There is no model at that path."""


class CorruptModelError(ModelError):
    """A file of the model is missing, changed or of another size or shape than its manifest says."""


class NewerModelError(ModelError):
    """The model was written by a newer version of appealnlp; upgrading the package is the remedy."""
