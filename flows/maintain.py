"""maintain: what is to be done from time to time, and nobody waits for."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed
from pydantic import Field

from pipeline_core import tasks

Days = Annotated[int | None, Field(ge=0)]


@flow(name="maintain", flow_run_name="maintenance", validate_parameters=True)
def maintain(
    dead_letter_days: Days = None,
    cache_days: Annotated[int | None, Field(ge=1)] = None,
    orphan_grace_h: Annotated[float | None, Field(ge=1)] = None,
    review_alert_h: Annotated[float | None, Field(ge=0)] = None,
) -> State:
    """Take back expired leases, carry out parked decisions that are due, withdraw what has vanished from its source
    long enough, carry on with erasures, remove what was kept long enough, tell of reviews that wait, send webhooks
    that nobody has sent. Safe at any time.

    Args:
        dead_letter_days: Dead letters of which nothing was ever published are removed after this many days; 0 keeps
            them for ever. Default: as in the settings.
        cache_days: Cached answers that nobody has used for this many days are removed. Default: as in the
            settings.
        orphan_grace_h: Objects that no row names are removed from this age on; longer than any run. Default: as in
            the settings.
        review_alert_h: Documents that have waited for a person for this many hours are reported as one event.
            Default: as in the settings.
    """
    tasks.note_run("maintain")
    done = [
        tasks.reap_leases(),
        tasks.purge_dead_letters(dead_letter_days),
        tasks.prune_history(),
        tasks.purge_caches(cache_days),
        tasks.remove_orphan_objects(orphan_grace_h),
        tasks.refresh_statistics(),
        tasks.report_waiting_reviews(review_alert_h),
        tasks.settle_sources(),
        tasks.deliver_webhooks(),
        tasks.carry_out_parked(),
        tasks.carry_out_erasures(),
        tasks.mend_schedules(),
    ]
    return Completed(message=", ".join(done))
