"""Refuses decisions by running a deployment, unless the settings allow them: nobody signs in at the Prefect server."""

from prefect import runtime

from pipeline_core.domain.errors import RefusedError
from pipeline_core.settings import Settings


def require_decisions(settings: Settings) -> None:
    """Require that this run may decide: it was not started as a deployment, or the settings let those decide.

    Raises:
        RefusedError: it may not.
    """
    if runtime.deployment.id and not settings.prefect_decisions:
        raise RefusedError(
            "Decisions are not taken at the Prefect server here: UPLOAD_PIPELINE_PREFECT_DECISIONS is off.",
            action="Decide in the console, over HTTP or by `pipeline review`, where it is known who decides.",
        )
