"""Plain words for where a document stands and what comes next, and for its events."""

from collections.abc import Mapping
from typing import NamedTuple

from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, StageName


class _Work(NamedTuple):
    """A stage as a noun, as a tag while it runs, and in a sentence."""

    noun: str
    tag: str
    doing: str
    then: str


_WORK: Mapping[StageName, _Work] = {
    StageName.INGEST: _Work("intake", "Being taken in", "its file is being taken in", "its file is taken in"),
    StageName.MARKDOWN_CONVERSION: _Work(
        "conversion", "Being converted", "it is being converted to text", "it is converted to text"
    ),
    StageName.MARKDOWN_OPTIMIZER: _Work(
        "cleaning", "Being cleaned", "its text is being cleaned", "its text is cleaned"
    ),
    StageName.CHUNKER: _Work(
        "cutting", "Being cut", "its text is being cut into passages", "its text is cut into passages"
    ),
    StageName.FACT_GENERATOR: _Work(
        "finding facts",
        "Finding facts",
        "facts are being found in its passages, and compared with what is known",
        "facts are found in its passages",
    ),
    StageName.VALIDATION: _Work(
        "validation",
        "Being validated",
        "its facts are being validated",
        "its facts are validated, once people have decided what only they can",
    ),
    StageName.EMBEDDER: _Work("embedding", "Being embedded", "its facts are being embedded", "its facts are embedded"),
    StageName.INGESTOR: _Work("publication", "Being published", "it is being published", "it is published"),
}
_ENDED: Mapping[str | None, tuple[str, str, str]] = {
    Outcome.PUBLISHED: ("Published", "is published", "Its facts can be searched and exported."),
    Outcome.REJECTED: ("Rejected", "was rejected", "Nothing new of it is published."),
    Outcome.WITHDRAWN: ("Withdrawn", "was withdrawn", "Nothing of it is in production; a retry publishes it again."),
    Outcome.SUPERSEDED: ("Replaced", "was replaced", "A newer version took its place before it was published."),
}
_DONE = ("Done", "is done", "Nothing follows.")
_STANDS: Mapping[JobState, tuple[str, str, str]] = {
    JobState.QUEUED: ("Queued", "waits for a worker", "It goes on by itself."),
    JobState.RETRYABLE: ("Tried again soon", "failed, and is tried again soon", "It is tried again by itself."),
    JobState.DEADLETTER: ("Failed", "failed", "A retry goes on where it failed."),
}
_ASKED: Mapping[JobStage, tuple[str, str]] = {
    JobStage.MATCHING_REVIEW: (
        "waits in matching review",
        "A person decides about its facts; then they are validated.",
    ),
    JobStage.VALIDATION_REVIEW: (
        "waits in validation review",
        "A person decides about the findings; then it is published, or not.",
    ),
}


class Standing(NamedTuple):
    """The words for it: ``tag`` in a list, ``clause`` after "it", and the sentence on what comes next."""

    tag: str
    clause: str
    then: str


def standing(state: str, stage: str, outcome: str | None = None) -> Standing:
    """Say where a document stands, by the state, the position and the outcome of its job."""
    at = JobState(state)
    if at is JobState.DONE:
        return Standing(*_ENDED.get(outcome, _DONE))
    if at is JobState.AWAITING_REVIEW:
        return Standing("Waits for a person", *_ASKED[JobStage(stage)])
    work = JobStage(stage).row.work
    if at is JobState.WORKING and work:
        following = _after(work)
        then = f"Then {_WORK[following].then}." if following else "Then its facts can be searched and exported."
        return Standing(_WORK[work].tag, f"is on its way: {_WORK[work].doing}", then)
    return Standing(*_STANDS[at]) if at in _STANDS else Standing("Under way", "is on its way", "It goes on by itself.")


def doing(stage: StageName) -> str:
    """Say in a sentence what a stage does."""
    said = _WORK[stage].doing
    return f"{said[:1].upper()}{said[1:]}."


def stage_noun(name: str) -> str:
    """Return a stage, or a position within one, as a noun."""
    work = StageName(name) if name in {*StageName} else JobStage(name).row.work
    return _WORK[work].noun if work else name.replace("_", " ")


def _after(work: StageName) -> StageName | None:
    order = list(StageName)
    at = order.index(work) + 1
    return order[at] if at < len(order) else None


EVENTS: Mapping[str, str] = {
    "job_validated": "The file was looked at and accepted",
    "parsing": "Conversion began",
    "parsed": "The text was read from the file",
    "parse_validated": "Converted to text",
    "optimizing": "Cleaning of the text began",
    "optimized": "The text was cleaned",
    "chunking": "Cutting into passages began",
    "chunks_buffered": "The passages were cut",
    "chunked": "The passages were stored",
    "generating_facts": "Finding facts began",
    "facts_staged": "Facts were found and compared",
    "matching_review": "It came to matching review",
    "validating": "Validation began",
    "validated": "Its facts were validated",
    "validation_review": "It came to validation review",
    "embedding": "Embedding began",
    "embeddings_buffered": "Its facts were embedded",
    "embedded": "The vectors were stored",
    "ingesting": "Publication began",
    "ingested": "Published",
    "retry_later": "It failed, and is tried again",
    "interrupted": "The run was stopped; it goes on later",
    "dead_letter": "It failed for good",
    "parked": "It waits for a budget or a quota",
    "held": "It waits for a part of the installation",
    "stopped": "It stopped behind the stage that was asked for",
    "matching_review_needed": "It waits for a person, in matching review",
    "validation_review_needed": "It waits for a person, in validation review",
    "matches_approved": "The document was approved",
    "returned_to_matching": "It was returned to matching review",
    "validation_overridden": "Its findings were overridden",
    "document_rejected": "The document was rejected",
    "published": "Published",
    "superseded": "A newer version took its place",
    "superseded_in_review": "A newer version took its place while it waited",
    "document_withdrawn": "It was withdrawn from production",
    "document_reverted": "It went back to an earlier version",
    "put_back": "It was put back in the place of later content",
    "copy_withdrawn": "Facts of it were published, as the document that said the same was withdrawn",
    "acknowledged": "The publication was acknowledged",
}
"""Events of jobs in words, by their codes."""
