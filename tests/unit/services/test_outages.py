"""A service that fails for one document while it serves others is no outage."""

from pipeline_core.services.outages import Outages
from tests.support.jobs import document_id

SERVICE = "api.example"


def _failed(outages: Outages, *numbers: int, began: float = float("inf")) -> set[int]:
    ids = {document_id(number): number for number in numbers}
    return {ids[one] for one in outages.failed(SERVICE, ids, stage="facts", began=began)}


def test_one_failure_that_nothing_speaks_against_is_an_outage() -> None:
    assert _failed(Outages(), 1) == set()


def test_a_document_that_fails_while_others_are_answered_is_at_fault() -> None:
    outages = Outages()
    outages.answered(SERVICE)
    assert _failed(outages, 1, began=0.0) == {1}


def test_an_answer_before_the_stage_began_says_nothing() -> None:
    outages = Outages()
    outages.answered(SERVICE)
    assert _failed(outages, 1) == set()


def test_an_answer_of_another_service_says_nothing() -> None:
    outages = Outages()
    outages.answered("other.example")
    assert _failed(outages, 1, began=0.0) == set()


def test_two_documents_with_no_answer_between_them_are_an_outage() -> None:
    outages = Outages()
    outages.answered(SERVICE)
    assert _failed(outages, 1, 2, began=0.0) == set()


def test_a_document_that_was_at_fault_stays_so_in_an_outage_of_others() -> None:
    outages = Outages()
    outages.answered(SERVICE)
    assert _failed(outages, 1, began=0.0) == {1}
    assert _failed(outages, 1, 2, 3, began=0.0) == {1}


def test_what_a_document_met_in_a_stage_is_forgotten_when_it_has_passed_it() -> None:
    outages = Outages()
    outages.answered(SERVICE)
    assert _failed(outages, 1, began=0.0) == {1}
    outages.passed("facts", [document_id(1)])
    # it failed first in a stage that began after the answer
    assert _failed(outages, 1) == set()


def test_another_stage_that_is_passed_forgets_nothing() -> None:
    outages = Outages()
    outages.answered(SERVICE)
    assert _failed(outages, 1, began=0.0) == {1}
    outages.passed("embedder", [document_id(1)])
    assert _failed(outages, 1) == {1}


def test_an_answer_between_two_failures_ends_the_outage_that_the_first_began() -> None:
    outages = Outages()
    assert _failed(outages, 1) == set()
    outages.answered(SERVICE)
    assert _failed(outages, 2, began=0.0) == {2}
