"""Which labels of an export become topics of a model, and which rows it learns from."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..taxonomy import Taxonomy, Topic
from .examples import Examples
from .names import LabelNames
from .split import distinct

__all__ = ["LEAST_MESSAGES", "MOST_TOPICS", "Choice", "choose", "choose_known"]

LEAST_MESSAGES = 5
"""A topic with fewer different messages is not learned."""
LEAST_KNOWN = 20
"""Fewer messages do not improve a model that is there."""
MOST_TOPICS = 2_000
MOST_MESSAGES = 200_000
MOST_CELLS = 100_000_000
"""Messages times topics that are held in memory as four bytes each."""
MOSTLY_DISTINCT = 0.5
ENOUGH_TO_SEE = 50


@dataclass(frozen=True)
class Choice:
    """What is learned.

    :param taxonomy: topics by group; a label is its own code and title.
    :param positions: the examples to learn from: different messages of these topics.
    :param left_out: topic -> its number of different messages, too few to learn; ``left_out_positions``: these examples.
    :param several_groups: topic -> group -> number of messages, for topics that stand in several groups; the group with
        the most has it.
    :param wordless: how many labelled rows have neither letters nor digits.
    :param repeated: how many rows repeat an earlier row, label and all but spaces and punctuation.
    :param surplus: how many different messages of the largest topics are not used, because there are more than fit.
    """

    taxonomy: Taxonomy
    positions: npt.NDArray[np.int64]
    left_out: dict[str, int]
    left_out_positions: npt.NDArray[np.int64]
    several_groups: dict[str, dict[str, int]]
    wordless: int
    repeated: int
    surplus: int


def choose(examples: Examples) -> Choice:
    """Choose topics and messages.

    :raises InputError: there is nothing to learn, and why.
    """
    has_words = np.array(examples.keys, object) != ""
    labelled = np.flatnonzero((np.array(examples.topics, object) != "") & has_words)
    if not len(labelled):
        raise InputError(
            f"none of the {examples.read:,} rows has both a text and a topic "
            f"({examples.without_text + int((~has_words).sum()):,} without text); is this the right column?"
        )
    keys = [examples.keys[at] for at in labelled.tolist()]
    labels = [examples.topics[at] for at in labelled.tolist()]
    first = labelled[distinct(keys, labels)]
    counts = Counter(examples.topics[at] for at in first.tolist())
    if len(counts) == 1:
        raise InputError(f"all {len(labelled):,} labelled rows have the same topic; at least two are needed")
    if len(counts) > max(ENOUGH_TO_SEE, MOSTLY_DISTINCT * len(first)):
        raise InputError(
            f"{len(counts):,} different topics in {len(first):,} different messages: this looks like a number or a remark, "
            "not a topic. Name the column with --topic-column"
        )
    learned = {topic for topic, count in counts.items() if count >= LEAST_MESSAGES}
    if len(learned) < 2:
        raise InputError(
            f"{len(first):,} different labelled messages, and {len(learned)} topic(s) with at least {LEAST_MESSAGES} of "
            "them; at least two such topics are needed"
        )
    if len(learned) > MOST_TOPICS:
        raise InputError(
            f"{len(learned):,} different topics; at most {MOST_TOPICS:,} can be learned. Is this the right column? "
            "A coarser one, or one with the group, makes a better model"
        )
    usable = [at for at in first.tolist() if examples.topics[at] in learned]
    positions = _fitting(examples, usable, min(MOST_MESSAGES, MOST_CELLS // len(learned)))
    groups = _groups(examples, labelled.tolist(), learned)
    if len({group for group, _ in groups.values()}) == 1:  # one group says nothing: a model of one level
        groups = {topic: ("", named) for topic, (_, named) in groups.items()}
    topics = sorted(learned, key=lambda topic: (groups[topic][0], topic))
    return Choice(
        Taxonomy(tuple(Topic(topic, topic, groups[topic][0], groups[topic][0], "", "routine") for topic in topics)),
        np.array(positions, np.int64),
        dict(sorted((topic, count) for topic, count in counts.items() if topic not in learned)),
        np.array([at for at in first.tolist() if examples.topics[at] not in learned], np.int64),
        {topic: dict(groups[topic][1]) for topic in topics if len(groups[topic][1]) > 1},
        int((~has_words).sum()),
        len(labelled) - len(first),
        len(usable) - len(positions),
    )


def choose_known(examples: Examples, taxonomy: Taxonomy) -> tuple[Choice, npt.NDArray[np.int64]]:
    """Choose messages whose recorded topic a model has, by code or title, and the number of the topic of each.

    :raises InputError: there are too few.
    """
    names, numbers = LabelNames(taxonomy), {code: number for number, code in enumerate(taxonomy.codes)}
    codes = [
        names.topic(topic, group) if topic else None
        for topic, group in zip(examples.topics, examples.groups, strict=True)
    ]
    labelled = [at for at, code in enumerate(codes) if code is not None and examples.keys[at]]
    first = [
        labelled[at] for at in distinct([examples.keys[at] for at in labelled], [codes[at] or "" for at in labelled])
    ]
    unknown = Counter(topic for topic, code in zip(examples.topics, codes, strict=True) if topic and code is None)
    if len(first) < LEAST_KNOWN:
        raise InputError(
            f"{len(first):,} different messages of {examples.read:,} rows have a topic of the base model; at least "
            f"{LEAST_KNOWN} are needed. Topics are named by code or title: appealnlp topics lists them"
        )
    positions = np.array(first[:MOST_MESSAGES], np.int64)
    choice = Choice(
        taxonomy, positions, dict(sorted(unknown.items())), np.zeros(0, np.int64), {}, examples.keys.count(""),
        len(labelled) - len(first),
        len(first) - len(positions),
    )  # fmt: skip
    return choice, np.array([numbers[codes[at] or ""] for at in positions.tolist()], np.int64)


def _groups(examples: Examples, positions: list[int], topics: set[str]) -> dict[str, tuple[str, Counter[str]]]:
    """For each topic the group that most of its rows name, and how many rows name which."""
    named: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for at in positions:
        if examples.groups[at]:
            named[examples.topics[at]][examples.groups[at]] += 1
    return {
        topic: (min(named[topic], key=lambda group: (-named[topic][group], group), default=""), named[topic])
        for topic in topics
    }


def _fitting(examples: Examples, positions: list[int], most: int) -> list[int]:
    """At most so many messages: the largest topics are cut to one size, by a hash of the message, not by its place."""
    if len(positions) <= most:
        return positions
    by_topic: defaultdict[str, list[int]] = defaultdict(list)
    for at in positions:
        by_topic[examples.topics[at]].append(at)
    left, topics = most, sorted(by_topic.values(), key=len)
    kept: list[int] = []
    for number, members in enumerate(topics):
        share = left // (len(topics) - number)
        if len(members) > share:
            members = sorted(members, key=lambda at: hashlib.sha256(examples.keys[at].encode()).digest())[:share]
        kept += members
        left -= len(members)
    return sorted(kept)
