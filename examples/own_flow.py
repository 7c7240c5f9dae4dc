"""The stages in a flow of one's own, with a step between them and one after them.

    python examples/own_flow.py examples/documents

With ``PREFECT_API_URL`` set the run is seen there; without it, Prefect runs a server for as long as this takes.
"""

import sys
from pathlib import Path

from prefect import flow, get_run_logger, task

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.client import Client
from pipeline_core.domain.jobs import WorkBatch


@task
def count_chunks(batch: WorkBatch) -> None:
    """A step of one's own: what a stage has staged is in Postgres, for whoever asks."""
    rows = pipeline().views.jobs(pipeline().realm_id, document_ids=list(batch.document_ids))
    get_run_logger().info("%s chunks are staged", sum(row["chunks"] for row in rows))


@flow
def contracts_to_facts(folder: str) -> dict[str, str]:
    """Name and state of each document of a folder, once it is published, or waits for a person."""
    with Client() as client:
        submitted = client.submit(sorted(Path(folder).iterdir()), start=False)
        batch = tasks.claim(submitted.document_ids)
        with tasks.cluster():
            batch = tasks.chunk(tasks.optimize_markdown(tasks.convert_markdown(tasks.ingest(batch))))
            count_chunks(batch)
            batch = tasks.matching_gate(tasks.generate_facts(batch))
            batch = tasks.validation_gate(tasks.validate(batch))
            tasks.ingest_to_production(tasks.embed(batch))
        return {one.filename: one.state for one in client.statuses(document_ids=submitted.document_ids)}


if __name__ == "__main__":
    for name, state in contracts_to_facts(sys.argv[1]).items():
        print(name, state)
