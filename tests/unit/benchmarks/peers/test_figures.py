"""What is made of measured figures."""

import pytest

from benchmarks.peers import figures
from benchmarks.peers.figures import ComparisonError, Measured


def run(seconds: float) -> Measured:
    return Measured(ready_s=1.0, seconds=seconds, cpu_s=1.0, peak_mb=100.0)


def test_best_and_median() -> None:
    runs = [run(3.0), run(1.0), run(1.5)]
    assert figures.best(runs).seconds == 1.0
    assert figures.middle(runs) == 1.5


def test_numbers_of_chunks_within_a_tenth_are_compared() -> None:
    figures.comparable({"a": 100, "b": 91, "c": 95})
    figures.comparable({})


def test_numbers_of_chunks_farther_apart_are_refused_with_their_names() -> None:
    with pytest.raises(ComparisonError, match=r"more than 10 % apart.*a 1,000, b 880"):
        figures.comparable({"a": 1000, "b": 880})


@pytest.mark.parametrize(("ours", "other", "shown"), [(2.0, 3.0, "1.50×"), (4.0, 2.0, "0.50×"), (None, 2.0, "–")])
def test_speed_as_a_multiple_of_the_other(ours: float | None, other: float | None, shown: str) -> None:
    assert figures.against(ours, other) == shown


def test_the_fastest_is_one_of_those_that_came_to_an_end() -> None:
    assert figures.fastest({"ours": 1.0, "b": 3.0, "c": 2.0}, ["b", "c", "d"]) == ("c", 2.0)
    assert figures.fastest({"ours": 1.0}, ["b"]) is None


@pytest.mark.parametrize(("taken", "shown"), [(12.34, "12.3"), (1.234, "1.23"), (0.0123, "0.012")])
def test_seconds_have_three_figures(taken: float, shown: str) -> None:
    assert figures.seconds(taken) == shown
