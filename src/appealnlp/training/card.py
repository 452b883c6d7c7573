"""The model card: what a model was trained on, how it was measured, where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..bundle import read_bundle
from .evaluate import KindFigures, TopicFigures, UrgencyFigures
from .readers import Agreement

__all__ = ["Figures", "write_card"]


@dataclass(frozen=True)
class Figures:
    """What `scripts/build_default_model.py` measured on messages that training had not seen."""

    date: str
    per_source: Mapping[str, TopicFigures]
    never_seen: TopicFigures
    urgency: UrgencyFigures
    natural_urgency: UrgencyFigures
    kinds: KindFigures
    natural_kinds: KindFigures
    readers: Agreement

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "date": self.date,
            "per_source": {name: _rounded(figures.as_dict()) for name, figures in self.per_source.items()},
            "never_seen": _rounded(self.never_seen.as_dict()),
            "urgency": _rounded(self.urgency.as_dict()),
            "natural_urgency": _rounded(self.natural_urgency.as_dict()),
            "kinds": _rounded(self.kinds.as_dict()),
            "natural_kinds": _rounded(self.natural_kinds.as_dict()),
            "readers": _rounded(self.readers.as_dict()),
        }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value


def write_card(folder: Path) -> None:
    """Write ``README.md`` into a model folder from the figures in its manifest.

    The card is for people and not covered by the manifest's checksums.
    """
    manifest = read_bundle(folder).manifest
    figures, size = manifest["figures"], sum(entry["bytes"] for entry in manifest["files"].values())
    examples = manifest["examples"]
    total = ", ".join(f"{name} {count:,}" for name, count in examples.items())
    sources = {**figures["per_source"], "a region never seen": figures["never_seen"]}
    lines = [
        "# Model card: default",
        "",
        "Assigns a topic (with its group), an urgency, a kind and a vulnerable flag to messages that residents of Russian",
        "towns and regions write to their authorities. It helps people sort messages; it does not decide anything alone.",
        "",
        f"Trained on {manifest['date']} by `scripts/build_default_model.py`; {size / 1e6:.1f} MB, plain arrays and text.",
        "",
        "## Data",
        "",
        f"Distinct messages with a topic: {total}; titles and definitions of the topics as short texts; messages written for the",
        "project for topics that the corpora hardly have (`data/authored`);",
        f"{manifest['urgency_examples']:,} messages labelled for urgency, and the authored ones. `data/sources.toml` names the public",
        "origin of each corpus. No text of theirs is in the model. It keeps numbers, and as strings: lemmas, word prefixes and",
        "lemma pairs that occur in at least five messages, without what pymorphy3 takes for names and without numbers of five",
        "digits and more; common Russian words from a public list of words (navec); and the words that urgency rules ask for.",
        "",
        "Built with the dictionary of pymorphy3-dicts-ru (OpenCorpora, CC BY-SA 3.0; its word forms as hashes) and the word",
        "vectors navec (Natasha project, MIT; folded into the weights).",
        "",
        "## Method",
        "",
        "Lemmas, lemma pairs and word prefixes of three to six letters, weighted by IDF, with the word vector of each lemma; one",
        f"hidden layer of {manifest['hidden']} units, a softmax over the topics; sources evened out; rare topics weighted up.",
        "The network learns from the labels, then from what it says together with linear support vector machines.",
        "Probabilities are calibrated by a temperature that depends on how sure a message looks, and the review threshold is",
        "chosen, on scores that each message got from a model that had not seen it. The group is decided",
        "first, by the summed probability of its topics, then the topic inside it. Urgency is decided in two stages: a linear",
        "model gives chances of the levels from the same features and the topic; a second one weighs them with punctuation,",
        "length and the named rules that fired. The level is the one of least expected cost, where far misses and missed",
        "alarms cost more. Named rules may raise it and never lower it.",
        "",
        "## Figures",
        "",
        "Trained on four fifths of each source, measured on the last fifth; messages with the same letters and digits are on",
        "one side of the split, exact repetitions and empty fragments are left out. «A region never seen»: trained without any",
        f"message of Kursk, measured on all of Kursk. Measured on {figures['date']} by `scripts/build_default_model.py`.",
        "",
        "| messages of | n | group right | topic right | topic weighted F1 | topic macro F1 | ECE of topic | not for review | of these group right |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {one['messages']:,} | {one['group_accuracy']:.3f} | {one['topic_accuracy']:.3f} "
            f"| {one['topic_weighted_f1']:.3f} | {one['topic_macro_f1']:.3f} | {one['ece']:.3f} "
            f"| {one['sure']:.3f} | {one['sure_group']:.3f} |"
            for name, one in sources.items()
        ),
        "",
        "### By group",
        "",
        "Messages, share with the right group, share with the right topic.",
        "",
        f"| group | {' | '.join(sources)} |",
        f"|---|{'---|' * len(sources)}",
        *(
            f"| {group} | {' | '.join(_cell(one['by_group'].get(group)) for one in sources.values())} |"
            for group in sorted({group for one in sources.values() for group in one["by_group"]})
        ),
        "",
        "### Urgency",
        "",
        "Model and rules together, on a fifth of the urgency labels. An alarm is emergency or critical.",
        "",
        "| messages | n | level right | quadratic kappa | alarms found | alarms right | false alarms |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {one['messages']} | {one['accuracy']:.3f} | {one['quadratic_kappa']:.3f} | {one['recall']:.3f} "
            f"| {one['precision']:.3f} | {one['false_alarms']:.3f} |"
            for name, one in (
                ("all, hazards drawn on purpose", figures["urgency"]),
                ("natural mix", figures["natural_urgency"]),
            )
        ),
        "",
        "The rules were written with the labels of half of these messages in view; treat their figures as a little kind.",
        "",
        *_kinds(figures),
        *_readers(figures),
        "## Where it fails",
        "",
        *(f"- {line}" for line in _weak_spots(figures)),
        "- Labels are noisy: near-identical messages carry the same topic in three pairs of four (Perm).",
        "- Housing and landscaping are learned mostly from St Petersburg, health, social and education mostly from Perm.",
        "- Fire, flood and collapse are rare in the corpora; for them the named rules matter more than the model.",
        "- Very short replies without context, sarcasm, and several complaints in one message.",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")


def _kinds(figures: Mapping[str, Any]) -> list[str]:
    if "kinds" not in figures:  # measured by an older version
        return []
    named = (("all, hazards drawn on purpose", figures["kinds"]), ("natural mix", figures["natural_kinds"]))
    return [
        "Kind and the vulnerable flag on the same messages.",
        "",
        "| messages | n | kind right | vulnerable: found | right | F1 |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {one['messages']} | {one['kind_accuracy']:.3f} | {one['vulnerable_recall']:.3f} "
            f"| {one['vulnerable_precision']:.3f} | {one['vulnerable_f1']:.3f} |"
            for name, one in named
        ),
        "",
    ]


def _readers(figures: Mapping[str, Any]) -> list[str]:
    if "readers" not in figures:  # measured by an older version
        return []
    readers = figures["readers"]
    return [
        "### Where people disagree too",
        "",
        f"{readers['messages']} messages that the measured model had not seen, read by two readers who knew neither the recorded labels",
        "nor each other's (`data/readers`): shares with the same group and the same topic.",
        "",
        "| compared | group | topic |",
        "|---|---|---|",
        *(f"| {name} | {group:.3f} | {topic:.3f} |" for name, (group, topic) in readers["pairs"].items()),
        "",
    ]


def _cell(figures: Any) -> str:
    if figures is None:
        return "–"
    count, group, topic = figures
    return f"{count}: {group:.2f} / {topic:.2f}"


def _weak_spots(figures: Mapping[str, Any]) -> list[str]:
    """The groups with at least 30 held-out messages whose group is found least often."""
    found = [
        (values[1], name, group, values[0])
        for name, one in figures["per_source"].items()
        for group, values in one["by_group"].items()
        if values[0] >= 30
    ]
    return [
        f"`{group}` in {name}: group right in {share:.0%} of {count}."
        for share, name, group, count in sorted(found)[:6]
    ]
