"""Persons by a neural network: slovnet's NER, trained on news, with navec's word vectors.

The weights of both come inside the natasha wheel; natasha itself is never imported, because it needs pymorphy2.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

__all__ = ["find_persons", "load_network"]

_logger = logging.getLogger(__name__)
_BATCH = 16
_PIECE = re.compile(r"\S(?:.{0,1998}\S)?(?!\S)|\S{1,2000}", re.DOTALL)


def load_network(*, tell: bool = True) -> Any:
    """Load the network, once.

    :param tell: say (once, as a warning of this module's logger) that a package is missing.
    :return: the network, or ``None`` if a package is missing.
    """
    network = _network()
    if network is None and tell:
        _tell()
    return network


@lru_cache(maxsize=1)
def _tell() -> None:
    _logger.warning('names are found by rules alone; for the network as well: pip install "appealnlp[mask]"')


@lru_cache(maxsize=1)
def _network() -> Any:
    home = find_spec("natasha")
    try:
        from navec import Navec
        from slovnet import NER
    except ImportError:
        home = None
    if home is None or home.origin is None:
        return None
    data = Path(home.origin).parent / "data"
    network = NER.load(str(data / "model" / "slovnet_ner_news_v1.tar"), batch_size=_BATCH)
    network.navec(Navec.load(str(data / "emb" / "navec_news_v1_1B_250K_300d_100q.tar")))
    return network


def find_persons(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Spans of what the network takes for persons; none if its packages are not installed.

    :param texts: messages without markup.
    :return: ``(start, end)`` of each person, for every message.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in texts]
    network = load_network(tell=parent_process() is None)
    if network is None:
        return found
    pieces = [(number, at, piece) for number, text in enumerate(texts) for at, piece in _pieces(text)]
    pieces.sort(key=lambda entry: len(entry[2]))  # messages of one length fill a batch without padding
    for (number, at, _), markup in zip(pieces, network.map([piece for _, _, piece in pieces]), strict=True):
        found[number] += [(at + span.start, at + span.stop) for span in markup.spans if span.type == "PER"]
    return [sorted(spans) for spans in found]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Pieces that the network can take at once, cut between words; those without a capital letter hold no name."""
    for match in _PIECE.finditer(text):
        if not match.group().islower():
            yield match.start(), match.group()
