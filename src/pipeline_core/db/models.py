"""SQLAlchemy models of the schema, for reading. The migrations are the source; a test holds the two equal."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    ARRAY,
    REAL,
    TIMESTAMP,
    BigInteger,
    Boolean,
    Computed,
    Double,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import BIT, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

SCHEMA = "upload_pipeline"


class Xid8(UserDefinedType[int]):
    """The number of a transaction."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "XID8"


class Base(DeclarativeBase):
    metadata = MetaData(schema=SCHEMA)


def _with_realm(column: str, table: str, key: str) -> ForeignKeyConstraint:
    """A reference to another row of the same realm, which moves with it."""
    return ForeignKeyConstraint(
        [column, "realm_id"],
        [f"{SCHEMA}.{table}.{key}", f"{SCHEMA}.{table}.realm_id"],
        onupdate="CASCADE",
        ondelete="CASCADE",
    )


def _of_document() -> ForeignKeyConstraint:
    return _with_realm("document_id", "documents", "document_id")


def _of_source() -> ForeignKeyConstraint:
    """A reference to a source of the same realm, which no source leaves."""
    return ForeignKeyConstraint(
        ["source_id", "realm_id"], [f"{SCHEMA}.sources.source_id", f"{SCHEMA}.sources.realm_id"], ondelete="CASCADE"
    )


class Fact:
    """Columns of a fact or question, both staged and published."""

    topic: Mapped[str | None] = mapped_column(Text)
    subtopic: Mapped[str | None] = mapped_column(Text)
    difficulty: Mapped[str | None] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    notes_for_tutor: Mapped[str | None] = mapped_column(Text)
    statement: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    evidence_char_from: Mapped[int | None] = mapped_column(Integer, Computed("…", persisted=True))
    evidence_page: Mapped[int | None] = mapped_column(Integer, Computed("…", persisted=True))
    evidence_match: Mapped[str | None] = mapped_column(Text)
    generator: Mapped[str] = mapped_column(Text)
    match_text: Mapped[str | None] = mapped_column(Text)
    match_sha256: Mapped[str] = mapped_column(Text)
    match_trigrams: Mapped[int] = mapped_column(Integer)
    match_signature: Mapped[bytes] = mapped_column(LargeBinary)
    match_version: Mapped[int] = mapped_column(SmallInteger, server_default=FetchedValue())
    language: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    own_from: Mapped[int | None] = mapped_column(SmallInteger)
    undisputed: Mapped[UUID | None] = mapped_column(Uuid)
    about: Mapped[UUID | None] = mapped_column(Uuid)
    own_undisputed: Mapped[UUID | None] = mapped_column(Uuid)
    own_about: Mapped[UUID | None] = mapped_column(Uuid)
    confidence: Mapped[float | None] = mapped_column(REAL)
    confidence_reasons: Mapped[str | None] = mapped_column(Text)


class Passage:
    """Columns of a chunk, both staged and published."""

    document_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    ordinal: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    page_from: Mapped[int] = mapped_column(Integer)
    page_to: Mapped[int] = mapped_column(Integer)
    char_from: Mapped[int] = mapped_column(Integer)
    char_to: Mapped[int] = mapped_column(Integer)
    token_count: Mapped[int] = mapped_column(Integer)
    content_sha256: Mapped[str] = mapped_column(Text)
    chunker_name: Mapped[str] = mapped_column(Text)
    chunker_version: Mapped[str] = mapped_column(Text)


