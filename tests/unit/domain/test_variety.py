"""No pattern of questions all over a document, and none that two facts answer."""

from collections import Counter

import pytest

from pipeline_core.domain.variety import questions_to_drop


def kept(questions: list[str]) -> list[str]:
    dropped = questions_to_drop(questions)
    return [question for at, question in enumerate(questions) if at not in dropped]


def test_few_questions_stay() -> None:
    questions = [f"What is a {name}?" for name in ("pier", "crane", "buoy", "mole")]
    assert kept(questions) == questions


def test_what_is_asked_twice_is_not_asked() -> None:
    assert kept(["What is the fee?", "How soon must it be paid?", "what is the fee?"]) == ["How soon must it be paid?"]


@pytest.mark.parametrize("others", [0, 3, 20])
def test_no_three_words_begin_more_than_a_fifth(others: int) -> None:
    questions = [f"What is the weight of ship {n}?" for n in range(30)] + [f"How{n} old is it?" for n in range(others)]
    left = kept(questions)
    openings = Counter(tuple(question.rstrip("?").split()[:3]) for question in left)
    assert len(left) < 5 or max(openings.values()) <= 0.2 * len(left)
    assert left[0] == questions[0]
    # no more goes than must
    assert len(left) >= min(4, len(questions)) + (others if others > 16 else 0)


def test_varied_questions_stay() -> None:
    questions = ["What is a pier?", "Who owns it?", "How soon must it close?", "How long is it?", "When was it built?"]
    assert kept(questions) == questions
