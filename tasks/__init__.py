"""One Prefect task a stage, all made by one function: a thin shell over ``pipeline_core``.

A task takes a batch of document ids and returns the batch that goes on. What becomes of each document is recorded
in Postgres by ``services.run_stage``. A document alone in its batch is in the slow lane: its transient errors are
raised, so that Prefect retries the task with exponential backoff.
"""

from pipeline_core.domain.lifecycle import StageName
from pipeline_core.tasks.cluster import cluster, parts
from pipeline_core.tasks.deep_scan import claim_deep_scans, has_scans, settle_deep_scans
from pipeline_core.tasks.gates import matching_gate, validation_gate
from pipeline_core.tasks.intake import claim
from pipeline_core.tasks.queue import (
    ask_for_next_run,
    has_work,
    reap_leases,
    take_from_queue,
    waiting,
    work_on_banks,
)
from pipeline_core.tasks.reembedding import (
    begin_reembedding,
    check_recall,
    drop_old_vectors,
    fill_vectors,
    switch_model,
)
from pipeline_core.tasks.review import carry_out_parked, decide
from pipeline_core.tasks.run_reporter import RunReporter
from pipeline_core.tasks.sources import mend_schedules, name_of_source, plan_sync, report_sync, sync_source
from pipeline_core.tasks.stage_task import DocumentFailedError, stage_task
from pipeline_core.tasks.staging import embed_batch, import_approved
from pipeline_core.tasks.upkeep import (
    carry_out_erasures,
    note_run,
    prune_history,
    purge_caches,
    purge_dead_letters,
    refresh_statistics,
    remove_orphan_objects,
    report_waiting_reviews,
    settle_sources,
)
from pipeline_core.tasks.webhooks import deliver_webhooks, have_webhooks_sent

ingest = stage_task(StageName.INGEST)
convert_markdown = stage_task(StageName.MARKDOWN_CONVERSION)
optimize_markdown = stage_task(StageName.MARKDOWN_OPTIMIZER)
chunk = stage_task(StageName.CHUNKER)
generate_facts = stage_task(StageName.FACT_GENERATOR)
validate = stage_task(StageName.VALIDATION)
embed = stage_task(StageName.EMBEDDER)
ingest_to_production = stage_task(StageName.INGESTOR)

__all__ = [
    "DocumentFailedError",
    "RunReporter",
    "ask_for_next_run",
    "begin_reembedding",
    "carry_out_erasures",
    "carry_out_parked",
    "check_recall",
    "chunk",
    "claim",
    "claim_deep_scans",
    "cluster",
    "convert_markdown",
    "decide",
    "deliver_webhooks",
    "drop_old_vectors",
    "embed",
    "embed_batch",
    "fill_vectors",
    "generate_facts",
    "has_scans",
    "has_work",
    "have_webhooks_sent",
    "import_approved",
    "ingest",
    "ingest_to_production",
    "mend_schedules",
    "name_of_source",
    "note_run",
    "plan_sync",
    "prune_history",
    "matching_gate",
    "optimize_markdown",
    "parts",
    "purge_caches",
    "purge_dead_letters",
    "reap_leases",
    "refresh_statistics",
    "remove_orphan_objects",
    "report_sync",
    "report_waiting_reviews",
    "settle_sources",
    "settle_deep_scans",
    "switch_model",
    "sync_source",
    "take_from_queue",
    "validate",
    "validation_gate",
    "waiting",
    "work_on_banks",
]