class SchemaMigrations(Base):
    __tablename__ = "schema_migrations"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    applied_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class BudgetAccounts(Base):
    __tablename__ = "budget_accounts"

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text, primary_key=True)
    reserved_usd: Mapped[Decimal] = mapped_column(Numeric(16, 9), server_default=FetchedValue())
    spent_usd: Mapped[Decimal] = mapped_column(Numeric(16, 9), server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class FlowRuns(Base):
    __tablename__ = "flow_runs"

    flow: Mapped[str] = mapped_column(Text, primary_key=True)
    last_begun_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class MetricSums(Base):
    __tablename__ = "metric_sums"

    metric: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[float] = mapped_column(Double)


class MetricChanges(Base):
    __tablename__ = "metric_changes"

    change_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    metric: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    value: Mapped[float] = mapped_column(Double)


class PaidBatches(Base):
    __tablename__ = "paid_batches"

    batch_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    call_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("upload_pipeline.paid_calls.call_id"))
    provider_id: Mapped[str | None] = mapped_column(Text)
    submitter: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class PaidCalls(Base):
    __tablename__ = "paid_calls"

    call_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    run_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    document_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.documents.document_id", ondelete="SET NULL")
    )
    stage_name: Mapped[str | None] = mapped_column(Text, ForeignKey("upload_pipeline.stages.stage_name"))
    service: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    cache_key: Mapped[str | None] = mapped_column(Text)
    items: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    outcome: Mapped[str | None] = mapped_column(Text)
    input_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    output_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    reserved_usd: Mapped[Decimal] = mapped_column(Numeric(16, 9))
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(16, 9), server_default=FetchedValue())
    accounts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    claimed_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    cached_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())


class PaidTotals(Base):
    __tablename__ = "paid_totals"

    service: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    outcome: Mapped[str] = mapped_column(Text, primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    cached_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(20, 9))


class ParseJobs(Base):
    __tablename__ = "parse_jobs"

    parse_key: Mapped[str] = mapped_column(Text, primary_key=True)
    service: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    tag: Mapped[UUID] = mapped_column(Uuid)
    call_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("upload_pipeline.paid_calls.call_id"))
    run_id: Mapped[UUID] = mapped_column(Uuid)
    service_job_id: Mapped[str | None] = mapped_column(Text)
    pages: Mapped[Any | None] = mapped_column(JSONB)
    failure: Mapped[Any | None] = mapped_column(JSONB)
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    last_used_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    service_file_id: Mapped[str | None] = mapped_column(Text)


class PaidClaims(Base):
    __tablename__ = "paid_claims"

    claim_key: Mapped[str] = mapped_column(Text, primary_key=True)
    token: Mapped[UUID] = mapped_column(Uuid)
    claimed_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class AllQuestions(Fact, Base):
    __tablename__ = "all_questions"
    __table_args__ = (_of_document(),)

    question_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    document_id: Mapped[UUID | None] = mapped_column(Uuid)
    chunk_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.document_chunks.chunk_id", ondelete="CASCADE")
    )
    question_type: Mapped[str] = mapped_column(Text)
    embedding: Mapped[Any] = mapped_column(HALFVEC())
    embed_model: Mapped[str] = mapped_column(Text)
    embed_version: Mapped[str] = mapped_column(Text)
    sketch: Mapped[str | None] = mapped_column(BIT(varying=True), Computed("…", persisted=True))
    published_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class DocumentChunks(Passage, Base):
    __tablename__ = "document_chunks"
    __table_args__ = (_of_document(),)

    chunk_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    heading_path: Mapped[list[str]] = mapped_column(ARRAY(Text))
    embedding: Mapped[Any] = mapped_column(HALFVEC())
    embed_model: Mapped[str] = mapped_column(Text)
    embed_version: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class DocumentProcessingStages(Base):
    __tablename__ = "document_processing_stages"
    __table_args__ = (_of_document(),)

    document_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    stage_name: Mapped[str] = mapped_column(Text, ForeignKey("upload_pipeline.stages.stage_name"), primary_key=True)
    status: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    started_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    error_message: Mapped[str | None] = mapped_column(Text)
    retry_count: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    fingerprint: Mapped[str | None] = mapped_column(Text)
    config_sha256: Mapped[str | None] = mapped_column(Text)
    runs: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    input_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    output_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(16, 9), server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class DocumentSources(Base):
    __tablename__ = "document_sources"
    __table_args__ = (_of_document(),)

    realm_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source_uri: Mapped[str] = mapped_column(Text, primary_key=True)
    document_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    is_current: Mapped[bool] = mapped_column(Boolean, server_default=FetchedValue())
    seen_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    filename: Mapped[str] = mapped_column(Text)


