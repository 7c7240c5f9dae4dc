"""The run that a task is part of."""

import logging
from typing import Any
from uuid import UUID

from prefect import runtime
from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger


def flow_run_id() -> UUID | None:
    """The id of the flow run that this code is part of, if any."""
    value: Any = runtime.flow_run.id
    return UUID(str(value)) if value else None


def run_logger() -> "logging.Logger | logging.LoggerAdapter[Any]":
    """The run's logger, which the Prefect UI shows; outside of a run, an ordinary one."""
    try:
        return get_run_logger()
    except MissingContextError:
        return logging.getLogger("pipeline")
