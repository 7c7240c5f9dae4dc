"""Which process runs which file: half of them begin with the files that mostly wait, half with those that compute.

Files of the end-to-end tests wait for servers and for processes that they start. All at once they would leave cores
idle, and compete for them afterwards; so they go on beside the others, and only half of the processes need a Prefect
server. Whoever has none of his kind left takes of the other.
"""

from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

_WAITING = "tests/e2e/"


class WaitingBesideComputing(LoadFileScheduling):
    """Each file in one process."""

    def _assign_work_unit(self, node: "WorkerController") -> None:
        waits = sorted(one.gateway.id for one in self.nodes).index(node.gateway.id) < len(self.nodes) / 2
        if of_its_kind := [file for file in self.workqueue if file.startswith(_WAITING) == waits]:
            self.workqueue.move_to_end(of_its_kind[0], last=False)
        super()._assign_work_unit(node)
