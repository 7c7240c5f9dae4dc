"""The two statuses of a document: what people think of it, and how far its deep scan is.

The database holds the same (``enforce_deep_scan_move``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class StatusEffect:
    """The effect of setting documents to a status."""

    updated: int
    """Documents whose status changes."""
    queued: int
    """Deep scans that are queued by it."""
    taken_back: int
    """Deep scans that are cancelled before they began."""
    under_way: int
    """Deep scans that have begun and go on."""

    @property
    def in_words(self) -> str:
        """The deep scans in a sentence; "" if none is touched."""
        told = (
            (self.queued, "{} will be queued"),
            (self.taken_back, "{} that {} not begun will be taken back"),
            (self.under_way, "{} that {} begun will go on"),
        )
        parts = [
            words.format(f"{number:,} deep scan{'' if number == 1 else 's'}", "has" if number == 1 else "have")
            for number, words in told
            if number
        ]
        return "; ".join(parts)


def effect_of(status: StagingStatus, now: Iterable[tuple[StagingStatus, DeepScanStatus | None]]) -> StatusEffect:
    """Foresee what setting documents, of which these are both statuses now, to a status would do."""
    rows = list(now)
    is_selected = status is StagingStatus.SELECTED
    waits = {None, _S.COMPLETED, _S.ERROR}
    return StatusEffect(
        updated=sum(before is not status for before, _ in rows),
        queued=sum(is_selected and scan in waits for _, scan in rows),
        taken_back=sum(not is_selected and scan is _S.QUEUED for _, scan in rows),
        under_way=sum(not is_selected and scan is _S.PROCESSING for _, scan in rows),
    )
