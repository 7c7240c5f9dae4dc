"""Who let a fact in: the last person who decided about it, else about its document, else the rule with its numbers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.provenance import DecidedBy, Provenance, Standing, verdict_of
from pipeline_core.domain.review import PastDecision
from pipeline_core.domain.rows.provenance import FactOrigin, RunOrigin, Withdrawal
from tests.support.rows import row_of

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PUBLISHED: Mapping[str, Any] = {
    "published_at": NOW, "status": QuestionStatus.IMPORTED, "confidence": 0.93, "publish_from": 0.7,
    "left_out_reason": None,
}  # fmt: skip
UNASKED = "No person was asked: confidence 0.93 ≥ 0.70, 0 critical findings, 0 undecided."
LOW = {"status": QuestionStatus.LEFT_OUT, "confidence": 0.42, "left_out_reason": LeftOut.LOW_CONFIDENCE}
STAGED: Mapping[str, Any] = {**PUBLISHED, "published_at": None}
RUN = row_of(RunOrigin, critical=0, undecided=0, override_reason=None)


def decided(code: str, by: str = "Ann", reason: str = "") -> PastDecision:
    return PastDecision(NOW, code, {"by": by, "reason": reason})


@pytest.mark.parametrize(
    ("origin", "decisions", "who", "says"),
    [
        (PUBLISHED, [], DecidedBy.RULE, UNASKED),
        ({**PUBLISHED, "confidence": None}, [], DecidedBy.RULE,
         "No person was asked: 0 critical findings, 0 undecided."),
        (PUBLISHED, [decided("matches_approved", reason="all well")], DecidedBy.PERSON,
         "Approved with its document by Ann: “all well”."),
        (PUBLISHED, [decided("fact_approved", "Bob"), decided("matches_approved")], DecidedBy.PERSON,
         "Approved by Bob."),
        (PUBLISHED, [decided("fact_rejected", "Bob"), decided("fact_undone", "Bob"), decided("matches_approved")],
         DecidedBy.PERSON, "Approved with its document by Ann."),
        (PUBLISHED, [decided("fact_edited")], DecidedBy.PERSON, "Put into other words by Ann."),
        (PUBLISHED, [decided("fact_added")], DecidedBy.PERSON, "Added by Ann, who found it in the text."),
        # a pair is no approval
        (PUBLISHED, [decided("pair_resolved")], DecidedBy.RULE, UNASKED),
        ({**STAGED, "status": QuestionStatus.PENDING}, [], DecidedBy.NOBODY, "Nobody has decided about it yet."),
        ({**STAGED, "status": QuestionStatus.DUPLICATE}, [decided("pair_resolved")], DecidedBy.PERSON,
         "Decided with its pair by Ann."),
        ({**STAGED, "status": QuestionStatus.DUPLICATE}, [], DecidedBy.RULE,
         "Left out by a rule: another fact says the same."),
        ({**STAGED, **LOW}, [], DecidedBy.RULE, "Left out by a rule: low confidence, 0.42 < 0.70."),
    ],
)  # fmt: skip
def test_the_verdict_names_who_decided(
    origin: Mapping[str, Any], decisions: list[PastDecision], who: DecidedBy, says: str
) -> None:
    verdict = verdict_of(row_of(FactOrigin, **origin), RUN, decisions)
    assert (verdict.decided_by, verdict.says) == (who, says)
    assert (verdict.by is None) == (who is not DecidedBy.PERSON)


def test_an_override_is_told() -> None:
    run = row_of(RunOrigin, critical=2, undecided=0, override_reason="It is of next year.")
    said = verdict_of(row_of(FactOrigin, **PUBLISHED), run, []).says
    assert said.endswith(
        "2 critical findings, 0 undecided. The findings of its document were overridden: “It is of next year.”."
    )


@pytest.mark.parametrize(
    ("published_at", "gone", "standing"),
    [
        (NOW, None, Standing.PUBLISHED),
        (None, None, Standing.STAGED),
        (None, "replaced_by_question", Standing.WITHDRAWN),
    ],
)
def test_a_fact_stands_somewhere(published_at: datetime | None, gone: str | None, standing: Standing) -> None:
    origin = row_of(FactOrigin, **{**PUBLISHED, "published_at": published_at})
    withdrawal = Withdrawal(NOW, gone, "Ann", None) if gone else None
    traced = Provenance(origin, (), verdict_of(origin, RUN, []), withdrawal, None, RUN, ())
    assert traced.standing is standing
    assert bool(traced.withdrawn_because) == (gone is not None)
