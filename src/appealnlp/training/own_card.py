"""The card of a model with own labels: what it was trained on, how often it is right, what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["card", "info_lines", "summary_lines"]

_LISTED = 30


def card(manifest: Mapping[str, Any]) -> str:
    """The card as Markdown, from the manifest alone."""
    groups = list(dict.fromkeys(topic["group"] for topic in manifest["topics"] if topic["group"]))
    lines = [
        f"# Model: {manifest['name']}",
        "",
        f"Trained on {manifest['date']} with appealnlp {manifest['version']} on {manifest['examples']:,} different messages: "
        f"{len(manifest['topics'])} topics{f' in {len(groups)} groups' if groups else ''}. "
        + (f"It improves the model {manifest['base']}. " if manifest["base"] else "")
        + _beside(manifest)
        + "Urgency, kind and the mark of vulnerable people come from the default model of that version, with its rules.",
        "",
        "## How often it is right",
        "",
        f"{str(manifest['figures']['method']).capitalize()}.",
        "",
        *(f"- {line}" for line in summary_lines(manifest["figures"])),
        "",
        "`figures.json` has the figures of every topic, the most frequent confusions and the curves.",
        "",
        "## What it does not know",
        "",
        *_left_out(manifest),
        *_several(manifest["several_groups"]),
        *([f"- {manifest['surplus']:,} messages of the largest topics were not used."] if manifest["surplus"] else []),
        "",
        "It keeps numbers, and as strings: lemmas, word prefixes and lemma pairs that occur in at least five messages,",
        "without what pymorphy3 takes for names and without numbers of five digits and more; and the labels."
        + (
            " Of the columns beside the text it keeps hashes, against which a guess can be checked."
            if manifest.get("context_columns")
            else ""
        ),
        "",
    ]
    return "\n".join(lines)


def _beside(manifest: Mapping[str, Any]) -> str:
    """What a model looks at beside the text, in a sentence."""
    columns = manifest.get("context_columns")
    if not columns:
        return ""
    named = f"column{'s' if len(columns) > 1 else ''} {', '.join(map(repr, columns))}"
    return f"Beside the text it was given the {named}; where there is no value that it knows the text alone decides. "


def summary_lines(figures: Mapping[str, Any]) -> list[str]:
    """The main figures, a line each."""
    lines = []
    for name in ("topic", "group"):
        one = figures.get(name)
        if one:
            lines.append(
                f"{name}: {_percent(one['accuracy'])} right of {one['messages']:,} messages, weighted F1 "
                f"{one['weighted_f1']:.3f}, macro F1 {one['macro_f1']:.3f}, calibration error (ECE) {one['ece']:.3f}"
            )
            if one["unknown"]:
                lines.append(
                    f"{name}: {one['unknown']:,} messages have a label that the model does not know; they count as wrong"
                )
    routing = figures.get("routing")
    if routing:
        asked = f"{routing['level']} right in {_percent(routing['asked'])} asked"
        held = "held" if routing["held"] else "NOT held"
        lines.append(
            f"without review: {_percent(routing['share'])} of the messages, right in {_percent(routing['accuracy'])} "
            f"of them ({asked}: {held} on rows not used to choose the threshold)"
            if routing["share"]
            else f"without review: no message ({asked}: no threshold reaches it)"
        )
    urgency = figures.get("urgency")
    if urgency:
        lines.append(
            f"urgency: level right in {_percent(urgency['accuracy'])} of {urgency['messages']:,}, alarms found "
            f"{_percent(urgency['recall'])}, alarms right {_percent(urgency['precision'])}, false alarms "
            f"{_percent(urgency['false_alarms'])} of all"
        )
    lines += figures.get("notes", [])
    return lines


def info_lines(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """A model's card for a terminal."""
    topics = manifest["topics"]
    groups = {topic["group"] for topic in topics if topic["group"]}
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    lines = [
        f"model    {manifest.get('name', folder.name)} ({folder})",
        f"trained  {manifest.get('date', 'unknown')}, appealnlp {manifest.get('version', 'unknown')}",
        f"format   {manifest['format']}, {size / 1e6:.1f} MB",
        f"topics   {len(topics)} in {len(groups)} groups" if groups else f"topics   {len(topics)}",
    ]
    if manifest.get("context_columns"):
        lines.append(f"columns  {', '.join(manifest['context_columns'])}")
    examples = manifest.get("examples")
    if isinstance(examples, dict):
        lines.append(f"learned  {', '.join(f'{name} {count:,}' for name, count in examples.items())}")
    elif examples is not None:
        lines.append(f"learned  {examples:,} different messages")
    lines.append(f"review   below {manifest['review_below']:.3f}")
    figures = manifest.get("figures") or {}
    if "per_source" in figures:  # the default model is measured on each of its sources
        lines += [
            f"{name}: group right {one['group_accuracy']:.1%}, topic right {one['topic_accuracy']:.1%} of "
            f"{one['messages']:,}; not for review {one['sure']:.1%}"
            for name, one in figures["per_source"].items()
        ]
    elif figures:
        lines += ["", str(figures["method"]), *(f"  {line}" for line in summary_lines(figures))]
    if manifest.get("left_out") or manifest.get("several_groups"):
        lines += ["", *_left_out(manifest), *_several(manifest["several_groups"])]
    return lines


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


def _left_out(manifest: Mapping[str, Any]) -> list[str]:
    topics: Mapping[str, int] = manifest["left_out"]
    if not topics:
        return ["- Every topic of the export was learned."]
    named = ", ".join(f"{topic} ({count})" for topic, count in list(topics.items())[:_LISTED])
    more = f" and {len(topics) - _LISTED} more (manifest.json lists them)" if len(topics) > _LISTED else ""
    what = (
        "Labels that are no topic of the base" if manifest["base"] else "Topics with fewer than five different messages"
    )
    return [f"- {what}, left out: {named}{more}."]


def _several(topics: Mapping[str, Mapping[str, int]]) -> list[str]:
    return [
        f"- «{topic}» stands in several groups ({', '.join(f'{group}: {count}' for group, count in groups.items())}); "
        "it belongs to the one with the most."
        for topic, groups in list(topics.items())[:_LISTED]
    ]
