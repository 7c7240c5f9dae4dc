"""The sample for strict judgement: who is drawn, and what verdicts come to."""

from collections import Counter
from typing import Any

import pytest

from benchmarks.quality.sample import FACTS, OF_A_DOCUMENT, SAMPLE, draw, read, shares, told, with_verdicts


def exported(name: str, count: int, question: str | None = None) -> dict[str, Any]:
    facts = [
        {
            "statement": f"{name} {at}",
            "question": question,
            "answer": question and "x",
            "quote": f"q{at}",
            "page": at,
            "confidence": 0.9,
        }
        for at in range(count)
    ]
    return {"filename": name, "facts": facts}


def test_the_same_facts_are_drawn_whatever_their_order_and_no_confidence_is_shown() -> None:
    exports = [exported(f"{at}.pdf", at) for at in range(30)]
    drawn = draw(exports)
    turned = [{**one, "facts": one["facts"][::-1]} for one in reversed(exports)]
    assert draw(turned) == drawn
    assert len(drawn) == FACTS
    assert max(Counter(row["document"] for row in drawn).values()) <= OF_A_DOCUMENT
    assert not [row for row in drawn if "confidence" in row]


def test_a_verdict_is_kept_for_the_very_same_fact() -> None:
    rows = draw([exported("a.pdf", 3)])
    judged = [{**rows[0], "holds": True}, {**rows[1], "statement": "other words", "holds": False, "why": "cut"}]
    assert [row["holds"] for row in with_verdicts(rows, judged)] == [True, None, None]


def test_shares_are_of_what_was_judged_and_asked() -> None:
    rows = draw([exported("a.pdf", 3, "What?"), exported("b.pdf", 2)])
    rows[0] |= {"holds": True, "natural": True}
    rows[1] |= {"holds": False, "natural": False, "why": "cut"}
    rows[3] |= {"holds": True}
    found = shares(rows)
    assert (found.facts, found.judged, found.asked) == (5, 3, 2)
    assert (found.holds, found.natural) == (pytest.approx(2 / 3), 0.5)
    assert "67% of the statements hold" in told(rows)


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ({"holds": False}, "needs a reason"),
        ({"holds": True}, "judged with its statement"),
        ({"natural": True}, "judged with its statement"),
    ],
)
def test_a_verdict_that_is_not_whole_is_refused(verdict: dict[str, object], says: str) -> None:
    row = {**draw([exported("a.pdf", 1, "What?")])[0], **verdict}
    if verdict == {"holds": False}:
        row["natural"] = False
    with pytest.raises(ValueError, match=says):
        shares([row])


def test_the_sample_beside_the_figures_is_whole() -> None:
    rows = read(SAMPLE)
    assert max(Counter(row["document"] for row in rows).values()) <= OF_A_DOCUMENT
    assert shares(rows).facts == FACTS
