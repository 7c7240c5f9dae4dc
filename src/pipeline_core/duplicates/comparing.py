"""Finding duplicates among new rows and what was there: exact ones by hash, near-duplicates in one of two modes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline_core.domain.differences import DIFFERENCES
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.languages import may_be_one
from pipeline_core.domain.same_words import exact_key, plainly_spelled, same_words
from pipeline_core.domain.staging import Compared, Counterpart, Matchable, MatchKey, NewRows, Pair
from pipeline_core.domain.text import has_negation, numbers_in
from pipeline_core.duplicates.features import differences, marks_of
from pipeline_core.duplicates.signatures import ascii_signature, signature

if TYPE_CHECKING:
    from pipeline_core.db.staging import Staging
    from pipeline_core.db.unit_of_work import NearDuplicates


SAME_BUT_FOR_A_HEADING = "the same words but for a heading"
"""Why two facts are one of which one is said with the heading of its section."""


_NO_TRIGRAMS = (0, signature(()))


def match_keys(staging: "Staging", texts: Sequence[str], languages: Sequence[str] | None = None) -> list[MatchKey]:
    """Returns each text's match key, with its language where these are given.

    Trigrams of texts beyond ASCII come from the server, so that they are its own.
    """
    spoken = languages or [""] * len(texts)
    return with_trigrams(staging, [local_key(text, language) for text, language in zip(texts, spoken, strict=True)])


def local_key(text: str, language: str) -> MatchKey:
    """A text's match key, made without the server: that of a text beyond ASCII lacks its trigrams."""
    return MatchKey(text, exact_key(text), *(ascii_signature(text) if text.isascii() else _NO_TRIGRAMS), language)


def with_trigrams(staging: "Staging", keys: Sequence[MatchKey]) -> list[MatchKey]:
    """The keys, with the trigrams of texts beyond ASCII from the server, so that they are its own."""
    foreign = [key.text for key in keys if not key.text.isascii()]
    from_server = {
        text: (len({*trigrams}), signature({*trigrams}))
        for text, trigrams in (zip(foreign, staging.trigrams(foreign), strict=True) if foreign else ())
    }
    return [
        MatchKey(key.text, key.sha256, *from_server[key.text], key.language) if key.text in from_server else key
        for key in keys
    ]


def detect(
    staging: "Staging",
    document_ids: Sequence[DocumentId],
    near_duplicates: "NearDuplicates",
    *,
    scanned: Sequence[DocumentId] = (),
) -> list[Pair]:
    """Compare the documents' staged rows with each other and with what was there; store and apply the pairs.

    The rows of documents that are ``scanned`` again are compared with what is published of the same document too.
    The later row of a pair is its ``staged`` end. Takes the users' matching lock for the transaction.
    """
    staging.lock_matching_of_staged(document_ids)
    # read under the lock: a batch that was compared meanwhile is not compared twice
    new = staging.to_match(document_ids)
    pairs: list[Pair] = []
    for realm_id in {row.realm_id: None for row in new}:
        mine = [row for row in new if row.realm_id == realm_id]
        # their own ids besides: a row that was published before and is compared again is not its own counterpart
        ids = [row.question_id for row in mine] if scanned else ()
        rows = NewRows(realm_id, document_ids, ids, scanned, languages_to_compare(mine))
        pairs += compare(staging, rows, mine, near_duplicates)
    staging.record_pairs(pairs, document_ids)
    return pairs


def compare(
    staging: "Staging", new: NewRows, rows: Sequence[Matchable], near_duplicates: "NearDuplicates"
) -> list[Pair]:
    """Pairs of one realm's new rows with what was there, and with the new rows before them; nothing is stored."""
    exact, fresh = _split(rows, staging.exact_duplicates(new, [(row.sha256, row.language) for row in rows]))
    # the same statement is the same fact; the same question is so only with the same answer
    questions = [counterpart.question_id for row, counterpart in exact if not row.is_statement]
    existing = staging.compared_texts(questions) if questions else {}
    pairs = [_exact_pair(row, counterpart, existing.get(counterpart.question_id)) for row, counterpart in exact]
    return [*pairs, *near_duplicates(staging, new, fresh)] if fresh else pairs


def languages_to_compare(rows: Sequence[Matchable]) -> tuple[str, ...]:
    """The languages of new rows, as of ``NewRows``: empty where one of them may be of any language."""
    languages = {row.language for row in rows}
    return () if "" in languages else tuple(sorted(languages))


def _split(
    new: Sequence[Matchable], counterparts: Mapping[tuple[str, str], Counterpart]
) -> tuple[list[tuple[Matchable, Counterpart]], list[Matchable]]:
    """New rows that say what another says in the same words, with that other; and those that do not."""
    exact: list[tuple[Matchable, Counterpart]] = []
    fresh: dict[str, list[Matchable]] = {}
    for row in new:
        own = next((one for one in fresh.get(row.sha256, ()) if may_be_one(one.language, row.language)), None)
        if counterpart := counterparts.get((row.sha256, row.language)):
            exact.append((row, counterpart))
        elif own:
            exact.append((row, Counterpart(own.question_id, True)))
        else:
            fresh.setdefault(row.sha256, []).append(row)
    kept = {row.question_id for rows in fresh.values() for row in rows}
    return exact, [row for row in new if row.question_id in kept]


def _exact_pair(row: Matchable, counterpart: Counterpart, existing: Compared | None) -> Pair:
    ends = (row.question_id, counterpart.question_id, counterpart.is_staged)
    if existing is not None and not same_words(row.answer or "", existing.answer or ""):
        return Pair(*ends, 1.0, "exact", "pending", None, {"flags": ["answer"]})
    return Pair(*ends, 1.0, "exact", "keep_existing", "the same words", {"flags": []})


def differs_in(left: str, right: str) -> str | None:
    """Return why two near-duplicates differ: other numbers, signs or keys, or only one is negated; else None."""
    numbers = (numbers_in(plainly_spelled(left)), numbers_in(plainly_spelled(right)))
    if sorted(numbers[0]) != sorted(numbers[1]):
        return f"other numbers: {', '.join(numbers[0]) or 'none'} / {', '.join(numbers[1]) or 'none'}"
    if has_negation(left) != has_negation(right):
        return "only one of them is negated"
    flags = set(differences(marks_of(left), marks_of(right)))
    return next((DIFFERENCES[flag].told for flag in ("sign", "key") if flag in flags), None)