class DocumentVectorBuffer(Base):
    __tablename__ = "document_vector_buffer"
    __table_args__ = (_of_document(),)

    owner_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    owner_kind: Mapped[str] = mapped_column(Text)
    document_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    embed_model: Mapped[str] = mapped_column(Text, primary_key=True)
    embed_version: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(Text)
    vector: Mapped[Any] = mapped_column(HALFVEC())
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class Documents(Base):
    __tablename__ = "documents"

    document_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(Text)
    mime: Mapped[str] = mapped_column(Text)
    bytes_len: Mapped[int] = mapped_column(BigInteger)
    file_sha256: Mapped[str] = mapped_column(Text)
    raw_path: Mapped[str] = mapped_column(Text)
    parsed_path: Mapped[str | None] = mapped_column(Text)
    parsed_sha256: Mapped[str | None] = mapped_column(Text)
    page_count: Mapped[int | None] = mapped_column(Integer)
    page_unit: Mapped[str | None] = mapped_column(Text)
    staging_status: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    deep_scan_status: Mapped[str | None] = mapped_column(Text)
    deep_scan_error: Mapped[str | None] = mapped_column(Text)
    deep_scan_was: Mapped[str | None] = mapped_column(Text)
    deep_scan_error_was: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    published_path: Mapped[str | None] = mapped_column(Text)
    published_sha256: Mapped[str | None] = mapped_column(Text)
    words_language: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=FetchedValue())
    collection: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class DuplicateDecisions(Base):
    __tablename__ = "duplicate_decisions"

    realm_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    first_sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    second_sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    resolution: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    notes: Mapped[str | None] = mapped_column(Text)


class EmbeddingCache(Base):
    __tablename__ = "embedding_cache"

    content_sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    embed_model: Mapped[str] = mapped_column(Text, primary_key=True)
    embed_version: Mapped[str] = mapped_column(Text, primary_key=True)
    vector: Mapped[Any] = mapped_column(HALFVEC())
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    last_used_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class EmbeddingModels(Base):
    __tablename__ = "embedding_models"

    embed_model: Mapped[str] = mapped_column(Text, primary_key=True)
    dims: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=FetchedValue())
    activated_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    recall_at_10: Mapped[float | None] = mapped_column(REAL)


class Events(Base):
    __tablename__ = "events"

    event_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ts: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    job_id: Mapped[UUID | None] = mapped_column(Uuid)
    document_id: Mapped[UUID | None] = mapped_column(Uuid)
    realm_id: Mapped[UUID | None] = mapped_column(Uuid)
    user_id: Mapped[UUID | None] = mapped_column(Uuid, server_default=FetchedValue())
    user_name: Mapped[str | None] = mapped_column(Text, server_default=FetchedValue())
    correlation_id: Mapped[UUID | None] = mapped_column(Uuid)
    type: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    code: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())
    xact_id: Mapped[int] = mapped_column(Xid8, server_default=FetchedValue())
    oldest_xact_id: Mapped[int] = mapped_column(Xid8, server_default=FetchedValue())


class FactCache(Base):
    __tablename__ = "fact_cache"

    cache_key: Mapped[str] = mapped_column(Text, primary_key=True)
    generator: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(Text)
    input_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    output_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(16, 9), server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    last_used_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    outcome: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    run_id: Mapped[UUID | None] = mapped_column(Uuid)


class JobStageMoves(Base):
    __tablename__ = "job_stage_moves"

    from_stage: Mapped[str] = mapped_column(Text, ForeignKey("upload_pipeline.job_stages.job_stage"), primary_key=True)
    to_stage: Mapped[str] = mapped_column(Text, ForeignKey("upload_pipeline.job_stages.job_stage"), primary_key=True)


class JobStages(Base):
    __tablename__ = "job_stages"

    job_stage: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    percent: Mapped[int] = mapped_column(Integer)
    phase: Mapped[int] = mapped_column(SmallInteger)
    stage_name: Mapped[str | None] = mapped_column(Text, ForeignKey("upload_pipeline.stages.stage_name"))


class JobStateMoves(Base):
    __tablename__ = "job_state_moves"

    from_state: Mapped[str] = mapped_column(Text, primary_key=True)
    to_state: Mapped[str] = mapped_column(Text, primary_key=True)


