"""process-queue: what waits, through the batch lane, until nothing is left."""

import time
from functools import partial
from typing import Annotated
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed
from pydantic import Field

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.flows.idle import forget_if_idle, nothing_due
from pipeline_core.flows.lanes import batch_lane, outcome_of, slow_lane
from pipeline_core.flows.process_document import through_the_stages


@flow(name="process-queue", flow_run_name="queue", validate_parameters=True, on_completion=[forget_if_idle])
def process_queue(
    limit: Annotated[int, Field(ge=1, le=100_000)] = 1000,
    time_limit_s: Annotated[float, Field(gt=0)] = 3600.0,
    realm_id: UUID | None = None,
) -> State:
    """Take what waits through the stages, batch after batch, on any number of workers. Asked for when something waits.

    What lost workers held is taken back first; then question banks are compared and imported, and reviews that wait
    too long are told of. Users take turns, however much one of them has waiting. Documents in transient trouble are
    tried again when nothing else is left; for what waits still when a limit is reached the next run is asked for. A run
    that finds nothing to do is forgotten. Webhooks are sent elsewhere: a receiver that is slow must not hold the queue.

    Args:
        limit: Maximum number of documents that this run takes.
        time_limit_s: No further batch is started after this many seconds; the current one is finished.
        realm_id: Only documents of this realm. Default: all realms.
    """
    tasks.note_run("process-queue")
    tasks.carry_out_parked()
    if not tasks.has_work(realm_id):
        tasks.have_webhooks_sent()
        return nothing_due("nothing is due")
    pipeline().be_patient()
    tasks.reap_leases()
    tasks.work_on_banks()
    tasks.report_waiting_reviews(None)
    until = time.monotonic() + time_limit_s
    taken: dict[DocumentId, None] = {}
    reporter, retried, waited = tasks.RunReporter(named_after="queue:"), False, False
    with tasks.cluster():
        while time.monotonic() < until:
            if taken and (waits := tasks.waiting()) and waits.lost:
                tasks.reap_leases()
            room = min(pipeline().settings.batch_size, limit - len(taken))
            batch = tasks.take_from_queue(room, realm_id) if room else None
            if batch and batch.document_ids:
                waited = False
                if len(taken) + len(batch.document_ids) >= limit:
                    # its process starts while this one is at its last batch
                    tasks.ask_for_next_run()
                reporter.begins(batch.document_ids)
                batch_lane(partial(through_the_stages, goes_on=reporter.goes_on), batch)
                taken.update(dict.fromkeys(batch.document_ids))
            elif slow_lane(through_the_stages, list(taken)):
                retried = True
            elif room and not waited and pipeline().holds.wait():
                waited = True
            else:
                break
    tasks.ask_for_next_run()
    reporter.ends(retried=retried)
    tasks.have_webhooks_sent()
    return outcome_of(list(taken)) if taken else Completed(message="nothing is due")
