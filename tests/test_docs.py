"""What the documents say is true of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

import appealnlp
from appealnlp.classifier import COLUMNS, Classifier
from appealnlp.cli import make_app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    for name, command in get_command(make_app()).commands.items():  # type: ignore[attr-defined]
        assert command.help, name
        assert f"appealnlp {name}" in README, name


def test_every_column_stands_in_the_readme() -> None:
    assert [column for column in COLUMNS if f"`{column}`" not in README] == []


def test_the_snippet_uses_what_there_is() -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert all(hasattr(appealnlp, name) for name in re.findall(r"appealnlp\.(\w+)", snippet))
    methods = set(re.findall(r"model\.(\w+)", snippet))
    assert {"classify", "classify_many", "classify_columns", "classify_frame", "explain"} <= methods
    assert all(hasattr(Classifier, name) for name in methods)


@pytest.mark.parametrize("document", ["README.md", "README.ru.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
def test_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert [target for target in targets if "://" not in target and not (ROOT / target).exists()] == []


def test_make_targets_named_in_documents_exist() -> None:
    named = {
        name for text in (README, (ROOT / "CONTRIBUTING.md").read_text()) for name in re.findall(r"make (\w+) ", text)
    }
    assert named
    assert [name for name in named if not re.search(rf"^{name}:", MAKEFILE, re.MULTILINE)] == []


def test_every_public_name_is_there() -> None:
    assert all(getattr(appealnlp, name) is not None for name in appealnlp.__all__)
