"""Tables of cases of which each kind is tried once in every run of the tests, and every row in the long runs."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


def one_of_each(cases: Iterable[T], kind: Callable[[T], Hashable], name: Callable[[T], str]) -> list[Any]:
    """Parameters: the first case of each kind as it is, those that come to the same marked for the long runs."""
    met: set[Hashable] = set()
    parameters = []
    for case in cases:
        is_first = kind(case) not in met
        met.add(kind(case))
        parameters.append(pytest.param(case, id=name(case), marks=() if is_first else pytest.mark.chaos))
    return parameters
