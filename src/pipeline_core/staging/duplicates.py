"""Finding duplicates: exact ones by hash, look-alikes by trigram similarity, among new rows and what was there."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline_core.domain.ids import DocumentId, QuestionId, text_sha256
from pipeline_core.domain.staging import Matchable, MatchKey, Pair, SignatureTable, Similar, Twin
from pipeline_core.domain.text import has_negation, normalise_for_match, numbers_in
from pipeline_core.ports.unit_of_work import Staging
from pipeline_core.staging.signatures import ascii_trigrams, candidates, matrix, signature

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

    The later row of a pair is its ``staged`` end. Takes the users' matching lock for the transaction.
    """
    users = {row.user_id for row in staging.to_match(document_ids)}
    staging.lock_matching(list(users))
    # read again under the lock: a batch that was compared meanwhile is not compared twice
    new = staging.to_match(document_ids)
    pairs: list[Pair] = []
    for user_id in users:
        mine = [row for row in new if row.user_id == user_id]
        twins = staging.exact_twins(document_ids, user_id, [row.sha256 for row in mine])
        exact, fresh = _split(mine, twins)
        pairs += exact
        if fresh:
            pairs += _look_alikes(staging, fresh, staging.signatures(document_ids, user_id), threshold)
    staging.record_pairs(pairs, document_ids)
    return pairs


def _split(new: Sequence[Matchable], twins: Mapping[str, Twin]) -> tuple[list[Pair], list[Matchable]]:
    """New rows that say what another says in the same words, as pairs; and those that do not."""
    first = dict(twins)
    exact: list[Pair] = []
    fresh: list[Matchable] = []
    for row in new:
        if twin := first.get(row.sha256):
            exact.append(_exact(row, twin))
        else:
            first[row.sha256] = Twin(row.question_id, True)
            fresh.append(row)
    return exact, fresh


def _look_alikes(staging: Staging, fresh: Sequence[Matchable], there: SignatureTable, threshold: float) -> list[Pair]:
    """Pairs of each new row with what was there, and with the new rows before it."""
    counts = np.array([row.trigrams for row in fresh], dtype=np.int32)
    maps = matrix([row.signature for row in fresh])
    least = threshold - _FLOAT4
    twins: dict[tuple[QuestionId, QuestionId], Twin] = {}
    for i, j in candidates(counts, maps, there.trigrams, there.maps, least):
        twin = there.twin(j)
        twins[fresh[i].question_id, twin.question_id] = twin
    for i, j in candidates(counts, maps, counts, maps, least):
        if j < i:
            twins[fresh[i].question_id, fresh[j].question_id] = Twin(fresh[j].question_id, True)
    similar = staging.similarities(list(twins), least) if twins else {}
    return [_look_alike(staged, twins[staged, other], found) for (staged, other), found in similar.items()]


def _exact(row: Matchable, twin: Twin) -> Pair:
    return Pair(row.question_id, twin.question_id, twin.is_staged, 1.0, "exact", "keep_existing", "the same words")


def _look_alike(staged: QuestionId, existing: Twin, similar: Similar) -> Pair:
    """Texts that differ in a number or in a negation are not the same fact, however alike their letters."""
    difference = differs_in(similar.staged_text, similar.existing_text)
    resolution = "not_duplicate" if difference else "pending"
    return Pair(staged, existing.question_id, existing.is_staged, similar.score, "trigram", resolution, difference)


def differs_in(left: str, right: str) -> str | None:
    """Why two look-alikes cannot say the same: other numbers, or only one of them negated; else None."""
    numbers = (numbers_in(left), numbers_in(right))
    if sorted(numbers[0]) != sorted(numbers[1]):
        return f"other numbers: {', '.join(numbers[0]) or 'none'} / {', '.join(numbers[1]) or 'none'}"
    if has_negation(left) != has_negation(right):
        return "only one of them is negated"
    return None
