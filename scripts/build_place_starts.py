"""Work out where a place can begin (`appealnlp.places.starts`) from the grammar, and write the table.

    python scripts/build_place_starts.py

To be run whenever the rules of `appealnlp.places.grammar` or the classes of words change; a test tells when it was forgotten.
Of every rule two symbols behind its first token are followed through its regular expression: what they can be is exact
as far as one gap and one token tell, and too much where something farther away would have to be known.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_
from typing import Any

import numpy as np

from appealnlp.places.grammar import PREFIXES, Rule, members, pattern, read_rules
from appealnlp.places.starts import TABLE

if sys.version_info >= (3, 11):
    from re import _constants as c
    from re import _parser as parser
else:
    import sre_constants as c
    import sre_parse as parser

GAPS = 18
"""Codes of gaps are below this."""
ALL = (1 << 256) - 1
"""All symbols, as bits; bit 0 stands for the end of the string."""
Ways = list[int]
"""For each gap behind the first token, the tokens that may follow it, as bits."""


def main() -> int:
    """Run the command line."""
    plane, planes, before = table()
    np.savez_compressed(TABLE, plane=plane, planes=planes, before=before)
    print(f"{TABLE.name}: {len(planes)} kinds of first tokens, {TABLE.stat().st_size:,} bytes")
    return 0


def table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The arrays ``plane``, ``planes`` and ``before`` of `appealnlp.places.starts`."""
    rules = [rule for some in read_rules().values() for rule in some]
    rules += [Rule((), (), first, f"{rest} <ANY>") for first, rest in PREFIXES.items()]
    conditions = {needs: number for number, needs in enumerate(dict.fromkeys(rule.needs for rule in rules))}
    full = np.zeros((256, GAPS, 256), np.uint16)
    for rule in rules:
        first = [*map(ord, members(rule.first))]
        ways = follow(chain(parser.parse(pattern(rule.rest), re.DOTALL)), 2, bits(first))
        full[first] |= unpacked(ways) * np.uint16(1 << conditions[rule.needs])
    before = np.zeros((256, GAPS), np.uint16)
    for needs, number in conditions.items():
        holds = re.compile(pattern("".join(f"(?<={need} .)" for need in needs)), re.DOTALL)
        for last, gap in np.ndindex(before.shape):
            read = (chr(last) if last else "") + chr(gap) + "?"
            if holds.match(read, len(read)):
                before[last, gap] |= np.uint16(1 << number)
    # The first plane is empty: that of tokens at which nothing begins.
    planes, plane = np.unique(full.reshape(256, -1), axis=0, return_inverse=True)
    return plane.ravel().astype(np.uint8), planes.reshape(-1, GAPS, 256), before


def bits(codes: Any) -> int:
    """A set of symbols as bits."""
    return sum(1 << code for code in codes)


def unpacked(ways: Ways) -> np.ndarray:
    """Ways as an array of truth values."""
    return np.array([[tokens >> code & 1 for code in range(256)] for tokens in ways], np.uint16)


def chain(items: Any, rest: Any = None) -> Any:
    """Items of a parsed regular expression as nested pairs, the last of which is ``rest``."""
    for item in reversed(list(items)):
        rest = (item, rest)
    return rest


def follow(node: Any, left: int, last: int | None) -> Ways:
    """What can follow so that an expression goes on.

    :param left: how many symbols are looked at: 2 before the gap, 1 behind it, when all gaps have the same tokens.
    :param last: what the symbol just read can be, if it is known.
    """
    if node is None or not left:
        return [ALL] * GAPS
    (operator, value), rest = node
    if is_symbol(operator):
        return _behind_symbol(symbols_of(operator, value), rest, left)
    if operator is c.SUBPATTERN:
        return follow(chain(value[3], rest), left, last)
    if operator is c.BRANCH:
        return either(follow(chain(branch, rest), left, last) for branch in value[1])
    if operator is c.MAX_REPEAT:
        least, most, body = value
        more = ((operator, (max(least - 1, 0), min(most - 1, 2), body)), rest) if most > 1 else rest
        once = follow(chain(body, more), left, last)
        return once if least else either([once, follow(rest, left, last)])
    if operator not in (c.ASSERT, c.ASSERT_NOT):
        raise ValueError(f"the grammar uses {operator}, which is not provided for")
    return _where_it_holds(operator is c.ASSERT, *value, follow(rest, left, last), left, last)


def _behind_symbol(symbols: int, rest: Any, left: int) -> Ways:
    if left == 1:
        return [symbols] * GAPS
    ways = follow(rest, 1, None)
    return [tokens if symbols >> gap & 1 else 0 for gap, tokens in enumerate(ways)]


def _where_it_holds(wanted: bool, direction: int, body: Any, ways: Ways, left: int, last: int | None) -> Ways:
    """The ways that a look ahead or back leaves, as far as it does not reach too far to be sure."""
    exact = len(body) <= left and all(is_symbol(operator) for operator, _ in body)
    if direction > 0 and wanted:
        return [tokens & held for tokens, held in zip(ways, follow(chain(body), left, last), strict=True)]
    if direction > 0 and exact:
        return [tokens & ~held for tokens, held in zip(ways, follow(chain(body), left, last), strict=True)]
    if direction < 0 and exact and len(body) == 1 and last is not None:
        symbols = symbols_of(*body[0])
        if not last & (symbols if wanted else ~symbols):
            return [0] * GAPS
    return ways


def is_symbol(operator: Any) -> bool:
    """Whether a part of an expression reads one symbol."""
    return operator in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN)


def symbols_of(operator: Any, value: Any) -> int:
    """What symbols a part of an expression reads."""
    if operator is c.IN:
        return _of_set(tuple(value))
    return ALL - 1 if operator is c.ANY else 1 << value if operator is c.LITERAL else ALL - 1 & ~(1 << value)


@lru_cache(maxsize=1024)
def _of_set(value: Any) -> int:
    found, negated = 0, False
    for operator, what in value:
        if operator is c.NEGATE:
            negated = True
        else:
            found |= bits(range(what[0], what[1] + 1)) if operator is c.RANGE else 1 << what
    return ALL - 1 & ~found if negated else found


def either(some: Iterable[Ways]) -> Ways:
    """What is in any of them."""
    return [reduce(or_, each) for each in zip(*some, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
