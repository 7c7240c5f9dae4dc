"""A converter that stands in for another one which does not deliver, and says so."""

from dataclasses import replace

from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import (
    BudgetExhaustedError,
    ConversionFailedError,
    ConversionRefusedError,
    CorruptDocumentError,
    DocumentError,
    KeyRefusedError,
    NoTextError,
    ParkedError,
    PipelineError,
    RateLimitedError,
    ServiceUnavailableError,
    UnknownToServiceError,
)
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.ports.converter import Converter

_NOT_DELIVERED = (
    ServiceUnavailableError,
    RateLimitedError,
    ParkedError,
    ConversionRefusedError,
    ConversionFailedError,
    CorruptDocumentError,
    NoTextError,
    KeyRefusedError,
    UnknownToServiceError,
)
"""Errors of a service that does not deliver, an expired key included. A budget is the user's: it waits."""


class FallbackConverter:
    """Converts by the first; by the second where the first does not deliver, with a finding for the reviewer."""

    def __init__(self, first: Converter, second: Converter) -> None:
        self._first, self._second = first, second
        self.name, self.version = first.name, f"{first.version}, else {second.name}"

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        """Convert the file.

        Raises:
            PipelineError: the first's, where the second cannot help either; what the second said is in its message.
        """
        try:
            return self._first.convert(data, filename=filename, mime=mime)
        except BudgetExhaustedError:
            raise
        except _NOT_DELIVERED as error:
            return self._instead(error, data, filename, mime)

    def _instead(self, error: PipelineError, data: bytes, filename: str, mime: str) -> Converted:
        try:
            converted = self._second.convert(data, filename=filename, mime=mime)
        except DocumentError as other:
            if other.message != error.message:  # it is the same where the first leaves a format to the second
                error.message += f" The {self._second.name} converter could not help: {other.message}"
            raise error from other
        finding = Finding(
            "converter_fallback",
            Severity.WARNING,
            f"{self._first.name} did not convert this document, the {self._second.name} converter did: tables, columns "
            f"and scanned pages may be read less well. {error.message}",
            {"wanted": self._first.name, "used": self._second.name, "code": error.code},
        )
        return replace(converted, findings=(finding, *converted.findings))