class NextVectors(Base):
    __tablename__ = "next_vectors"

    owner_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    embed_model: Mapped[str] = mapped_column(
        Text, ForeignKey("upload_pipeline.embedding_models.embed_model"), primary_key=True
    )
    owner_kind: Mapped[str] = mapped_column(Text)
    embed_version: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(Text)
    vector: Mapped[Any] = mapped_column(HALFVEC())
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class ProcessingWorkflows(Base):
    __tablename__ = "processing_workflows"
    __table_args__ = (_of_document(),)

    document_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    workflow_type: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    total_stages: Mapped[int] = mapped_column(Integer)
    completed_stages: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    current_stage: Mapped[str | None] = mapped_column(Text)
    configuration: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    stage_name: Mapped[str | None] = mapped_column(
        Text, Computed("nullif(current_stage, 'completed')", persisted=True),
        ForeignKey("upload_pipeline.stages.stage_name"),
    )  # fmt: skip


class StageDependencies(Base):
    __tablename__ = "stage_dependencies"

    dependency_id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    stage_name: Mapped[str] = mapped_column(Text, ForeignKey("upload_pipeline.stages.stage_name"))
    depends_on_stage: Mapped[str | None] = mapped_column(Text, ForeignKey("upload_pipeline.stages.stage_name"))
    is_required: Mapped[bool] = mapped_column(Boolean, server_default=FetchedValue())
    execution_order: Mapped[int] = mapped_column(Integer)


class StageOutputFiles(Base):
    __tablename__ = "stage_output_files"
    __table_args__ = (_of_document(),)

    document_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    stage_name: Mapped[str] = mapped_column(Text, ForeignKey("upload_pipeline.stages.stage_name"), primary_key=True)
    file_type: Mapped[str] = mapped_column(Text, primary_key=True)
    file_path: Mapped[str] = mapped_column(Text)
    file_size: Mapped[int] = mapped_column(BigInteger)
    mime_type: Mapped[str] = mapped_column(Text)
    checksum: Mapped[str] = mapped_column(Text)
    # "metadata" is SQLAlchemy's own word on a model
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class RealmMembers(Base):
    __tablename__ = "realm_members"

    realm_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(f"{SCHEMA}.realms.realm_id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    added_by: Mapped[UUID] = mapped_column(Uuid)
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class Realms(Base):
    __tablename__ = "realms"

    realm_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    created_by: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class RateLimits(Base):
    __tablename__ = "rate_limits"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    window_s: Mapped[int] = mapped_column(Integer, primary_key=True)
    window_index: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hits: Mapped[int] = mapped_column(Integer)


class RecordedSettings(Base):
    __tablename__ = "recorded_settings"

    host: Mapped[str] = mapped_column(Text, primary_key=True)
    home: Mapped[str] = mapped_column(Text, primary_key=True)
    part: Mapped[str] = mapped_column(Text, primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recorded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class SearchPostings(Base):
    __tablename__ = "search_postings"

    source_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    length: Mapped[int] = mapped_column(Integer)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    terms: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    counts: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))


class SearchSources(Base):
    __tablename__ = "search_sources"

    source_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    language: Mapped[str] = mapped_column(Text)
    passages: Mapped[int] = mapped_column(Integer)
    words: Mapped[int] = mapped_column(BigInteger)


class StagedChunks(Passage, Base):
    __tablename__ = "staged_chunks"
    __table_args__ = (_of_document(),)

    chunk_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    heading_path: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=FetchedValue())
    outcome: Mapped[str | None] = mapped_column(Text)
    outcome_reason: Mapped[str | None] = mapped_column(Text)
    fact_count: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    refused_count: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    fact_key: Mapped[str | None] = mapped_column(Text)


class StagedQuestionMoves(Base):
    __tablename__ = "staged_question_moves"

    from_status: Mapped[str] = mapped_column(Text, primary_key=True)
    to_status: Mapped[str] = mapped_column(Text, primary_key=True)


