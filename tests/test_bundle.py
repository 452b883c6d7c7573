from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appealnlp.bundle import FORMAT, array_bytes, read_bundle, write_bundle
from appealnlp.classifier import Classifier
from appealnlp.errors import CorruptModelError, ModelError, ModelNotFoundError, NewerModelError, OutputError
from appealnlp.places.classes import CLASSES_VERSION

MATRIX = np.arange(12, dtype=np.float32).reshape(3, 4)
FILES = {"words.txt": "вода\nдом\n".encode(), "matrix.npy": array_bytes(MATRIX), "empty.txt": b""}
MANIFEST = {"name": "тест", "temperature": 1.25}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "mine"
    write_bundle(path, MANIFEST, FILES)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    change(manifest)
    file.write_text(json.dumps(manifest), encoding="utf-8")


def replace_file(folder: Path, name: str, data: bytes) -> None:
    """Put other contents under a name, with a manifest that vouches for them."""
    (folder / name).write_bytes(data)
    entry = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    edit_manifest(folder, lambda manifest: manifest["files"].update({name: entry}))


def test_what_was_written_is_read(folder: Path) -> None:
    bundle = read_bundle(str(folder))
    assert dict(bundle.files) == FILES
    assert {name: bundle.manifest[name] for name in MANIFEST} == MANIFEST
    assert bundle.manifest["format"] == FORMAT
    assert bundle.lines("words.txt") == ["вода", "дом"]
    assert bundle.lines("empty.txt") == []
    array = bundle.array("matrix.npy", "float32", -1, 4)
    assert (array == MATRIX).all()
    assert array.dtype == np.float32


def test_the_same_model_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_bundle(tmp_path / "other", dict(reversed(MANIFEST.items())), dict(reversed(FILES.items())))
    assert contents(tmp_path / "other") == contents(folder)
    bundle = read_bundle(folder)
    manifest = {name: value for name, value in bundle.manifest.items() if name not in ("format", "files")}
    write_bundle(tmp_path / "again", manifest, bundle.files)
    assert contents(tmp_path / "again") == contents(folder)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_changed_byte(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes() or b"x")
    data[-1] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(CorruptModelError, match=name):
        read_bundle(folder)


def _longer(folder: Path) -> None:
    with (folder / "words.txt").open("ab") as file:
        file.write(b"\n")


def _shorter(folder: Path) -> None:
    (folder / "words.txt").write_bytes((folder / "words.txt").read_bytes()[:-1])


def _missing(folder: Path) -> None:
    (folder / "words.txt").unlink()


def _folder_instead(folder: Path) -> None:
    (folder / "words.txt").unlink()
    (folder / "words.txt").mkdir()


@pytest.mark.parametrize("damage", [_longer, _shorter, _missing, _folder_instead])
def test_a_file_of_another_size_or_none(folder: Path, damage: Callable[[Path], None]) -> None:
    damage(folder)
    with pytest.raises(CorruptModelError, match=r"words\.txt"):
        read_bundle(folder)


@pytest.mark.parametrize("name", ["../secret.txt", "sub/words.txt", "/etc/hostname", "..", ".", ""])
def test_a_name_that_leaves_the_folder(folder: Path, name: str) -> None:
    secret = folder.parent / "secret.txt"
    secret.write_bytes(b"secret")
    (folder / "sub").mkdir()
    (folder / "sub" / "words.txt").write_bytes(b"secret")
    entry = {"bytes": 6, "sha256": hashlib.sha256(b"secret").hexdigest()}
    edit_manifest(folder, lambda manifest: manifest["files"].update({name: entry}))
    with pytest.raises(CorruptModelError):
        read_bundle(folder)


def test_a_newer_format_says_what_to_do_and_is_told_before_anything_else(folder: Path) -> None:
    edit_manifest(folder, lambda manifest: manifest.update(format=FORMAT + 1, files={"gone.npy": "another shape"}))
    with pytest.raises(NewerModelError, match="upgrade"):
        read_bundle(folder)


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, Path.touch])
def test_no_model(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "nothing")
    with pytest.raises(ModelNotFoundError, match="nothing"):
        read_bundle(tmp_path / "nothing")


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"format": 1}',
        b'{"format": "1", "files": {}}',
        b'{"format": 1, "files": []}',
        b'{"format": null, "files": {}}',
        b"\xff\xfe\x00",
        b"\x00" * 50,
        b'{"format": 1, "files": {"words.txt": 5}}',
        b'{"format": 1, "files": {"words.txt": {}}}',
        b" " * (5 << 20),
        b"[" * 100_000,
    ],
    ids=lambda manifest: manifest[:30].decode("ascii", "replace").strip("\0 ") or f"{len(manifest)} bytes",
)
def test_a_broken_manifest(folder: Path, manifest: bytes) -> None:
    (folder / "manifest.json").write_bytes(manifest)
    with pytest.raises(CorruptModelError):
        read_bundle(folder)


