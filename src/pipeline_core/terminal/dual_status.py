"""The dual status on the command line."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from pipeline_core.domain.dual_status import DeepScanStatus, StagingStatus
from pipeline_core.domain.rows.queue import StatusChange
from pipeline_core.domain.wording import counted
from pipeline_core.terminal.hints import pasteable

_SELECTED = StagingStatus.SELECTED


def print_changes(console: Console, changes: Sequence[StatusChange]) -> None:
    for change in changes:
        scan = ""
        if change.is_queued_now:
            scan = pasteable(", queued for a deep scan: `pipeline deep-scan` runs it now")
        elif change.is_taken_back:
            scan = ", its deep scan is cancelled: it had not begun"
        elif change.deep_scan_status is DeepScanStatus.PROCESSING and change.staging_status is not _SELECTED:
            scan = ", its deep scan is under way and continues: what it finds waits for a person"
        elif change.deep_scan_status:
            scan = f", deep scan {change.deep_scan_status.lower()}"
        console.print(
            f"[bold]{escape(change.filename)}[/] {change.staging_before} → {change.staging_status}{scan}",
            highlight=False,
        )
    queued, taken_back = (sum(getattr(one, name) for one in changes) for name in ("is_queued_now", "is_taken_back"))
    if queued or taken_back:
        console.print(f"{counted(queued, 'deep scan')} queued, {taken_back:,} taken back.", highlight=False)