class StagedQuestions(Fact, Base):
    __tablename__ = "staged_questions"
    __table_args__ = (_of_document(), _with_realm("upload_batch_id", "upload_batches", "batch_id"))

    question_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    upload_batch_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    document_id: Mapped[UUID | None] = mapped_column(Uuid)
    chunk_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.staged_chunks.chunk_id", ondelete="CASCADE")
    )
    question_type: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    status: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    duplicate_of: Mapped[UUID | None] = mapped_column(Uuid)
    similarity_score: Mapped[float | None] = mapped_column(REAL)
    review_notes: Mapped[str | None] = mapped_column(Text)
    reviewed_by: Mapped[UUID | None] = mapped_column(Uuid)
    reviewed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    edited_by: Mapped[str | None] = mapped_column(Text)
    edited_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    is_standing: Mapped[bool] = mapped_column(Boolean, Computed("…", persisted=True))
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True), Computed("…", persisted=True))
    import_error: Mapped[str | None] = mapped_column(Text)
    ordinal: Mapped[int | None] = mapped_column(Integer)
    rejected_with_document: Mapped[bool] = mapped_column(Boolean, server_default=FetchedValue())
    taken_back: Mapped[bool] = mapped_column(Boolean, server_default=FetchedValue())
    duplicate_of_sha256: Mapped[str | None] = mapped_column(Text)
    left_out_reason: Mapped[str | None] = mapped_column(Text)
    evidence_pieces: Mapped[Any | None] = mapped_column(JSONB)
    publish_from: Mapped[float | None] = mapped_column(REAL)
    ask_from: Mapped[float | None] = mapped_column(REAL)
    decided_by_itself: Mapped[bool] = mapped_column(Boolean, server_default=FetchedValue())
    version: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    changed_by: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    added_by: Mapped[str | None] = mapped_column(Text)


class Stages(Base):
    __tablename__ = "stages"

    stage_name: Mapped[str] = mapped_column(Text, primary_key=True)
    execution_order: Mapped[int] = mapped_column(Integer)


class StagingDuplicates(Base):
    __tablename__ = "staging_duplicates"

    duplicate_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    staged_question_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.staged_questions.question_id", ondelete="CASCADE")
    )
    existing_question_id: Mapped[UUID] = mapped_column(Uuid)
    existing_is_staged: Mapped[bool] = mapped_column(Boolean)
    similarity_score: Mapped[float] = mapped_column(REAL)
    method: Mapped[str] = mapped_column(Text)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())
    resolution: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    resolution_notes: Mapped[str | None] = mapped_column(Text)
    resolved_by: Mapped[str | None] = mapped_column(Text)
    resolved_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    version: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    changed_by: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class UploadBatchMoves(Base):
    __tablename__ = "upload_batch_moves"

    from_status: Mapped[str] = mapped_column(Text, primary_key=True)
    to_status: Mapped[str] = mapped_column(Text, primary_key=True)


class StagedQuestionViews(Base):
    __tablename__ = "staged_question_views"

    question_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.staged_questions.question_id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class UploadBatches(Base):
    __tablename__ = "upload_batches"
    __table_args__ = (_of_document(),)

    batch_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    document_id: Mapped[UUID | None] = mapped_column(Uuid)
    uploaded_by: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    uploaded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    file_name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    review_started_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    review_completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    reviewed_by: Mapped[UUID | None] = mapped_column(Uuid)
    import_started_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    import_completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    matched_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    notes: Mapped[str | None] = mapped_column(Text)
    input_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    output_tokens: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(14, 6), server_default=FetchedValue())
    correlation_id: Mapped[UUID] = mapped_column(Uuid, server_default=FetchedValue())


