"""The two statuses of a document: what people think of it, and how far its deep scan is.

The database holds the same (``enforce_deep_scan_move``).
"""

from enum import StrEnum


class StagingStatus(StrEnum):
    """People's assessment of a document. ``SELECTED`` asks for a deep scan."""

    NEW = "New"
    SELECTED = "Selected"
    MAYBE = "Maybe"
    NOT_A_FIT = "Not a Fit"
    ARCHIVED = "Archived"


class DeepScanStatus(StrEnum):
    """The progress of a deep scan; a document that was never selected has none."""

    QUEUED = "Queued"
    PROCESSING = "Processing"
    COMPLETED = "Completed"
    ERROR = "Error"


_S = DeepScanStatus
DEEP_SCAN_MOVES: frozenset[tuple[DeepScanStatus | None, DeepScanStatus | None]] = frozenset(
    {(before, _S.QUEUED) for before in (None, _S.COMPLETED, _S.ERROR)}
    | {(_S.QUEUED, after) for after in (None, _S.PROCESSING, _S.COMPLETED, _S.ERROR)}
    | {(_S.PROCESSING, after) for after in (_S.COMPLETED, _S.ERROR)}
)
"""Every change that there is. A scan that has not begun is taken back to where its document was; one that is under way
is left alone: it cannot be queued a second time."""
