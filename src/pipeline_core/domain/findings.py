"""Findings that a validation rule or a stage reports about a document."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from typing_extensions import TypedDict

from pipeline_core.domain.wording import without_objects


class Severity(StrEnum):
    """Severity of a finding: only ``critical`` stops a document."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class FindingRow(TypedDict):
    """A finding as it is stored and shown."""

    code: str
    severity: str
    subject: str
    message: str
    numbers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation: ``code`` is stable, ``message`` is for the reviewer, ``numbers`` is the proof.

    ``subject`` names what it is about: ``document``, ``page 3``, ``chunk 12`` or a staged question's id.
    """

    code: str
    severity: Severity
    message: str
    numbers: dict[str, Any] = field(default_factory=dict)
    subject: str = "document"

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", without_objects(self.message))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Finding":
        return cls(row["code"], Severity(row["severity"]), row["message"], row["numbers"], row["subject"])
