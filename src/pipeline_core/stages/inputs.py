"""Reading what earlier stages left."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.errors import LedgerError, ObjectNotFoundError, PipelineError
from pipeline_core.domain.ids import DocumentId, sha256_hex
from pipeline_core.domain.jobs import HeldJob, OutputRow
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.settings import Settings
from pipeline_core.stages.base import D, Fetched, StageInput

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


def for_each(
    ids: Iterable[DocumentId], read: Callable[[DocumentId], StageInput[D]]
) -> dict[DocumentId, StageInput[D] | PipelineError]:
    """The input of each document, or what is wrong with it."""
    found: dict[DocumentId, StageInput[D] | PipelineError] = {}
    for document_id in ids:
        try:
            found[document_id] = read(document_id)
        except PipelineError as error:
            found[document_id] = error
    return found


def require(outputs: dict[str, OutputRow], *file_types: str) -> OutputRow:
    """The first of these kinds that there is.

    Raises:
        ObjectNotFoundError: there is none of them.
    """
    for file_type in file_types:
        if file_type in outputs:
            return outputs[file_type]
    raise ObjectNotFoundError(f"No earlier stage left any of: {', '.join(file_types)}.")


def markdown_kinds(settings: Settings) -> list[str]:
    """The markdown that later stages read: the optimized one before the converted one."""
    return ["optimized_markdown", "markdown"] if settings.optimizer_enabled else ["markdown"]


def fetch_markdown(uow: "UnitOfWork", jobs: Sequence[HeldJob], kinds: Sequence[str]) -> Fetched[OutputRow]:
    """The markdown of each document: the first of these kinds that there is."""
    ids = [job.document_id for job in jobs]
    outputs = uow.stages.outputs(ids, kinds)

    def read(document_id: DocumentId) -> StageInput[OutputRow]:
        markdown = require(outputs.get(document_id, {}), *kinds)
        return StageInput(text_checksums(markdown), markdown)

    return for_each(ids, read)


def read_text(store: ObjectStore, output: OutputRow) -> str:
    return store.get(output.path, sha256=output.checksum).decode("utf-8")


def text_checksums(output: OutputRow) -> tuple[str, str]:
    """Returns a text's identity for a stage: the checksums of its bytes and of its page map.

    Raises:
        LedgerError: it was left without a page map.
    """
    pages = page_map(output).as_json()
    return output.checksum, sha256_hex(orjson.dumps(pages, option=orjson.OPT_SORT_KEYS))


def page_map(output: OutputRow) -> PageMap:
    """Returns the positions of the pages in the file.

    Raises:
        LedgerError: it was left without a page map.
    """
    if "page_map" not in output.metadata:
        raise LedgerError(f"The {output.file_type} of {output.stage_name} has no page map.", where=output.path)
    return PageMap.from_json(output.metadata["page_map"])


def page_words(outputs: Mapping[str, OutputRow]) -> OutputRow | None:
    """Returns the words of the pages, if the converter of the present markdown recorded them."""
    words, markdown = outputs.get("page_words"), outputs.get("markdown")
    if words is None or markdown is None or markdown.metadata.get("page_words") != words.checksum:
        return None
    return words


def read_words(store: ObjectStore, words: OutputRow | None) -> bytes | None:
    return store.get(words.path, sha256=words.checksum) if words else None


def json_bytes(value: Any) -> bytes:
    """Indented JSON with sorted keys: the same value is the same bytes, and people can read it."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
