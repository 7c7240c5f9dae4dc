"""Where a batch stands, by how its questions have been decided."""

import pytest

from pipeline_core.domain.batches import BatchCounts, BatchStatus


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        # total, pending, approved (the imported ones among them), rejected, duplicate, imported
        ((0, 0, 0, 0, 0, 0), BatchStatus.PENDING),
        ((3, 3, 0, 0, 0, 0), BatchStatus.PENDING),
        ((3, 2, 0, 0, 1, 0), BatchStatus.PENDING),  # what the system found is no decision
        ((3, 2, 1, 0, 0, 0), BatchStatus.REVIEWING),
        ((3, 2, 0, 1, 0, 0), BatchStatus.REVIEWING),
        ((3, 1, 2, 0, 0, 2), BatchStatus.REVIEWING),
        ((3, 0, 2, 1, 0, 0), BatchStatus.REVIEWED),
        ((3, 0, 3, 0, 0, 2), BatchStatus.REVIEWED),  # one failed to be imported
        ((3, 0, 0, 0, 3, 0), BatchStatus.REVIEWED),
        ((3, 0, 0, 1, 2, 0), BatchStatus.REVIEWED),
        ((3, 0, 2, 1, 0, 2), BatchStatus.IMPORTED),
        ((3, 0, 0, 3, 0, 0), BatchStatus.REJECTED),
    ],
)
def test_status_by_counts(counts: tuple[int, int, int, int, int, int], status: BatchStatus) -> None:
    assert BatchCounts(*counts).status() is status
