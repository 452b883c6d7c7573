"""How often the urgency rules are right, on messages that people have labelled.

    python scripts/measure_rules.py --urgency FILE

FILE is a CSV table with the columns ``text``, ``urgency`` and, if known, ``drawn`` (``random`` marks the natural mix).
Printed per rule: hits and how many of them are at least as urgent as the rule says (an emergency rule is right on a
critical message too); then the rules alone as an alarm for ``emergency`` and ``critical``.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

from appealnlp.text import preprocess
from appealnlp.urgency.find import find
from appealnlp.urgency.hazards import RULES
from appealnlp.urgency.scale import at_least, rank


def is_right(rule_level: str, true_level: str) -> bool:
    """Whether a rule of this level is right on a message of that level."""
    return rank(true_level) >= min(rank(rule_level), rank("critical"))


def share(part: int, whole: int) -> str:
    """A share with its counts, «-» of nothing."""
    return f"{part / whole:.3f} ({part} of {whole})" if whole else "-"


def main() -> None:
    """Read the labelled file and print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--urgency", type=Path, required=True, metavar="FILE", help="labelled messages, CSV")
    arguments = parser.parse_args()
    with arguments.urgency.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    hits: Counter[str] = Counter()
    right: Counter[str] = Counter()
    outcomes: Counter[tuple[bool, bool, bool]] = Counter()
    for row in rows:
        reasons = find(preprocess(row["text"]))
        for reason in reasons:
            hits[reason.rule] += 1
            right[reason.rule] += is_right(reason.level, row["urgency"])
        alarm = bool(reasons) and at_least(reasons[0].level, "critical")
        outcomes[alarm, at_least(row["urgency"], "critical"), row.get("drawn") == "random"] += 1

    for rule in RULES:
        print(f"{rule.level:9} {rule.name:24} {share(right[rule.name], hits[rule.name])}")
    for title, mixes in (("all rows", (True, False)), ("natural mix", (True,))):
        hit = sum(outcomes[True, True, mix] for mix in mixes)
        false = sum(outcomes[True, False, mix] for mix in mixes)
        missed = sum(outcomes[False, True, mix] for mix in mixes)
        quiet = sum(outcomes[False, False, mix] for mix in mixes)
        print(f"\n{title}: emergency and critical by the rules alone")
        print(f"  recall       {share(hit, hit + missed)}")
        print(f"  precision    {share(hit, hit + false)}")
        print(f"  false alarms {share(false, hit + false + missed + quiet)} of the messages")


if __name__ == "__main__":
    main()
