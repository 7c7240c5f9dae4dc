"""A second converter helps where the first does not deliver, and the reviewer is told."""

import pytest

from pipeline_core.domain.documents import Converted, PageMap
from pipeline_core.domain.errors import (
    BudgetExhaustedError,
    CorruptDocumentError,
    EncryptedDocumentError,
    KeyRefusedError,
    NoTextError,
    ParkedError,
    PipelineError,
    RateLimitedError,
    StoreUnavailableError,
)
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.services.fallback_conversion import FallbackConverter


class _Converter:
    version = "1"

    def __init__(self, name: str, error: PipelineError | None = None) -> None:
        self.name, self._error = name, error
        self.asked = 0

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        self.asked += 1
        if self._error:
            raise self._error
        return Converted("text", PageMap(()), self.name, (Finding("own", Severity.INFO, "its own", {}),))


def _convert(first: _Converter, second: _Converter) -> Converted:
    return FallbackConverter(first, second).convert(b"", filename="a.pdf", mime="")


def test_where_the_first_delivers_the_second_is_not_asked() -> None:
    second = _Converter("local")
    assert _convert(_Converter("paid"), second).converter == "paid"
    assert second.asked == 0


@pytest.mark.parametrize(
    "error", [RateLimitedError("slow"), KeyRefusedError("expired"), ParkedError("late"), NoTextError("images")]
)
def test_where_it_does_not_the_second_converts_with_a_finding(error: PipelineError) -> None:
    converted = _convert(_Converter("paid", error), _Converter("local"))
    assert converted.converter == "local"
    fallback, own = converted.findings
    assert (fallback.code, fallback.severity, own.code) == ("converter_fallback", Severity.WARNING, "own")
    assert fallback.numbers == {"wanted": "paid", "used": "local", "code": error.code}
    assert fallback.message.endswith(error.message)


@pytest.mark.parametrize("error", [BudgetExhaustedError(), EncryptedDocumentError(), StoreUnavailableError()])
def test_a_budget_waits_and_other_errors_are_the_documents(error: PipelineError) -> None:
    second = _Converter("local")
    with pytest.raises(type(error)):
        _convert(_Converter("paid", error), second)
    assert second.asked == 0


def test_where_neither_can_help_the_first_error_says_what_the_second_said() -> None:
    with pytest.raises(RateLimitedError) as raised:
        _convert(_Converter("paid", RateLimitedError("slow.")), _Converter("local", CorruptDocumentError("torn.")))
    assert raised.value.message == "slow. The local converter could not help: torn."


def test_the_same_said_twice_is_said_once() -> None:
    error = CorruptDocumentError("torn.")
    with pytest.raises(CorruptDocumentError) as raised:
        _convert(_Converter("paid", error), _Converter("local", CorruptDocumentError("torn.")))
    assert raised.value.message == "torn."


def test_an_error_that_is_nobodys_document_leaves_the_second_as_it_is() -> None:
    with pytest.raises(StoreUnavailableError):
        _convert(_Converter("paid", RateLimitedError()), _Converter("local", StoreUnavailableError()))


def test_its_version_names_both() -> None:
    converter = FallbackConverter(_Converter("paid"), _Converter("local"))
    assert (converter.name, converter.version) == ("paid", "1, else local")
