"""Every error says what happened and what to do, and survives the way from one process to another."""

import io
import pickle
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pipeline_core.domain import errors
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import (
    Changed,
    ConfigurationError,
    ConflictError,
    CorruptDocumentError,
    FileTooLargeError,
    ParkedError,
    PermanentError,
    PipelineError,
    RefusedError,
    TransientError,
)
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.lifecycle import REVIEW_STAGES
from pipeline_core.review.decisions import Resolution

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PipelineError)]
POLICIES = (ParkedError, TransientError, PermanentError, ConflictError, RefusedError, ConfigurationError)
SENTENCE = re.compile(r"[A-Z`].*[.!]", re.DOTALL)


@pytest.mark.parametrize("kind", KINDS)
def test_the_docstring_is_the_message(kind: type[PipelineError]) -> None:
    assert kind.__doc__ is not None
    assert SENTENCE.fullmatch(kind.__doc__)
    assert "\n" not in kind.__doc__
    assert kind().message == kind.__doc__
    assert kind("It broke.").message == "It broke."


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_to_do(kind: type[PipelineError]) -> None:
    error = kind("It broke.", where="page 3")

    assert SENTENCE.fullmatch(kind.action)
    assert str(error) == f"It broke. (page 3) {kind.action}"
    assert str(kind()) == f"{kind.__doc__} {kind.action}"
    assert kind(action="Wait.").what_to_do == "Wait."


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_a_code_of_its_own(kind: type[PipelineError]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)
    assert [other for other in KINDS if other.code == kind.code] == [kind]


@pytest.mark.parametrize("kind", KINDS)
def test_its_class_decides_what_happens_next(kind: type[PipelineError]) -> None:
    policies = [policy for policy in POLICIES if issubclass(kind, policy)]

    assert len(policies) == (0 if kind is PipelineError else 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_it_is_the_same_on_the_other_side_of_a_process(kind: type[PipelineError], protocol: int) -> None:
    sent = kind("It broke: 50 % of it.", where="page 3", action="Mend it.")
    received = pickle.loads(pickle.dumps(sent, protocol))

    assert type(received) is kind
    assert received.as_json() == sent.as_json()
    assert str(received) == str(sent)


def test_its_json_is_what_a_job_keeps_of_it() -> None:
    error = FileTooLargeError("a.pdf has 30 bytes; the limit is 20.", where="a.pdf")

    assert error.as_json() == {
        "code": "file_too_large",
        "message": "a.pdf has 30 bytes; the limit is 20.",
        "where": "a.pdf",
        "action": FileTooLargeError.action,
    }


@pytest.mark.parametrize("kind", [kind for kind in KINDS if issubclass(kind, TransientError)])
def test_an_answer_does_not_say_that_something_is_tried_again_by_itself(kind: type[TransientError]) -> None:
    for error in (kind("It broke.", remedy="Make room."), kind("It broke.")):
        answer = pickle.loads(pickle.dumps(error)).as_answer()
        assert type(answer) is kind
        assert "automatically" not in answer.what_to_do
        assert answer.what_to_do == f"{error.remedy} {kind.answer_action}".strip()
        assert answer.http_what_to_do == error.http_what_to_do
    assert kind("It broke.", action="Start Prefect.").as_answer().what_to_do == "Start Prefect."


def test_a_message_has_no_names_of_pythons_own() -> None:
    told = f"{io.BytesIO()!r}: unable to find trailer dictionary"
    assert CorruptDocumentError(f"a.pdf is damaged: {told}.").message == (
        "a.pdf is damaged: unable to find trailer dictionary."
    )
    assert Finding("c", Severity.INFO, told).message == "unable to find trailer dictionary"


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_page_it_names_no_command_setting_or_endpoint(kind: type[PipelineError]) -> None:
    for error in (kind(), errors.explain(kind().as_stored()), kind(action="Set UPLOAD_PIPELINE_OCR=true.")):
        assert SENTENCE.fullmatch(error.page_what_to_do)
        assert not errors.is_for_operators(error.page_what_to_do)
        assert not errors.is_for_operators(error.page_message)
    assert kind(action="Wait.").page_what_to_do == "Wait."
    assert kind("Set `UPLOAD_PIPELINE_OCR` first.").page_message == kind.__doc__


@pytest.mark.parametrize("status", ["pending", *QuestionStatus, *Resolution, *sorted(REVIEW_STAGES)])
def test_what_was_done_meanwhile_is_said_in_words(status: str) -> None:
    changed = Changed(UUID(int=1), "other", 1, status, 2, "Ann", datetime.now(UTC))
    assert re.fullmatch(r"[a-z ,]+", changed.what)
    assert changed.what not in ("changed it", "took it further")
