from __future__ import annotations

import io
import sys

import pytest

from appealnlp.cli.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_a_bar_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, shown: bool) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar(10) as advance:
        advance(4)
        advance(6)
    assert bool(stream.getvalue()) == shown
    if shown:
        assert "10/10" in stream.getvalue()
