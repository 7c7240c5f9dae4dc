"""Finding duplicates: exact ones by hash, look-alikes by trigram similarity, among new rows and what was there."""

from collections.abc import Sequence

from pipeline_core.domain.ids import DocumentId, QuestionId, text_sha256
from pipeline_core.domain.staging import Matchable, MatchKey, Pair, Similar
from pipeline_core.domain.text import has_negation, normalise_for_match, numbers_in
from pipeline_core.ports.unit_of_work import Staging
from pipeline_core.staging.signatures import ascii_trigrams, candidates, signature

# float4 rounds 0.7 down: a pair that prints as exactly the threshold must count
_FLOAT4 = 1e-6


def match_keys(staging: Staging, texts: Sequence[str]) -> list[MatchKey]:
    """What each text is compared by. Trigrams of texts beyond ASCII come from the server, so that they are its own."""
    foreign = [text for text in texts if not text.isascii()]
    from_server = dict(zip(foreign, staging.trigrams(foreign), strict=True)) if foreign else {}
    keys = []
    for text in texts:
        trigrams = ascii_trigrams(text) if text.isascii() else set(from_server[text])
        keys.append(MatchKey(text, exact_key(text), len(trigrams), signature(trigrams)))
    return keys


def exact_key(text: str) -> str:
    """Hash under which two texts are the same statement: the same words, and the same numbers with their marks."""
    return text_sha256("\x1f".join([normalise_for_match(text), *numbers_in(text)]))


def detect(staging: Staging, document_ids: Sequence[DocumentId], *, threshold: float) -> list[Pair]:
    """Compare the documents' staged rows with each other and with what was there; store and apply the pairs.

    The later row of a pair is its ``staged`` end. Takes the user's matching lock for the transaction.
    """
    ours = {row.user_id: row for row in staging.to_match(document_ids)}
    staging.lock_matching(list(ours))
    new = staging.to_match(document_ids)
    pairs: list[Pair] = []
    for user_id in ours:
        mine = [row for row in new if row.user_id == user_id]
        there = [row for row in staging.matched(document_ids, [user_id]) if row.user_id == user_id]
        pairs += find_pairs(staging, mine, there, threshold)
    staging.record_pairs(pairs, document_ids)
    return pairs


def find_pairs(
    staging: Staging, new: Sequence[Matchable], there: Sequence[Matchable], threshold: float
) -> list[Pair]:
    """Pairs of each new row with what was there and with the new rows before it."""
    first: dict[str, Matchable] = {row.sha256: row for row in reversed(there)}
    exact: list[Pair] = []
    fresh: list[Matchable] = []
    for row in new:
        if twin := first.get(row.sha256):
            exact.append(_exact(row, twin))
        else:
            first[row.sha256] = row
            fresh.append(row)
    existing = [*there, *fresh]
    index = {row.question_id: position for position, row in enumerate(existing)}
    hits = candidates(
        [row.trigrams for row in fresh],
        [row.signature for row in fresh],
        [row.trigrams for row in existing],
        [row.signature for row in existing],
        threshold - _FLOAT4,
    )
    maybe: list[tuple[QuestionId, QuestionId]] = [
        (fresh[i].question_id, existing[j].question_id)
        for i, j in hits
        if j < index[fresh[i].question_id]
    ]
    if not maybe:
        return exact
    scores = staging.similarities(maybe, threshold - _FLOAT4)
    return exact + [
        _look_alike(staged, existing[index[other]], similar) for (staged, other), similar in scores.items()
    ]


def _exact(row: Matchable, twin: Matchable) -> Pair:
    return Pair(
        row.question_id, twin.question_id, twin.is_staged, 1.0, "exact", "keep_existing", "the same words"
    )


def _look_alike(staged: QuestionId, existing: Matchable, similar: Similar) -> Pair:
    """Texts that differ in a number or in a negation are not the same fact, however alike their letters."""
    difference = differs_in(similar.staged_text, similar.existing_text)
    resolution = "not_duplicate" if difference else "pending"
    return Pair(
        staged, existing.question_id, existing.is_staged, similar.score, "trigram", resolution, difference
    )


def differs_in(left: str, right: str) -> str | None:
    """Why two look-alikes cannot say the same: other numbers, or only one of them negated; else None."""
    numbers = (numbers_in(left), numbers_in(right))
    if sorted(numbers[0]) != sorted(numbers[1]):
        return f"other numbers: {', '.join(numbers[0]) or 'none'} / {', '.join(numbers[1]) or 'none'}"
    if has_negation(left) != has_negation(right):
        return "only one of them is negated"
    return None
