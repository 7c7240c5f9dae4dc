"""The register of where content lives: each table of the schema, what becomes of its rows when something is erased, and
what its columns hold. Erasing, its plan, its fingerprints and the search for what is left are made from this one table.

Columns of times, numbers, ids and truth values hold no content, and are not listed; a test refuses any other column,
and any table, that is not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Rows(StrEnum):
    """The fate of the rows of a table."""

    DOCUMENT = "gone with the document"
    REALM = "gone with the realm"
    PERSON = "gone with the person"
    SHARED = "gone with the last that used them"
    STAY = "stay, without words"


class Holds(StrEnum):
    """The kinds of things that columns hold. The first three are fingerprinted."""

    NAME = "names"
    STATEMENT = "statements"
    PASSAGE = "passages"
    CONTENT = "other words, vectors and checksums of the content, gone with their row"
    MENTIONS = "what is kept about the work, which may quote or name: emptied of that"
    PERSON = "a person's name: emptied with the person"
    NONE = "no content"


@dataclass(frozen=True, slots=True)
class Table:
    """``where``: the rows of documents and banks that are erased, in SQL; ``shown``: the kind of place in plans and
    certificates; ``is_deleted``: a statement removes them, and no foreign key or trigger."""

    rows: Rows
    columns: Mapping[str, Holds] = field(default_factory=dict)
    where: str = ""
    shown: str = ""
    is_deleted: bool = False

    def holding(self, *kinds: Holds) -> list[str]:
        return [name for name, holds in self.columns.items() if holds in kinds]


_DOCUMENT = "document_id = ANY(%(documents)s)"
_BATCH = "upload_batch_id = ANY(%(batches)s)"
_OF_DOCUMENT_OR_BATCH = f"({_DOCUMENT} OR {_BATCH})"
_STAGED = f"(SELECT question_id FROM staged_questions WHERE {_OF_DOCUMENT_OR_BATCH})"  # noqa: S608 - a constant
_OWNED = (
    f"owner_id IN (SELECT chunk_id FROM staged_chunks WHERE {_DOCUMENT} "  # noqa: S608 - constants of this file
    f"UNION SELECT chunk_id FROM document_chunks WHERE {_DOCUMENT} "
    f"UNION SELECT question_id FROM all_questions WHERE {_DOCUMENT} "
    f"UNION SELECT question_id FROM staged_questions WHERE {_OF_DOCUMENT_OR_BATCH})"
)


def _columns(**kinds: str) -> dict[str, Holds]:
    """Columns by what they hold: each keyword is a member of ``Holds``, with names in one string."""
    return {name: Holds[kind.upper()] for kind, names in kinds.items() for name in names.split()}


_FACT = {
    "statement": "question answer statement",
    "content": "topic subtopic difficulty notes_for_tutor evidence match_text match_sha256 match_signature "
    "confidence_reasons",
}
_FACT_NONE = "question_type evidence_match generator language"


def _rules(names: str) -> Table:
    return Table(Rows.STAY, _columns(none=names))


REGISTER: dict[str, Table] = {
    # --- documents, and what was made of them ---
    "documents": Table(
        Rows.DOCUMENT,
        _columns(
            name="title filename",
            content="file_sha256 raw_path parsed_path parsed_sha256 published_path published_sha256 tags collection",
            mentions="deep_scan_error deep_scan_error_was",
            none="mime page_unit words_language staging_status deep_scan_status deep_scan_was",
        ),
        _DOCUMENT, "documents", True,
    ),
    "document_sources": Table(Rows.DOCUMENT, _columns(name="source_uri filename"), _DOCUMENT, "sources"),
    "upload_jobs": Table(
        Rows.DOCUMENT,
        _columns(
            mentions="last_error stage1_results stage2_approved_matches stage3_validation_results "
            "stage4_override_reason",
            none="profile submitted_via stage state outcome held_for stop_after claimed_by config_sha256 "
            "phases_began_at",
        ),
        _DOCUMENT, "records of the work",
    ),
    "document_processing_stages": Table(
        Rows.DOCUMENT,
        _columns(mentions="error_message result", content="fingerprint", none="stage_name status config_sha256"),
        _DOCUMENT, "records of the work",
    ),
    "stage_output_files": Table(
        Rows.DOCUMENT,
        _columns(content="file_path checksum metadata", none="stage_name file_type mime_type"),
        _DOCUMENT, "records of the work",
    ),
    "processing_workflows": Table(
        Rows.DOCUMENT,
        _columns(none="configuration workflow_type current_stage stage_name"),
        _DOCUMENT, "records of the work",
    ),
    "staged_chunks": Table(
        Rows.DOCUMENT,
        _columns(
            passage="text",
            content="heading_path content_sha256 fact_key",
            mentions="outcome_reason",
            none="chunker_name chunker_version outcome",
        ),
        _DOCUMENT, "staged passages",
    ),
    "document_chunks": Table(
        Rows.DOCUMENT,
        _columns(
            passage="text",
            content="heading_path content_sha256 embedding",
            none="chunker_name chunker_version embed_model embed_version",
        ),
        _DOCUMENT, "published passages",
    ),
    "staged_questions": Table(
        Rows.DOCUMENT,
        _columns(
            statement=_FACT["statement"],
            content=_FACT["content"] + " evidence_pieces duplicate_of_sha256",
            mentions="review_notes import_error",
            person="edited_by added_by changed_by",
            none=_FACT_NONE + " status left_out_reason",
        ),
        _OF_DOCUMENT_OR_BATCH, "staged facts and questions",
    ),
    "all_questions": Table(
        Rows.DOCUMENT,
        _columns(
            statement=_FACT["statement"],
            content=_FACT["content"] + " embedding sketch",
            none=_FACT_NONE + " embed_model embed_version",
        ),
        f"({_DOCUMENT} OR question_id IN {_STAGED})", "published facts and questions", True,
    ),
    "past_questions": Table(
        Rows.DOCUMENT,
        _columns(
            statement=_FACT["statement"],
            content=_FACT["content"] + " embedding sketch",
            none=_FACT_NONE + " embed_model embed_version",
        ),
        _OF_DOCUMENT_OR_BATCH, "facts and questions of earlier versions",
    ),
    "past_chunks": Table(
        Rows.DOCUMENT,
        _columns(
            passage="text",
            content="heading_path content_sha256 embedding",
            none="chunker_name chunker_version embed_model embed_version",
        ),
        _DOCUMENT, "passages of earlier versions",
    ),
    "published_versions": Table(
        Rows.DOCUMENT,
        _columns(
            name="file_name",
            content="published_path published_sha256",
            mentions="approvals end_reason",
            person="approved_name ended_name",
            none="origin ended",
        ),
        _DOCUMENT, "versions",
    ),
    "reversions": Table(
        Rows.DOCUMENT, _columns(mentions="reason", person="reverted_by"), _DOCUMENT, "reverts to earlier versions"
    ),
    "source_items": Table(
        Rows.DOCUMENT,
        _columns(name="uri name", content="version sha256", mentions="error"),
        _DOCUMENT, "files of sources", True,
    ),
    "vanishings": Table(
        Rows.DOCUMENT,
        _columns(name="name", mentions="reason", person="decided_by", none="decision"),
        _DOCUMENT, "vanished files",
    ),
    "staged_question_views": Table(Rows.DOCUMENT, where=f"question_id IN {_STAGED}", shown="views of facts"),
    "staging_duplicates": Table(
        Rows.DOCUMENT,
        _columns(mentions="reasons resolution_notes", person="resolved_by changed_by", none="method resolution"),
        f"(staged_question_id IN {_STAGED} OR existing_question_id IN {_STAGED})", "pairs of alike facts", True,
    ),
    "upload_batches": Table(
        Rows.DOCUMENT,
        _columns(name="file_name", mentions="notes", none="status"),
        f"({_DOCUMENT} OR batch_id = ANY(%(batches)s))", "batches", True,
    ),
    "document_vector_buffer": Table(
        Rows.DOCUMENT,
        _columns(content="content_sha256 vector", none="owner_kind embed_model embed_version"),
        _DOCUMENT, "vectors that wait to be published",
    ),
    "next_vectors": Table(
        Rows.DOCUMENT,
        _columns(content="content_sha256 vector", none="owner_kind embed_model embed_version"),
        _OWNED, "vectors of the next model", True,
    ),
    "search_sources": Table(Rows.DOCUMENT, _columns(none="language"), "source_id = ANY(%(documents)s)", "word index"),
    "search_postings": Table(Rows.DOCUMENT, _columns(content="terms counts")),
    "unread_sources": Table(Rows.DOCUMENT, where="source_id = ANY(%(documents)s)", is_deleted=True),
    # --- decisions ---
    "parked_decisions": Table(
        Rows.DOCUMENT,
        _columns(mentions="fields error", person="taken_by undone_by", none="decision seen outcome"),
        _DOCUMENT, "parked decisions", True,
    ),
    "review_changes": Table(
        Rows.DOCUMENT,
        _columns(person="made_by", none="subjects"),
        f"({_DOCUMENT} OR batch_id = ANY(%(batches)s))", "changes kept to be undone", True,
    ),
    "review_change_rows": Table(
        Rows.DOCUMENT,
        _columns(mentions="before after", none="kind row_key"),
        f"(question_id IN {_STAGED} OR (coalesce(before, after) ->> 'existing_question_id')::uuid IN {_STAGED})",
        "rows kept to be undone", True,
    ),
    "withdrawals": Table(
        Rows.DOCUMENT,
        _columns(mentions="reason", person="withdrawn_by", none="taken_over"),
        _DOCUMENT, "withdrawals",
    ),
    "duplicate_decisions": Table(
        Rows.SHARED,
        _columns(content="first_sha256 second_sha256", mentions="notes", person="decided_by", none="resolution"),
        "(first_sha256 = ANY(%(match_keys)s) OR second_sha256 = ANY(%(match_keys)s))",
    ),
    # --- what is kept by content ---
    "fact_cache": Table(
        Rows.SHARED,
        _columns(content="cache_key facts reason", none="generator outcome"),
        "cache_key = ANY(%(fact_keys)s)",
    ),
    "embedding_cache": Table(
        Rows.SHARED,
        _columns(content="content_sha256 vector", none="embed_model embed_version"),
        "content_sha256 = ANY(%(vector_keys)s)",
    ),
    "parse_jobs": Table(
        Rows.SHARED,
        _columns(content="parse_key pages", mentions="failure", none="service state service_job_id service_file_id"),
        "parse_key = ANY(%(parse_keys)s) AND state <> 'running'",
    ),
    "paid_claims": Table(
        Rows.SHARED, _columns(content="claim_key", none="claimed_by"), "claim_key = ANY(%(fact_keys)s)"
    ),
    # --- messages, and who looks ---
    "webhook_deliveries": Table(
        Rows.DOCUMENT,
        _columns(mentions="payload error", none="event status"),
        "payload -> 'data' ->> 'document_id' = ANY(%(documents)s::text[])", "messages of webhooks", True,
    ),
    "presence": Table(Rows.DOCUMENT, _columns(person="user_name"), _DOCUMENT),
    "webhook_endpoints": Table(
        Rows.REALM, _columns(content="url secret", mentions="disabled_because last_error", none="events")
    ),
    "sources": Table(
        Rows.REALM, _columns(content="name uri include exclude choices", none="kind vanished removal")
    ),
    "source_runs": Table(
        Rows.REALM,
        _columns(mentions="plan error", person="user_name decided_by", none="worker outcome decision"),
    ),
    "event_streams": Table(Rows.REALM),
    "change_cursors": Table(Rows.REALM, _columns(content="name", none="seen")),
    "realm_members": Table(Rows.REALM, _columns(person="name", none="role")),
    "realms": Table(Rows.REALM, _columns(content="name")),
    "rate_limits": Table(Rows.PERSON, _columns(none="key")),
    # --- what stays ---
    "events": Table(
        Rows.STAY, _columns(mentions="payload", person="user_name", none="type severity code"),
        f"({_DOCUMENT} OR payload ->> 'batch_id' = ANY(%(batches)s::text[]))", "events, emptied",
    ),
    "knowledge_changes": Table(Rows.STAY, _columns(none="kind facts_came facts_went facts_changed")),
    "memory_reach": Table(Rows.STAY),
    "change_feed": Table(Rows.STAY),
    "pruned_changes": Table(Rows.STAY),
    "erasures": Table(
        Rows.STAY,
        _columns(none="scope state reason asked_by_name document_ids batch_ids counts pending certificate"),
    ),
    "paid_calls": Table(
        Rows.STAY,
        _columns(content="cache_key", none="stage_name service model state outcome accounts claimed_by"),
        _DOCUMENT, "paid calls, without their keys",
    ),
    "paid_batches": Table(Rows.STAY, _columns(content="keys", none="provider_id submitter state")),
    "missing_parts": Table(Rows.STAY, _columns(mentions="error", none="part")),
    "recorded_settings": Table(Rows.STAY, _columns(none="settings host home part")),
    # --- sums and rules: counts by the names of stages and models ---
    "budget_accounts": _rules("scope period"),
    "paid_totals": _rules("service model outcome"),
    "metric_sums": _rules("metric label"),
    "metric_changes": _rules("metric label"),
    "flow_runs": _rules("flow"),
    "embedding_models": _rules("embed_model"),
    "schema_migrations": _rules("name"),
    "stages": _rules("stage_name"),
    "stage_dependencies": _rules("stage_name depends_on_stage"),
    "job_stages": _rules("job_stage stage_name"),
    "job_stage_moves": _rules("from_stage to_stage"),
    "job_state_moves": _rules("from_state to_state"),
    "staged_question_moves": _rules("from_status to_status"),
    "upload_batch_moves": _rules("from_status to_status"),
}  # fmt: skip

NO_CONTENT = frozenset(
    {"uuid", "timestamp with time zone", "integer", "bigint", "smallint", "boolean", "real", "double precision",
     "numeric", "xid8", "date", "interval"}
)  # fmt: skip
"""Types of columns (``information_schema``) that hold no content, whatever table they are in."""
FINGERPRINTED = (Holds.NAME, Holds.STATEMENT, Holds.PASSAGE)
NOT_SEARCHED = ("erasures",)
"""Tables that say what was erased, and by fingerprints only once it is done."""


def counted() -> Iterator[tuple[str, Table]]:
    """The tables whose rows a plan counts: those that are shown, and that an admin of the realm may read."""
    for name, table in REGISTER.items():
        if table.where and table.shown and name not in ("document_vector_buffer", "next_vectors"):
            yield name, table


def in_order(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of a plan in the order of the register: the database keeps none of its own."""
    order = list(dict.fromkeys(table.shown for _, table in counted()))
    return dict(sorted(counts.items(), key=lambda one: order.index(one[0]) if one[0] in order else -1))
