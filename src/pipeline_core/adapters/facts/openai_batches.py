"""Facts through the endpoint's Batch API: a file of requests in, a file of answers out, within a day."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import structlog

from pipeline_core.adapters.facts.openai import OpenAIFactGenerator
from pipeline_core.adapters.openai_api.client import OpenAIClient
from pipeline_core.domain.errors import ServiceRefusedError, UnknownToServiceError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.ports.paid import BatchResult

if TYPE_CHECKING:
    from openai.types import Batch

log = structlog.stdlib.get_logger(__name__)
_OURS = "pipeline_batch"
_LISTED = 100
_MOST_PAGES = 20
# results name their chunk by its key alone
_UNKNOWN = ChunkInput("", ())
_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})


class OpenAIFactBatches:
    """Batches of one generator's requests; a line's ``custom_id`` is the key of its chunk."""

    def __init__(self, client: OpenAIClient, generator: OpenAIFactGenerator) -> None:
        self._client, self._generator = client, generator

    def most(self, chunk: ChunkInput) -> Usage:
        return self._generator.most(chunk, batch=True)

    def find(self, batch_id: UUID) -> str | None:
        """Our batch by the id that it carries in its metadata."""
        after: dict[str, Any] = {}
        for _ in range(_MOST_PAGES):
            page = self._page(after)
            for batch in page.data:
                if (batch.metadata or {}).get(_OURS) == str(batch_id):
                    return str(batch.id)
            if not getattr(page, "has_more", False) or not page.data:
                return None
            after = {"after": page.data[-1].id}
        return None

    def _page(self, after: Mapping[str, Any]) -> Any:
        return self._client.ask(lambda client: client.batches.with_raw_response.list(limit=_LISTED, **after))

    def submit(self, batch_id: UUID, chunks: Mapping[str, ChunkInput]) -> str:
        lines = [
            {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": self._generator.body(chunk)}
            for key, chunk in chunks.items()
        ]
        data = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
        file: Any = self._client.ask(
            lambda client: client.files.with_raw_response.create(file=(f"{batch_id}.jsonl", data), purpose="batch")
        )
        batch: Any = self._client.ask(
            lambda client: client.batches.with_raw_response.create(
                input_file_id=file.id,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                metadata={_OURS: str(batch_id)},
            )
        )
        return str(batch.id)

    def fetch(self, provider_id: str) -> BatchResult:
        try:
            batch: Batch = self._client.ask(lambda client: client.batches.with_raw_response.retrieve(provider_id))
        except UnknownToServiceError:
            return BatchResult(True, gone=True)
        if batch.status not in _ENDED:
            return BatchResult(False)
        try:
            completions = list(self._completions(batch))
        except UnknownToServiceError:
            # deleted there: whoever has kept the answers did, or they are lost
            return BatchResult(True, gone=True)
        answers = {key: self._generator.read(completion, _UNKNOWN, batch=True) for key, completion in completions}
        error = None
        if batch.status == "failed":
            found = batch.errors.data if batch.errors and batch.errors.data else []
            words = "; ".join(str(one.message) for one in found[:3]) or "no reason given"
            error = ServiceRefusedError(f"The endpoint refused the batch: {words}.", where=self._client.where)
        names = (batch.input_file_id, batch.output_file_id, batch.error_file_id)
        return BatchResult(True, answers, error, files=tuple(name for name in names if name))

    def delete_file(self, file_id: str) -> None:
        with suppress(UnknownToServiceError):
            self._client.ask(lambda client: client.files.with_raw_response.delete(file_id))

    def _completions(self, batch: "Batch") -> Iterator[tuple[str, Any]]:
        from openai.types.chat import ChatCompletion

        if not batch.output_file_id:
            return
        name = batch.output_file_id
        content: Any = self._client.ask(lambda client: client.files.with_raw_response.content(name))
        for line in content.content.splitlines():
            try:
                row = orjson.loads(line)
                response = row["response"]
                if response["status_code"] == 200:
                    yield row["custom_id"], ChatCompletion.model_validate(response["body"])
            except (ValueError, KeyError, TypeError) as error:
                # it costs the others nothing: its chunk is one that the batch did not come to
                log.warning("batch_line_unreadable", where=self._client.where, error=describe_error(error))
