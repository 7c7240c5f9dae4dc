"""Filter of a list of documents; the same one says which documents a change is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline_core.domain.dual_status import StagingStatus
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.filetypes import FILE_TYPES
from pipeline_core.domain.lifecycle import JobState


class DeepScanFilter(StrEnum):
    """Progress of a deep scan, or ``NONE`` for documents that never had one."""

    NONE = "None"
    QUEUED = "Queued"
    PROCESSING = "Processing"
    COMPLETED = "Completed"
    ERROR = "Error"


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Conditions that all hold; within one that has several values, any of them does. What is empty filters nothing."""

    statuses: Sequence[StagingStatus] = ()
    deep_scans: Sequence[DeepScanFilter] = ()
    states: Sequence[JobState] = ()
    """Of the newest job."""
    phases: Sequence[int] = ()
    types: Sequence[str] = ()
    """Extensions (``pdf``) or MIME types."""
    name: str = ""
    """Part of the file's name or the title, in any case."""
    tags: Sequence[str] = ()
    """All of them."""
    collection: str = ""

    @property
    def needs_job(self) -> bool:
        """True if the newest job has to be looked at."""
        return bool(self.states or self.phases)

    def parameters(self) -> Mapping[str, object]:
        """The conditions by the names of the list's parameters; None where there is none.

        Raises:
            RefusedError: a type is not known.
        """
        return {
            "statuses": [str(one) for one in self.statuses] or None,
            "deep_scans": [str(one) for one in self.deep_scans] or None,
            "states": [str(one) for one in self.states] or None,
            "phases": list(self.phases) or None,
            "mimes": [mime_of(one) for one in self.types] or None,
            "named": _like(self.name) if self.name.strip() else None,
            "tags": list(self.tags) or None,
            "collection": self.collection or None,
        }


def mime_of(text: str) -> str:
    """The MIME type that an extension stands for, or that is named itself.

    Raises:
        RefusedError: no file of that type is read.
    """
    wanted = text.strip().lower().removeprefix(".")
    # an extension may be the usual one of one type, and a rare one of another
    for kind in sorted(FILE_TYPES, key=lambda kind: wanted != kind.extensions[0]):
        if wanted == kind.mime or wanted in kind.extensions:
            return kind.mime
    known = ", ".join(kind.extensions[0] for kind in FILE_TYPES)
    raise RefusedError(f"{text[:40]!r} is no type of file that is read.", action=f"Use one of: {known}.")


def _like(text: str) -> str:
    escaped = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
