"""Rules that nothing was lost on the way: the conservation ledger."""

from collections import Counter
from collections.abc import Iterator

from pipeline_core.domain.facts import ChunkOutcome
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import counted
from pipeline_core.validation.subject import Subject

_MOST_REASONS = 5


def chunk_without_outcome(subject: Subject) -> Iterator[Finding]:
    """Every chunk ended as facts, as nothing here (with a reason), failed, or was not asked, as the settings say."""
    for row in subject.chunks:
        chunk = f"chunk {row.chunk.ordinal}"
        page = None if subject.page_map.count is None else row.chunk.page_from
        where = chunk if page is None else f"{chunk} ({subject.page_map.unit} {page})"
        if row.outcome is None:
            code, message = "chunk_without_outcome", f"{where.capitalize()} was never asked for facts."
        elif row.outcome is ChunkOutcome.FAILED:
            code, message = "chunk_failed", f"No facts could be extracted from {where}: {row.reason}"
        else:
            continue
        yield Finding(code, Severity.CRITICAL, message, {"chunk": row.chunk.ordinal, "page": page}, subject=chunk)


def text_outside_chunks(subject: Subject) -> Iterator[Finding]:
    """Every visible character of the text is in a chunk, and every chunk is what stands at its offsets."""
    at, outside = 0, 0
    for row in subject.chunks:
        chunk = row.chunk
        if subject.markdown[chunk.char_from : chunk.char_to] != chunk.text:
            yield Finding(
                "chunk_offsets_wrong",
                Severity.CRITICAL,
                f"Chunk {chunk.ordinal} is not the text at its offsets.",
                {"char_from": chunk.char_from, "char_to": chunk.char_to},
                subject=f"chunk {chunk.ordinal}",
            )
        outside += len(subject.markdown[at : chunk.char_from].strip()) if chunk.char_from > at else 0
        at = max(at, chunk.char_to)
    outside += len(subject.markdown[at:].strip())
    if outside:
        yield Finding(
            "text_outside_chunks",
            Severity.CRITICAL,
            f"Not in any chunk: {counted(outside, 'character')} of the text.",
            {"characters": outside},
        )


def ledger_counts(subject: Subject) -> Iterator[Finding]:
    """Every fact that a chunk gave is staged, as whatever it was decided to be, and nothing else is."""
    told = sum(row.fact_count for row in subject.chunks)
    if told != subject.staged:
        yield Finding(
            "ledger_counts",
            Severity.CRITICAL,
            f"The chunks account for {counted(told, 'fact')}; staged: {subject.staged:,}.",
            {"counted": told, "staged": subject.staged},
        )


def no_facts(subject: Subject) -> Iterator[Finding]:
    """Nothing of the document would be published as a fact: why, of all that was found and of all chunks.

    Less than a warning where all that was found is known from elsewhere, or was rejected.
    """
    if subject.questions or not subject.chunks or subject.asks_nothing:
        return
    left_out = Counter(fact.left_out.words for fact in subject.left_out if fact.left_out)
    elsewhere = subject.staged - len(subject.left_out)
    without = Counter(row.reason or "nothing found" for row in subject.chunks if not row.fact_count)
    why = [f"{counted(count, 'fact')} left out ({words})" for words, count in left_out.most_common()]
    if elsewhere:
        why.append(f"{counted(elsewhere, 'fact')} said by other documents already, or rejected")
    why += [f"{counted(count, 'chunk')} without any ({reason})" for reason, count in without.most_common(_MOST_REASONS)]
    if more := sum(without.values()) - sum(count for _, count in without.most_common(_MOST_REASONS)):
        why.append(f"{counted(more, 'more chunk')} without any")
    yield Finding(
        "no_facts",
        Severity.INFO if elsewhere and not subject.left_out else Severity.WARNING,
        f"No fact of this document is published: {'; '.join(why)}. Search finds its passages all the same.",
        {
            "left_out": len(subject.left_out),
            "elsewhere": elsewhere,
            "chunks": len(subject.chunks),
            "chunks_without": dict(without.most_common()),
        },
    )


def oversized_chunk(subject: Subject) -> Iterator[Finding]:
    limit = subject.settings.chunk_max_chars * subject.settings.validation_oversized_chunk_factor
    for row in subject.chunks:
        if len(row.chunk.text) > limit:
            yield Finding(
                "oversized_chunk",
                Severity.WARNING,
                f"Chunk {row.chunk.ordinal} has {len(row.chunk.text):,} characters; "
                f"chunks are cut at {subject.settings.chunk_max_chars:,}.",
                {"characters": len(row.chunk.text), "limit": limit},
                subject=f"chunk {row.chunk.ordinal}",
            )
