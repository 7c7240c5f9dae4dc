"""One table of names for decisions: what each means, and what is refused."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.api.routes.review import BODIES, NOT_DECIDED
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import user_id_for
from pipeline_core.domain.review import Reviewer
from pipeline_core.review.decisions import FIELDS, Decision, DecisionFields, Request, Resolution, fields_of, request_of

ANN = user_id_for("ann")
ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("decision", sorted(set(Decision) - {Decision.WITHDRAW, Decision.REVERT}))  # of their own
def test_over_http_there_are_the_same_names(decision: Decision) -> None:
    assert BODIES[decision].model_fields.keys() - NOT_DECIDED == set(fields_of(decision))


def test_in_python_there_are_the_same_names() -> None:
    assert DecisionFields.__annotations__.keys() == FIELDS.keys()


@pytest.mark.parametrize(
    ("decision", "fields", "asked", "reviewed"),
    [
        (Decision.APPROVE, {}, {}, {}),
        (Decision.APPROVE, {"approved_matches": [ONE]}, {"approved": (ONE,)}, {}),
        (Decision.APPROVE, {"question_ids": [ONE]}, {"approved": (ONE,)}, {}),
        (Decision.APPROVE, {"approved_matches": []}, {"approved": ()}, {}),
        (Decision.APPROVE, {"approved_matches": None, "reason": ""}, {}, {}),
        (Decision.APPROVE, {"fact_ids": [ONE]}, {"question_ids": (ONE,)}, {}),
        (Decision.APPROVE, {"duplicates": Resolution.KEEP_BOTH}, {"duplicates": Resolution.KEEP_BOTH}, {}),
        (Decision.REJECT, {"question_ids": [ONE, TWO]}, {"question_ids": (ONE, TWO)}, {}),
        (Decision.REJECT, {"fact_ids": [ONE]}, {"question_ids": (ONE,)}, {}),
        (Decision.OVERRIDE, {"override_reason": "read it"}, {}, {"reason": "read it"}),
        (Decision.OVERRIDE, {"override_reason": "read it", "reason": "read it"}, {}, {"reason": "read it"}),
        (Decision.RETURN, {"user_id": "Ann"}, {}, {"name": "Ann"}),
    ],
)
def test_what_names_mean(
    decision: Decision, fields: Mapping[str, Any], asked: Mapping[str, Any], reviewed: Mapping[str, str]
) -> None:
    assert request_of(decision, Reviewer(ANN), fields) == Request(decision, Reviewer(ANN, **reviewed), **asked)


@pytest.mark.parametrize(
    ("decision", "fields", "says"),
    [
        (Decision.REJECT, {"question_id": [ONE]}, "Did you mean `question_ids`"),
        (Decision.APPROVE, {"approved_matchs": [ONE]}, "Did you mean `approved_matches`"),
        (Decision.REJECT, {"approved_matches": [ONE]}, "It belongs to approve."),
        (Decision.APPROVE, {"override_reason": "read it"}, "It belongs to override."),
        (Decision.APPROVE, {"approved_matches": [ONE], "question_ids": [TWO]}, "their values differ"),
        (Decision.APPROVE, {"approved_matches": [ONE], "fact_ids": [TWO]}, "Give one of them."),
        (Decision.REJECT, {"question_ids": []}, "to reject the document"),
    ],
)
def test_what_is_refused(decision: Decision, fields: Mapping[str, Any], says: str) -> None:
    with pytest.raises(RefusedError) as refused:
        request_of(decision, Reviewer(ANN), fields)
    assert says in str(refused.value)