class UploadJobs(Base):
    __tablename__ = "upload_jobs"
    __table_args__ = (
        _of_document(),
        ForeignKeyConstraint(
            ["stage", "phase"], ["upload_pipeline.job_stages.job_stage", "upload_pipeline.job_stages.phase"]
        ),
    )

    job_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    document_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    stage: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    state: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    phase: Mapped[int] = mapped_column(SmallInteger, server_default=FetchedValue())
    outcome: Mapped[str | None] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=FetchedValue())
    lost_leases: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    retry_count: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    retry_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    parked_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    held_for: Mapped[str | None] = mapped_column(Text)
    waits_since: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    stop_after: Mapped[str | None] = mapped_column(Text, ForeignKey("upload_pipeline.stages.stage_name"))
    is_stopped: Mapped[bool] = mapped_column(Boolean, server_default=FetchedValue())
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    claimed_by: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    lease_token: Mapped[UUID | None] = mapped_column(Uuid)
    lease_expires_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    flow_run_id: Mapped[UUID | None] = mapped_column(Uuid)
    correlation_id: Mapped[UUID] = mapped_column(Uuid)
    profile: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    submitted_via: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    config_sha256: Mapped[str | None] = mapped_column(Text)
    phases_began_at: Mapped[list[datetime | None]] = mapped_column(
        ARRAY(TIMESTAMP(timezone=True)), server_default=FetchedValue()
    )
    stage1_completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    stage2_completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    stage3_completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    stage4_completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    stage5_completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    stage6_completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    stage1_results: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    stage2_approved_matches: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    stage3_validation_results: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    stage4_override_reason: Mapped[str | None] = mapped_column(Text)
    stage6_downloaded_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    queued_since: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True), Computed("…", persisted=True))
    waits_in: Mapped[int | None] = mapped_column(SmallInteger, Computed("…", persisted=True))


class MissingParts(Base):
    __tablename__ = "missing_parts"

    part: Mapped[str] = mapped_column(Text, primary_key=True)
    error: Mapped[dict[str, Any]] = mapped_column(JSONB)
    since: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    tries: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    probe_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class EventStreams(Base):
    __tablename__ = "event_streams"

    stream_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    open_until: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class Presence(Base):
    __tablename__ = "presence"
    __table_args__ = (_of_document(),)

    document_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    user_name: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    question_id: Mapped[UUID | None] = mapped_column(Uuid)
    seen_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class Withdrawals(Base):
    __tablename__ = "withdrawals"
    __table_args__ = (_of_document(),)

    withdrawal_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    document_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    job_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("upload_pipeline.upload_jobs.job_id", ondelete="CASCADE"))
    withdrawn_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    user_id: Mapped[UUID] = mapped_column(Uuid)
    withdrawn_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    chunks: Mapped[int] = mapped_column(Integer)
    facts: Mapped[int] = mapped_column(Integer)
    taken_over: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())


class Erasures(Base):
    __tablename__ = "erasures"

    erasure_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    scope: Mapped[str] = mapped_column(Text)
    realm_id: Mapped[UUID | None] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    document_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    batch_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=FetchedValue())
    state: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    asked_by: Mapped[UUID] = mapped_column(Uuid, server_default=FetchedValue())
    asked_by_name: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    reason: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pending: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    planned_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    begun_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class ParkedDecisions(Base):
    __tablename__ = "parked_decisions"
    __table_args__ = (_of_document(),)

    parked_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    group_id: Mapped[UUID] = mapped_column(Uuid, server_default=FetchedValue())
    job_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("upload_pipeline.upload_jobs.job_id", ondelete="CASCADE"))
    document_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    decision: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    taken_by: Mapped[str] = mapped_column(Text)
    seen: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    due_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    outcome: Mapped[str | None] = mapped_column(Text)
    undone_by: Mapped[str | None] = mapped_column(Text)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ReviewChanges(Base):
    __tablename__ = "review_changes"
    __table_args__ = (_of_document(), _with_realm("batch_id", "upload_batches", "batch_id"))

    change_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    document_id: Mapped[UUID | None] = mapped_column(Uuid)
    batch_id: Mapped[UUID | None] = mapped_column(Uuid)
    made_by: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(Uuid, server_default=FetchedValue())
    made_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    subjects: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    undoes: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.review_changes.change_id", ondelete="CASCADE")
    )


