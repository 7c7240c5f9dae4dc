"""Runs that found nothing to do leave nothing behind: a queue that is looked at all day is no history."""

from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed

_IDLE = "NothingDue"


def nothing_due(message: str) -> State:
    """The state of a run that has begun no task and leaves no trace.

    Not of one that has: what its tasks tell the server arrives later, and cannot be stored without their run.
    """
    return Completed(name=_IDLE, message=message)


def is_forgotten(flow_run: FlowRun, state: State) -> bool:
    """Return whether the run is removed. A run that a person started stays, so that they see what it did."""
    return state.name == _IDLE and bool(flow_run.auto_scheduled or flow_run.idempotency_key)


def forget_if_idle(flow: Any, flow_run: FlowRun, state: State) -> None:  # noqa: ARG001
    """Prefect's hook ``on_completion``."""
    if is_forgotten(flow_run, state):
        with get_client(sync_client=True) as client:
            try:
                client.delete_flow_run(flow_run.id)
            except ObjectNotFound:
                return  # somebody was tidying up
