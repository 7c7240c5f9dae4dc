"""LlamaParse, by the ``llama-cloud`` package: upload, start, poll, page-wise markdown. Only ``start`` costs money."""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from pipeline_core.adapters.converters import llama_parse_result as results
from pipeline_core.adapters.converters.declared import page_hint
from pipeline_core.adapters.llama_cloud_api.client import LlamaCloudClient
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import (
    AnswerLostError,
    ConfigurationError,
    ConversionFailedError,
    ConversionPendingError,
    PipelineError,
    ServiceUnavailableError,
)
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.domain.parsing import ParsedPage, ParsePlan, ParseResult, StartedJob
from pipeline_core.domain.spending import PagePrice

REVISION = 1
"""Of what the service is asked for: with another, it is paid for anew."""
READING = 3
"""Raise it whenever the same answer of the service may give other markdown."""

VERSIONS = {"cost_effective": "2026-09-28", "agentic": "2026-10-16", "agentic_plus": "2026-09-28"}
"""The version of each tier unless the setting names one: the same document gives the same markdown."""

_TAG = "document-pipeline"
# our clock and the service's may differ
_CLOCKS_DIFFER = timedelta(hours=1)
_LONGEST_POLL_S = 10.0
_RESULT_TRIES = 3


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """Options of a request. ``uncounted_pages``: the most that is read of a file whose pages cannot be counted."""

    tier: str
    version: str
    deadline_s: float
    poll_s: float
    uncounted_pages: int