class ReviewChangeRows(Base):
    __tablename__ = "review_change_rows"

    change_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.review_changes.change_id", ondelete="CASCADE"), primary_key=True
    )
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    row_key: Mapped[str] = mapped_column(Text, primary_key=True)
    question_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.staged_questions.question_id", ondelete="CASCADE")
    )
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class UnreadSources(Base):
    __tablename__ = "unread_sources"

    source_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class WebhookEndpoints(Base):
    __tablename__ = "webhook_endpoints"

    webhook_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    disabled_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    disabled_because: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    failures: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    paused_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    last_error: Mapped[str | None] = mapped_column(Text)


class WebhookDeliveries(Base):
    __tablename__ = "webhook_deliveries"
    __table_args__ = (_with_realm("webhook_id", "webhook_endpoints", "webhook_id"),)

    delivery_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    webhook_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    event: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    attempts: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    next_attempt_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    response_status: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    delivered_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    sending_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class Sources(Base):
    __tablename__ = "sources"

    source_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    uri: Mapped[str] = mapped_column(Text)
    include: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=FetchedValue())
    exclude: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=FetchedValue())
    vanished: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    grace: Mapped[timedelta] = mapped_column(Interval, server_default=FetchedValue())
    every: Mapped[timedelta | None] = mapped_column(Interval)
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())
    added_by: Mapped[UUID] = mapped_column(Uuid, server_default=FetchedValue())
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    paused_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    listed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    removal: Mapped[str | None] = mapped_column(Text)


class SourceItems(Base):
    __tablename__ = "source_items"
    __table_args__ = (_of_source(),)

    source_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    uri: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(Text)
    document_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.documents.document_id", ondelete="SET NULL")
    )
    first_seen_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    last_seen_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    missing_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    vanished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class SourceRuns(Base):
    __tablename__ = "source_runs"
    __table_args__ = (_of_source(),)

    run_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    source_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID | None] = mapped_column(Uuid, server_default=FetchedValue())
    user_name: Mapped[str | None] = mapped_column(Text, server_default=FetchedValue())
    worker: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    outcome: Mapped[str] = mapped_column(Text, server_default=FetchedValue())
    plan: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())
    done: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    total: Mapped[int] = mapped_column(Integer, server_default=FetchedValue())
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    decision: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
    decider_id: Mapped[UUID | None] = mapped_column(Uuid)


class Vanishings(Base):
    __tablename__ = "vanishings"
    __table_args__ = (_of_document(),)

    vanishing_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    document_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    source_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("upload_pipeline.sources.source_id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    vanished_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    decision: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(Text)
    returned_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class KnowledgeChanges(Base):
    __tablename__ = "knowledge_changes"

    change_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    document_id: Mapped[UUID | None] = mapped_column(Uuid)
    batch_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    kind: Mapped[str | None] = mapped_column(Text)
    job_id: Mapped[UUID | None] = mapped_column(Uuid)
    version: Mapped[int | None] = mapped_column(Integer)
    facts_came: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=FetchedValue())
    facts_went: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=FetchedValue())
    facts_changed: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=FetchedValue())
    xact_id: Mapped[int] = mapped_column(Xid8, server_default=FetchedValue())
    oldest_xact_id: Mapped[int] = mapped_column(Xid8, server_default=FetchedValue())


class ChangeFeed(Base):
    __tablename__ = "change_feed"

    is_only: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=FetchedValue())
    feed_id: Mapped[UUID] = mapped_column(Uuid, server_default=FetchedValue())
    began_after: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())


class PrunedChanges(Base):
    __tablename__ = "pruned_changes"

    realm_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    through: Mapped[int] = mapped_column(BigInteger)


class ChangeCursors(Base):
    __tablename__ = "change_cursors"

    realm_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    feed_id: Mapped[UUID] = mapped_column(Uuid)
    after: Mapped[int] = mapped_column(BigInteger)
    seen: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    confirmed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())


