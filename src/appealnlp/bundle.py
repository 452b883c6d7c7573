"""A model as a folder of data: JSON, CSV, text and plain arrays. Nothing in it is code, nothing is unpickled.

``manifest.json`` names the format, and the size and SHA-256 of every other file. Everything is checked before it is
used: the format number first, then sizes, then checksums, then shapes. The folder is written beside its target and
renamed when whole.

To change the format, raise `FORMAT`, keep reading the older one here, and add a folder of the older format to the tests.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import CorruptModelError, ModelError, ModelNotFoundError, NewerModelError, OutputError

__all__ = ["FORMAT", "Bundle", "check_target", "read_bundle", "write_bundle"]

FORMAT = 3
"""1: topics have groups, features one squared norm. 2: groups may be empty; features may have two squared norms.
3: topic, punctuation, length and rules add to urgency, kind and flag; a level has a cost."""
_MANIFEST = "manifest.json"
_MANIFEST_LIMIT = 4 << 20
_FILE_LIMIT = 256 << 20


@dataclass(frozen=True)
class Bundle:
    """A checked model folder: its path, its manifest and the contents of its files."""

    path: Path
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]

    def lines(self, name: str) -> list[str]:
        """A text file, line by line."""
        try:
            return self.files[name].decode("utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise CorruptModelError(f"{self.path / name}: not UTF-8 text; train or download the model again") from error

    def array(self, name: str, dtype: str, *shape: int) -> npt.NDArray[Any]:
        """A ``.npy`` file, which must have this dtype and shape (-1 for any length)."""
        try:
            array: npt.NDArray[Any] = np.lib.format.read_array(io.BytesIO(self.files[name]), allow_pickle=False)
        except (ValueError, EOFError, OSError, MemoryError, OverflowError) as error:
            raise CorruptModelError(
                f"{self.path / name}: not a plain array; train or download the model again"
            ) from error
        fits = array.ndim == len(shape) and all(
            want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
        )
        if array.dtype != np.dtype(dtype) or not fits:
            raise CorruptModelError(
                f"{self.path / name}: holds {array.dtype} {array.shape}, expected {dtype} {shape}; "
                "train or download the model again"
            )
        return array


def read_bundle(path: str | Path) -> Bundle:
    """Read and check a model folder.

    :raises ModelNotFoundError: there is no folder, or no manifest in it.
    :raises NewerModelError: it was written in a newer format.
    :raises CorruptModelError: a file is missing or is not what the manifest says.
    """
    path = Path(path)
    manifest_path = path / _MANIFEST
    if not manifest_path.is_file():
        raise ModelNotFoundError(f"{path}: no model here (a model is a folder with a {_MANIFEST})")
    try:
        if manifest_path.stat().st_size > _MANIFEST_LIMIT:
            raise CorruptModelError(f"{manifest_path}: larger than a manifest can be")
        manifest = json.loads(manifest_path.read_bytes())
        format_, entries = manifest["format"], manifest["files"]
        if not isinstance(format_, int) or not isinstance(entries, dict):
            raise TypeError
    except OSError as error:
        raise ModelError(f"{manifest_path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CorruptModelError(f"{manifest_path}: not a manifest; train or download the model again") from error
    if format_ < 1:
        raise CorruptModelError(f"{path}: there is no format {format_}; train or download the model again")
    if format_ > FORMAT:
        raise NewerModelError(
            f"{path}: the model has format {format_}, this version reads up to {FORMAT}; "
            "upgrade it: pip install --upgrade appealnlp"
        )
    return Bundle(path, manifest, {name: _read_checked(path, name, entry) for name, entry in entries.items()})


def _read_checked(folder: Path, name: str, entry: Mapping[str, Any]) -> bytes:
    file = folder / name
    if Path(name).name != name or not isinstance(entry, dict):
        raise CorruptModelError(f"{folder}: the manifest names a file outside the folder")
    if not file.is_file():
        raise CorruptModelError(f"{file}: missing; copy the whole folder or train the model again")
    size = file.stat().st_size
    if size != entry.get("bytes") or size > _FILE_LIMIT:
        raise CorruptModelError(f"{file}: {size} bytes, the manifest says {entry.get('bytes')}; copy the model again")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file}: cannot be read ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != entry.get("sha256"):
        raise CorruptModelError(f"{file}: changed since the model was written (checksum); copy the model again")
    return content


def array_bytes(array: npt.NDArray[Any]) -> bytes:
    """The bytes of a ``.npy`` file, the same for the same array."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def check_target(path: str | Path) -> None:
    """Whether a model may be written there: nothing, an empty folder or a model is there now.

    :raises OutputError: it may not.
    """
    path = Path(path)
    if path.exists() and not (path / _MANIFEST).is_file() and (path.is_file() or any(path.iterdir())):
        raise OutputError(f"{path}: exists and is not a model; choose another folder")


def write_bundle(
    path: str | Path, manifest: Mapping[str, Any], files: Mapping[str, bytes], pages: Mapping[str, str] | None = None
) -> None:
    """Write a model folder; an existing one at ``path`` is replaced only when the new one is whole.

    :param manifest: everything but ``format`` and ``files``, which are added here.
    :param pages: texts for people, name -> text; nothing reads them, no checksum covers them.
    :raises OutputError: the folder cannot be written, or ``path`` holds something that is not a model.
    """
    import tempfile  # not needed to classify

    path = Path(path)
    check_target(path)
    entries = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    whole = {"format": FORMAT, **manifest, "files": entries}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as temporary:
            fresh = Path(temporary) / "model"
            fresh.mkdir()
            for name, data in files.items():
                (fresh / name).write_bytes(data)
            text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            (fresh / _MANIFEST).write_text(text, encoding="utf-8")
            for name, page in (pages or {}).items():
                (fresh / name).write_text(page, encoding="utf-8")
            old = Path(temporary) / "old"
            if path.exists():
                path.replace(old)
            try:
                fresh.replace(path)
            except BaseException:
                if old.exists():
                    old.replace(path)
                raise
    except OSError as error:
        raise OutputError(f"{path}: the model cannot be written ({error.strerror})") from error
