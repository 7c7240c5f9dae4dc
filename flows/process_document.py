"""process-document: documents in, published facts out."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.flows.lanes import batch_lane_and_held, outcome_of, run_name, slow_lane


@flow(name="process-document", flow_run_name=run_name, validate_parameters=True)
def process_document(document_ids: list[UUID]) -> State:
    """Take documents through the stages: one for a single upload, or a batch.

    The batch lane tries every document once a stage. A document in transient trouble leaves for the slow lane, where
    its own stage tasks run with Prefect's retries and backoff; it neither holds nor fails the others. What waits for a
    missing part of the installation goes on if that is soon back, else with a later run. A document that waits for a
    person ends its part here; the decision starts the next run.

    Args:
        document_ids: The ids of uploaded documents; `pipeline status --json` lists them. Those that another run
            works on, that wait for a person or are done are skipped.
    """
    pipeline().be_patient()
    reporter = tasks.RunReporter()
    reporter.begins(document_ids)
    batch = tasks.claim(document_ids)
    with tasks.cluster():
        through = partial(through_the_stages, goes_on=reporter.goes_on)
        batch_lane_and_held(through, batch, [DocumentId(d) for d in document_ids])
    reporter.ends(retried=slow_lane(through_the_stages, [DocumentId(d) for d in document_ids]))
    return outcome_of(document_ids)


def through_the_stages(batch: WorkBatch, goes_on: Callable[[], None] = lambda: None) -> WorkBatch:
    """The pipeline, in the order of ``stages.registry``: each step returns the documents that go on.

    ``goes_on`` is told between the slow ones.
    """
    batch = tasks.ingest(batch)
    batch = tasks.convert_markdown(batch)
    goes_on()
    batch = tasks.optimize_markdown(batch)  # where it is switched off, that is recorded
    batch = tasks.chunk(batch)
    batch = tasks.generate_facts(batch)
    goes_on()
    batch = tasks.matching_gate(batch)  # phase 2: undecided near-duplicates wait for a person
    batch = tasks.validate(batch)  # phase 3
    batch = tasks.validation_gate(batch)  # phase 4: critical findings wait for a person
    batch = tasks.embed(batch)  # phase 5
    goes_on()
    return tasks.ingest_to_production(batch)  # phase 6