class MemoryReach(Base):
    __tablename__ = "memory_reach"

    is_only: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=FetchedValue())
    since: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class PastQuestions(Base):
    """Facts and questions that were in production: the columns of ``AllQuestions``, none of them computed."""

    __tablename__ = "past_questions"
    __table_args__ = (_of_document(),)

    question_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    document_id: Mapped[UUID | None] = mapped_column(Uuid)
    chunk_id: Mapped[UUID | None] = mapped_column(Uuid)
    topic: Mapped[str | None] = mapped_column(Text)
    subtopic: Mapped[str | None] = mapped_column(Text)
    question_type: Mapped[str] = mapped_column(Text)
    difficulty: Mapped[str | None] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    notes_for_tutor: Mapped[str | None] = mapped_column(Text)
    statement: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    evidence_match: Mapped[str | None] = mapped_column(Text)
    evidence_char_from: Mapped[int | None] = mapped_column(Integer)
    evidence_page: Mapped[int | None] = mapped_column(Integer)
    generator: Mapped[str] = mapped_column(Text)
    match_version: Mapped[int] = mapped_column(SmallInteger)
    match_text: Mapped[str | None] = mapped_column(Text)
    match_sha256: Mapped[str] = mapped_column(Text)
    match_trigrams: Mapped[int] = mapped_column(Integer)
    match_signature: Mapped[bytes] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(Text)
    own_from: Mapped[int | None] = mapped_column(SmallInteger)
    undisputed: Mapped[UUID | None] = mapped_column(Uuid)
    about: Mapped[UUID | None] = mapped_column(Uuid)
    own_undisputed: Mapped[UUID | None] = mapped_column(Uuid)
    own_about: Mapped[UUID | None] = mapped_column(Uuid)
    confidence: Mapped[float | None] = mapped_column(REAL)
    confidence_reasons: Mapped[str | None] = mapped_column(Text)
    embedding: Mapped[Any] = mapped_column(HALFVEC())
    embed_model: Mapped[str] = mapped_column(Text)
    embed_version: Mapped[str] = mapped_column(Text)
    sketch: Mapped[str | None] = mapped_column(BIT(varying=True))
    valid_from: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), primary_key=True)
    valid_to: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    upload_batch_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.upload_batches.batch_id", ondelete="CASCADE")
    )


class PastChunks(Passage, Base):
    """Passages that were in production: the columns of ``DocumentChunks``."""

    __tablename__ = "past_chunks"
    __table_args__ = (_of_document(),)

    chunk_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    heading_path: Mapped[list[str]] = mapped_column(ARRAY(Text))
    embedding: Mapped[Any] = mapped_column(HALFVEC())
    embed_model: Mapped[str] = mapped_column(Text)
    embed_version: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), primary_key=True)
    valid_to: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class PublishedVersions(Base):
    __tablename__ = "published_versions"
    __table_args__ = (_of_document(),)

    document_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    valid_to: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    job_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("upload_pipeline.upload_jobs.job_id", ondelete="SET NULL")
    )
    origin: Mapped[str] = mapped_column(Text)
    reverted_to: Mapped[int | None] = mapped_column(Integer)
    ended: Mapped[str | None] = mapped_column(Text)
    replaced_by: Mapped[UUID | None] = mapped_column(Uuid)
    file_name: Mapped[str] = mapped_column(Text)
    published_path: Mapped[str | None] = mapped_column(Text)
    published_sha256: Mapped[str | None] = mapped_column(Text)
    approved_by: Mapped[UUID | None] = mapped_column(Uuid)
    approved_name: Mapped[str | None] = mapped_column(Text)
    approvals: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_name: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[str | None] = mapped_column(Text)
    chunks: Mapped[int] = mapped_column(Integer)
    facts: Mapped[int] = mapped_column(Integer)
    facts_came: Mapped[int] = mapped_column(Integer)
    facts_went: Mapped[int] = mapped_column(Integer)
    facts_changed: Mapped[int] = mapped_column(Integer)


class Reversions(Base):
    __tablename__ = "reversions"
    __table_args__ = (_of_document(),)

    reversion_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    document_id: Mapped[UUID] = mapped_column(Uuid)
    realm_id: Mapped[UUID] = mapped_column(Uuid)
    version: Mapped[int] = mapped_column(Integer)
    instead_of: Mapped[UUID | None] = mapped_column(Uuid)
    reverted_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=FetchedValue())
    user_id: Mapped[UUID] = mapped_column(Uuid)
    reverted_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
