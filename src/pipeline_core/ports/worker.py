"""Port: what shows the others that this process lives and works on its leases."""

from typing import Protocol

from pipeline_core.domain.ids import LeaseToken


class Worker(Protocol):
    """``name`` identifies the process; held leases are renewed until they are dropped."""

    name: str

    def hold(self, lease: LeaseToken) -> None: ...

    def drop(self, lease: LeaseToken) -> None: ...