def npy(array: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


class Bomb:
    """Unpickling it leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.trace),))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not an array at all", id="rubbish"),
        pytest.param(npy(MATRIX)[:-1], id="a byte short"),
        pytest.param(npy(MATRIX)[:60], id="cut in the header"),
        pytest.param(npy(MATRIX)[:128], id="no values"),
        pytest.param(npy(MATRIX.astype(np.float64)), id="other type"),
        pytest.param(npy(MATRIX.astype(">f4")), id="other byte order"),
        pytest.param(npy(MATRIX.T.copy()), id="other shape"),
        pytest.param(npy(MATRIX.ravel()), id="other number of dimensions"),
        pytest.param(npy(np.float32(1)), id="a scalar"),
        pytest.param(header("{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 4), }\n"), id="negative shape"),
        pytest.param(header("__import__('os').getcwd()\n"), id="code as header"),
        pytest.param(
            header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({1 << 50}, 4), }}\n"),
            id="a shape larger than memory",
        ),
        pytest.param(b"PK\x03\x04" + bytes(40), id="a broken zip"),
    ],
)
def test_what_is_no_plain_array_of_the_right_shape(folder: Path, data: bytes) -> None:
    replace_file(folder, "matrix.npy", data)
    bundle = read_bundle(folder)
    with pytest.raises(CorruptModelError, match=r"matrix\.npy"):
        bundle.array("matrix.npy", "float32", 3, 4)


def test_an_npz_is_no_plain_array(folder: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, matrix=MATRIX)
    replace_file(folder, "matrix.npy", buffer.getvalue())
    with pytest.raises(CorruptModelError):
        read_bundle(folder).array("matrix.npy", "float32", 3, 4)


@pytest.mark.parametrize("wrap", [lambda bomb: npy(np.array([bomb], object), allow_pickle=True), pickle.dumps])
def test_nothing_is_ever_unpickled(folder: Path, tmp_path: Path, wrap: Callable[[Bomb], bytes]) -> None:
    trace = tmp_path / "unpickled"
    replace_file(folder, "matrix.npy", wrap(Bomb(trace)))
    bundle = read_bundle(folder)
    with pytest.raises(CorruptModelError):
        bundle.array("matrix.npy", "object", -1)
    assert not trace.exists()


def test_text_that_is_not_utf_8(folder: Path) -> None:
    replace_file(folder, "words.txt", "вода".encode("cp1251"))
    with pytest.raises(CorruptModelError, match="UTF-8"):
        read_bundle(folder).lines("words.txt")


@pytest.mark.parametrize(
    "make",
    [lambda path: path.write_bytes(b"mine"), lambda path: (path.mkdir(), (path / "thesis.txt").write_bytes(b"mine"))],
)
def test_what_is_not_a_model_is_not_overwritten(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "data"
    make(path)
    with pytest.raises(OutputError, match="not a model"):
        write_bundle(path, MANIFEST, FILES)
    assert (path if path.is_file() else path / "thesis.txt").read_bytes() == b"mine"
    assert [file.name for file in tmp_path.iterdir()] == ["data"]


def test_an_empty_folder_and_an_older_model_are_replaced_whole(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_bundle(tmp_path / "empty", MANIFEST, FILES)
    assert contents(tmp_path / "empty") == contents(folder)
    write_bundle(folder, {"name": "new"}, {"other.txt": b"new"})
    assert sorted(contents(folder)) == ["manifest.json", "other.txt"]
    assert dict(read_bundle(folder).files) == {"other.txt": b"new"}
    assert [file.name for file in folder.parent.iterdir()] == [folder.name]


def test_an_interrupted_write_leaves_the_old_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(folder)
    write = Path.write_bytes

    def interrupted(path: Path, data: bytes) -> int:
        if path.name == "second.txt":
            raise KeyboardInterrupt
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(folder, {}, {"first.txt": b"1", "second.txt": b"2"})
    assert contents(folder) == before
    assert [file.name for file in folder.parent.iterdir()] == [folder.name]


def test_a_full_disk_leaves_the_old_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(folder)

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        write_bundle(folder, {}, {"first.txt": b"1"})
    assert contents(folder) == before


@pytest.mark.parametrize("error", [OSError(13, "Permission denied"), KeyboardInterrupt()])
def test_a_failing_last_rename_leaves_the_old_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    before = contents(folder)
    rename = Path.replace

    def failing(source: Path, target: Path) -> Path:
        if source.name == "model" and source.parent != folder.parent:
            raise error
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_bundle(folder, {}, {"first.txt": b"1"})
    assert folder.exists()
    assert contents(folder) == before


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="model"):
        write_bundle(tmp_path / "file" / "model", MANIFEST, FILES)


# A whole model

Parts = tuple[Mapping[str, Any], Mapping[str, bytes]]
TINY_FILES = [
    "bias.npy",
    "by_level.npy",
    "by_mark.npy",
    "by_topic.npy",
    "energy.npy",
    "form_classes.npy",
    "form_keys.npy",
    "form_lemmas.npy",
    "lemmas.txt",
    "level_costs.npy",
    "levels_by_rule.npy",
    "norms.csv",
    "pairs.npy",
    "prefixes.txt",
    "scale.npy",
    "shifts.npy",
    "topic_bias.npy",
    "topic_layer.npy",
    "topic_steps.npy",
    "weights.npy",
]


def test_the_files_of_a_model(tiny_parts: Parts) -> None:
    assert sorted(tiny_parts[1]) == TINY_FILES


@pytest.mark.parametrize("name", TINY_FILES)
def test_a_model_without_one_of_its_files(tiny_parts: Parts, tmp_path: Path, name: str) -> None:
    manifest, files = tiny_parts
    write_bundle(tmp_path / "model", manifest, {one: data for one, data in files.items() if one != name})
    with pytest.raises(ModelError):
        Classifier(read_bundle(tmp_path / "model"))


@pytest.mark.parametrize("name", [name for name in TINY_FILES if name.endswith(".npy")])
def test_a_model_with_an_array_cut_short(tiny_parts: Parts, tmp_path: Path, name: str) -> None:
    manifest, files = tiny_parts
    shorter = np.load(io.BytesIO(files[name]))[:-1]
    write_bundle(tmp_path / "model", manifest, {**files, name: array_bytes(shorter)})
    with pytest.raises(CorruptModelError):
        Classifier(read_bundle(tmp_path / "model"))


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.pop("topics"),
        lambda manifest: manifest.pop("hidden"),
        lambda manifest: manifest.pop("temperature"),
        lambda manifest: manifest.update(hidden=manifest["hidden"] + 1),
        lambda manifest: manifest.update(hidden="many"),
        lambda manifest: manifest.update(temperature=None),
        lambda manifest: manifest.update(topics=manifest["topics"][:-1]),
        lambda manifest: manifest.update(topics=[{"code": "a.b"}]),
        lambda manifest: manifest.update(
            topics=[manifest["topics"][0], manifest["topics"][-1], *manifest["topics"][1:-1]]
        ),
    ],
)
def test_a_model_whose_manifest_does_not_fit(
    tiny_folder: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    bundle = read_bundle(tiny_folder)
    manifest = json.loads(
        json.dumps({name: value for name, value in bundle.manifest.items() if name not in ("format", "files")})
    )
    change(manifest)
    write_bundle(tmp_path / "model", manifest, bundle.files)
    with pytest.raises(CorruptModelError):
        Classifier(read_bundle(tmp_path / "model"))


def test_rules_are_known_by_their_names(tiny_parts: Parts, tmp_path: Path) -> None:
    """A model of another version may know other rules, in another order: theirs do not count for ours."""
    manifest, files = tiny_parts
    names = list(manifest["rules"])
    learned = np.arange(len(names) * 5, dtype=np.float32).reshape(-1, 5)
    renamed = ["gone.rule", *names[:0:-1]]
    write_bundle(
        tmp_path / "model", {**manifest, "rules": renamed}, {**files, "levels_by_rule.npy": array_bytes(learned)}
    )
    by_rule = Classifier(read_bundle(tmp_path / "model"))._heads.context.by_rule
    assert not by_rule[0].any()
    assert (by_rule[1:] == learned[:0:-1]).all()


def test_tables_that_point_outside_each_other(tiny_parts: Parts, tmp_path: Path) -> None:
    manifest, files = tiny_parts
    lemmas = np.load(io.BytesIO(files["form_lemmas.npy"]))
    pairs = np.load(io.BytesIO(files["pairs.npy"]))
    classes = np.load(io.BytesIO(files["form_classes.npy"]))
    broken = {
        "form_classes.npy": np.full_like(classes, 255),
        "form_lemmas.npy": np.full_like(lemmas, np.iinfo(lemmas.dtype).max),
        "pairs.npy": np.full_like(pairs, 1_000_000),
    }
    for name, array in broken.items():
        write_bundle(tmp_path / name, manifest, {**files, name: array_bytes(array)})
        with pytest.raises(CorruptModelError):
            Classifier(read_bundle(tmp_path / name))


def test_classes_of_words_by_other_rules_are_worked_out_anew(tiny_parts: Parts, tmp_path: Path) -> None:
    manifest, files = tiny_parts
    assert manifest["form_classes"] == CLASSES_VERSION
    wrong = {**files, "form_classes.npy": array_bytes(np.full_like(np.load(io.BytesIO(files["form_classes.npy"])), 1))}
    write_bundle(tmp_path / "model", {**manifest, "form_classes": CLASSES_VERSION + 1}, wrong)
    model = Classifier(read_bundle(tmp_path / "model"))
    assert model.classify_columns(["яма на ул. Мира, 5"])["nlp_places"] == ["ул. Мира, 5"]