class LlamaParse:
    """A ``ParseService``. ``count_pages`` counts those of a PDF without harm, whatever is in it."""

    def __init__(
        self,
        client: LlamaCloudClient,
        options: ParseOptions,
        price: PagePrice,
        count_pages: Callable[[bytes, str], int],
    ) -> None:
        self._client, self._options, self._price, self._count_pages = client, options, price, count_pages
        self._tier_version = options.version or VERSIONS[options.tier]
        self.name = f"llama-parse-{options.tier}"
        self.model = self.name
        self.version = f"{REVISION}.{READING}+{self._tier_version}+{options.uncounted_pages}"
        self.deadline_s = options.deadline_s
        self.pause_s = options.poll_s
        self.call_s = 3 * options.deadline_s

    def plan(self, data: bytes, *, filename: str) -> ParsePlan | None:
        kind = filetypes.detect(data, filename)
        if kind not in results.UNITS:
            return None
        pages = self._count_pages(data, filename) if kind is filetypes.PDF else None
        max_pages = pages or self._options.uncounted_pages
        shape = [sha256_hex(data), self.name, self._tier_version, REVISION, kind.mime, max_pages, self._parameters()]
        key = hashlib.sha256(orjson.dumps(shape, option=orjson.OPT_SORT_KEYS)).hexdigest()
        expected = min(pages or page_hint(data, kind) or max_pages, max_pages)
        most, usual = self._price.of(max_pages), self._price.of(expected)
        return ParsePlan(key, data, filename, kind, pages, max_pages, most, expected, usual)

    def _parameters(self) -> dict[str, Any]:
        """Pipe tables, as the local converter writes them; nothing hidden is left out; pages fail one by one."""
        return {
            "input_options": {
                "presentation": {"include_hidden_slides": True},
                "spreadsheet": {"include_hidden_sheets": True},
            },
            "output_options": {"markdown": {"tables": {"output_tables_as_markdown": True}}, "images_to_save": []},
            "processing_control": {"job_failure_conditions": {"allowed_page_failure_ratio": 1.0}},
        }

    def find(self, tag: UUID, *, age_s: float) -> str | None:
        from llama_cloud.pagination import SyncPaginatedCursor

        until = self._until()
        since = datetime.now(UTC) - timedelta(seconds=age_s) - _CLOCKS_DIFFER
        page = self._client.ask(
            lambda client: client.parsing.list(created_at_on_or_after=since, page_size=100),
            SyncPaginatedCursor,
            until=until,
        )
        while True:
            for job in page.items:
                if (job.user_metadata or {}).get(_TAG) == str(tag):
                    return str(job.id)
            if not page.has_next_page():
                return None
            following = page
            page = self._client.ask(lambda _client: following.get_next_page(), SyncPaginatedCursor, until=until)  # noqa: B023

    def start(self, plan: ParsePlan, tag: UUID) -> StartedJob:
        until = self._until()
        file_id = self._upload(plan, until)
        try:
            return StartedJob(self._begin(plan, tag, file_id, until), file_id)
        except AnswerLostError:
            raise  # it may have begun, and need its file
        except PipelineError:
            with suppress(PipelineError):
                self.delete_file(file_id)
            raise

    def _begin(self, plan: ParsePlan, tag: UUID, file_id: str, until: float) -> str:
        from llama_cloud.types import ParsingCreateResponse

        started = self._client.ask(
            lambda client: client.parsing.create(
                file_id=file_id,
                tier=self._options.tier,
                version=self._tier_version,
                page_ranges={"max_pages": plan.max_pages},
                user_metadata={_TAG: str(tag)},
                client_name=_TAG,
                **self._parameters(),
            ),
            ParsingCreateResponse,
            until=until,
            charged=True,
        )
        job_id = _identifier(started)
        if job_id is None:
            raise AnswerLostError("LlamaCloud's answer names no job.", where=self._client.where)
        return job_id

    def delete_file(self, file_id: str) -> None:
        import llama_cloud

        def delete(client: llama_cloud.LlamaCloud) -> bool:
            with suppress(llama_cloud.NotFoundError):
                client.files.delete(file_id)
            return True

        self._client.ask(delete, bool, until=time.monotonic() + self._client.timeout_s)

    def _upload(self, plan: ParsePlan, until: float) -> str:
        """An upload costs nothing: one that was lost is only lost."""
        from llama_cloud.types import FileCreateResponse

        file = (plan.filename, plan.data, plan.kind.mime)
        try:
            uploaded = self._client.ask(
                lambda client: client.files.create(file=file, purpose="parse"), FileCreateResponse, until=until
            )
        except AnswerLostError as error:
            raise ServiceUnavailableError(f"The upload was lost. {error.message}", where=error.where) from None
        file_id = _identifier(uploaded)
        if file_id is None:
            raise ServiceUnavailableError("LlamaCloud took the upload and gave it no id.", where=self._client.where)
        return file_id

    def wait(self, job_id: str, plan: ParsePlan, *, seconds: float) -> ParseResult:
        ends = time.monotonic() + seconds
        pause, missing = self._options.poll_s, 0
        while True:
            # a look is free: errors of the service are asked about again, and the job goes on without us
            response = self._look(job_id, ends)
            if response is None:
                return ParseResult(error=ConversionFailedError(f"LlamaParse no longer has its job {job_id}."))
            result = results.result_of(response, plan, self._price, self._client.quoted)
            if result is not None:
                return result
            if response.job.status == "COMPLETED":
                missing += 1
                if missing == _RESULT_TRIES:
                    return ParseResult(
                        usage=results.usage_of(response, self._price, pages=None),
                        error=ConversionFailedError(f"LlamaParse finished its job {job_id} without a result."),
                    )
            if time.monotonic() + pause > ends:
                raise ConversionPendingError(
                    f"LlamaParse has not finished its job {job_id} in {self.deadline_s:g} seconds; "
                    f"it is {str(response.job.status).lower()}.",
                    where=plan.filename,
                )
            time.sleep(pause)
            pause = min(pause * 1.5, max(_LONGEST_POLL_S, self._options.poll_s))

    def _look(self, job_id: str, ends: float) -> Any:
        """Look up the state of the job, with its pages if it has any; None: there is no such job."""
        import llama_cloud
        from llama_cloud.types import ParsingGetResponse

        def get(client: llama_cloud.LlamaCloud) -> ParsingGetResponse | None:
            try:
                response = client.parsing.get(job_id, expand=["markdown", "usage"])
            except llama_cloud.NotFoundError:
                return None
            if not results.is_readable(response):
                raise TypeError("not a parse job")
            return response

        # at least one whole request, even when the deadline is over
        until = max(ends, time.monotonic() + self._client.timeout_s)
        return self._client.ask(get, object, until=until)

    def converted(self, pages: Sequence[ParsedPage], plan: ParsePlan) -> Converted:
        return results.converted(pages, plan, self.name)

    def check(self) -> str:
        """Ask for the versions and for a job, which costs nothing; returns a sentence.

        Raises:
            PipelineError: the service is away, does not take the key, or has no such version.
        """
        from llama_cloud.pagination import SyncPaginatedCursor
        from llama_cloud.types import ParsingListVersionsResponse

        until = time.monotonic() + self._client.timeout_s
        self._client.ask(lambda client: client.parsing.list(page_size=1), SyncPaginatedCursor, until=until)
        versions = self._client.ask(
            lambda client: client.parsing.list_versions(), ParsingListVersionsResponse, until=until
        )
        known = [str(version) for version in getattr(versions, self._options.tier, None) or []]
        if self._tier_version not in ("latest", *known):
            raise ConfigurationError(
                f"{self._client.where} has no version {self._tier_version} of the tier {self._options.tier}.",
                action=f"Set UPLOAD_PIPELINE_LLAMA_PARSE_VERSION to one of: {', '.join(sorted(known)[-5:])}.",
            )
        return f"{self._client.where} accepts the key and has {self._options.tier} {self._tier_version}"

    def _until(self) -> float:
        return time.monotonic() + self.deadline_s


def _identifier(answer: Any) -> str | None:
    value = getattr(answer, "id", None)
    return value if isinstance(value, str) and value else None
