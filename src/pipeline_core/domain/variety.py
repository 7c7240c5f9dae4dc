"""Drops repetitive questions of a document that were made from patterns: pure.

A question asked twice is ambiguous, as a different fact answers it each time. And where many questions begin with the
same words, they read like a form and not like what a person asks.
"""

import re
from collections import Counter
from collections.abc import Sequence

MOST = 0.2
"""Share of a document's questions that may begin with the same three words."""
_FEW = 5
"""Of fewer questions nothing can be said."""
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


def questions_to_drop(questions: Sequence[str]) -> set[int]:
    """The places of the questions that are asked more than once or are too much alike; the first of these stay."""
    often = Counter(question.casefold() for question in questions)
    dropped = {at for at, question in enumerate(questions) if often[question.casefold()] > 1}
    places: dict[tuple[str, ...], list[int]] = {}
    for at, question in enumerate(questions):
        if at not in dropped:
            places.setdefault(tuple(_TOKEN.findall(question.casefold())[:3]), []).append(at)
    count = len(questions) - len(dropped)
    while count >= _FEW:
        longest = max(places.values(), key=len)
        if len(longest) <= MOST * count:
            break
        dropped.add(longest.pop())
        count -= 1
    return dropped
