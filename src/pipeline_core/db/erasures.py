"""Erasures: plans, what is removed by the register of content, and fingerprints of what was."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from pipeline_core.db.content_register import NOT_SEARCHED, REGISTER, Holds, Rows, Table, counted, in_order
from pipeline_core.db.erased_values import Values
from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.erasing import (
    KINDS,
    LEAST_NAME,
    LEAST_WORDS,
    ErasureScope,
    ErasureState,
    Key,
    Pending,
    Seeker,
)
from pipeline_core.domain.errors import NotErasedAgainError
from pipeline_core.domain.ids import BatchId, DocumentId, RealmId, UserId
from pipeline_core.domain.rows.erasures import Erasure

_LAST = ("upload_batches", "documents")
"""What others refer to goes after them."""
_TEXTS_AT_A_TIME = 1000
_OPEN = (ErasureState.ERASING, ErasureState.RESTORED)


class Erasures:
    def __init__(self, session: Session) -> None:
        self._session = session

    # --- planning ---

    def meant(
        self,
        scope: ErasureScope,
        realm_id: RealmId | None,
        *,
        person_id: UserId | None = None,
        document_ids: Sequence[DocumentId] = (),
    ) -> tuple[list[DocumentId], list[BatchId]]:
        """Documents and banks that are there now."""
        [row] = self._session.all(
            "to_erase", scope=scope, realm_id=realm_id, person_id=person_id, document_ids=list(document_ids)
        )
        return row["documents"], row["batches"]

    def earlier(self, document_ids: Sequence[DocumentId]) -> set[DocumentId]:
        """Select what stood before at the places of these, and stands nowhere now."""
        return set(self._session.column("earlier_versions", document_ids=list(document_ids)))

    def count_person(self, person_id: UserId, realm_id: RealmId | None) -> dict[str, int]:
        """Rows that name a person, by kind of place; places without any are left out."""
        [row] = self._session.all("count_person", person_id=person_id, realm_id=realm_id)
        return {kind: number for kind, number in row.items() if number}

    def count(self, documents: Sequence[DocumentId], batches: Sequence[BatchId]) -> dict[str, int]:
        """Rows by kind of place, as who asks may see them; places without any are left out."""
        found: dict[str, int] = {}
        for name, table in counted():
            if number := self._count(name, table, _given(documents, batches)):
                found[table.shown] = found.get(table.shown, 0) + number
        return found

    def _count(self, name: str, table: Table, given: Mapping[str, Any]) -> int:
        query = sql.SQL("SELECT count(*) FROM {} WHERE ").format(sql.Identifier(name)) + sql.SQL(table.where)
        [(number,)] = self._session.connection.execute(query, given).fetchall()
        return int(number)

    def plan(self, erasure: Erasure) -> None:
        self._session.execute(
            "plan_erasure",
            erasure_id=erasure.erasure_id,
            scope=erasure.scope,
            realm_id=erasure.realm_id,
            person_id=erasure.person_id,
            document_ids=list(erasure.document_ids),
            batch_ids=list(erasure.batch_ids),
            reason=erasure.reason,
            counts=json_text(erasure.counts),
        )

    def begin(self, erasure_id: UUID, reason: str) -> bool:
        """Begin one that is planned; False if there is none."""
        return self._session.execute("begin_erasure", erasure_id=erasure_id, reason=reason) == 1

    def find(self, erasure_id: UUID) -> Erasure | None:
        return next(iter(self._rows(erasure_id=erasure_id)), None)

    def begun(self, realm_id: RealmId | None = None, *, limit: int = 100) -> list[Erasure]:
        """Return those that are under way or done, newest first."""
        return self._rows(realm_id=realm_id, states=[*_OPEN, ErasureState.DONE], limit=limit)

    def done_for(self, person_id: UserId, realm_id: RealmId | None) -> list[Erasure]:
        """Return those that are done, and that this person asked for."""
        return self._rows(realm_id=realm_id, asked_by=person_id, states=[ErasureState.DONE])

    def under_way(self) -> list[Erasure]:
        return self._rows(states=list(_OPEN))

    def _rows(self, **given: Any) -> list[Erasure]:
        given = {"erasure_id": None, "states": None, "realm_id": None, "asked_by": None, "limit": None, **given}
        return [replace(one, counts=in_order(one.counts)) for one in self._session.rows(Erasure, "erasures", **given)]

    def forget_plans(self) -> int:
        """Remove plans of yesterday that nobody began."""
        return self._session.execute("forget_plans")

    def refused(self, document_ids: Sequence[DocumentId], realm_id: RealmId) -> set[DocumentId]:
        """Select those that are not taken in now: an erasure is under way that would take them away."""
        return set(self._session.column("being_erased", document_ids=list(document_ids), realm_id=realm_id))

    def erased(self, document_ids: Sequence[DocumentId]) -> set[DocumentId]:
        """Select those that were erased: a sync leaves them alone, a person may take them in anew."""
        return set(self._session.column("erased_before", document_ids=list(document_ids)))

    def erased_and_gone(self) -> dict[DocumentId, list[str]]:
        """Return what was erased and not taken in anew, each with the paid calls for it."""
        return {row["document_id"]: row["calls"] for row in self._session.all("erased_and_gone")}

    # --- what is to be looked for ---

    def in_hand(self, documents: Sequence[DocumentId]) -> list[str]:
        """Names of documents that a worker has in hand."""
        return self._session.column("erasing_in_hand", documents=list(documents))

    def lock(self, erasure_id: UUID) -> bool:
        """Carry on with it alone, to the end of the transaction; False if it is done by now."""
        return bool(self._session.column("lock_erasure", erasure_id=erasure_id))

    def pending(self, erasure_id: UUID) -> Pending | None:
        [found] = self._session.column("pending_of_erasure", erasure_id=erasure_id)
        return Pending(**found) if found else None

    def note(self, erasure: Erasure, documents: Sequence[DocumentId], batches: Sequence[BatchId]) -> Pending:
        """Write down what is to be looked for, and the fingerprints, before anything is removed.

        Of one that is carried out again, as a backup was put back, the certificate that was handed out holds: its key
        and its fingerprints stay.
        """
        given: dict[str, Any] = {"documents": list(documents), "batches": list(batches)}
        person = {"person_id": erasure.person_id, "realm_id": erasure.realm_id}
        column = self._session.column
        pending = Pending(
            words_of=self._words_of(given),
            names=column("erasing_person_names", **person) if erasure.person_id else [],
            pages=column("erasing_pages", **given),
            calls=column("erasing_calls", **given),
            fact_keys=column("erasing_fact_keys", least=LEAST_WORDS, **given),
            vector_keys=column("erasing_vector_keys", **given),
            parse_keys=column("erasing_parse_keys", **given),
            match_keys=column("erasing_match_keys", **given),
        )
        before = erasure.certificate or {}
        noted, banks = sorted(map(str, documents)), sorted(map(str, batches))
        key = Key(bytes.fromhex(before["fingerprints"]["key"])) if before else Key()
        prints = Values(self._session).erased(given, key)
        certificate = {**before, "fingerprints": prints, "removed": {}}
        if before:
            certificate["removed_before"] = before["removed"]
            prints |= {kind: sorted({*prints[kind], *before["fingerprints"][kind]}) for kind in KINDS}
            noted = sorted({*map(str, documents), *before["documents"]})
            banks = sorted({*banks, *before["banks"]})
        self._session.execute(
            "note_pending",
            erasure_id=erasure.erasure_id,
            pending=json_text(asdict(pending)),
            certificate=json_text({**certificate, **_named(erasure, noted, banks)}),
        )
        return pending

    def _words_of(self, given: Mapping[str, Any]) -> dict[str, list[str]]:
        """Names and statements by realm, the longest first: of two that share a place the longer one goes."""
        found: dict[str, set[str]] = {}
        for query, least in (("erasing_names", LEAST_NAME), ("erasing_statements", LEAST_WORDS)):
            for row in self._session.all(query, least=least, **given):
                found.setdefault(str(row["realm_id"]), set()).add(row["said"])
        return {realm: sorted(words, key=len, reverse=True) for realm, words in found.items()}

    # --- removing ---

    def published(self, documents: Sequence[DocumentId]) -> list[DocumentId]:
        return self._session.column("published_of", documents=list(documents))

    def realms_of(self, documents: Sequence[DocumentId], batches: Sequence[BatchId]) -> list[RealmId]:
        return self._session.column("realms_of_documents", documents=list(documents), batches=list(batches))

    def in_realm(
        self, realm_id: RealmId, documents: Sequence[DocumentId], batches: Sequence[BatchId]
    ) -> tuple[list[DocumentId], list[BatchId]]:
        """Select those of them that are in this realm."""
        given = _given(documents, batches)
        rows = self._session.all("erasing_in_realm", realm_id=realm_id, **given)
        return rows[0]["documents"], rows[0]["batches"]

    def note_certificate(self, erasure_id: UUID, more: Mapping[str, Any]) -> None:
        """Add to the certificate."""
        self._session.execute("note_certificate", erasure_id=erasure_id, more=json_text(more))

    def tell(self, erasure_id: UUID, documents: Sequence[DocumentId]) -> None:
        """Leave an event for each document; needs the documents."""
        self._session.execute("tell_erased", erasure_id=erasure_id, documents=list(documents))

    def free(self, documents: Sequence[DocumentId]) -> None:
        """Remove decisions that are parked about them, and what may not be published any more."""
        given = _given(documents, ())
        for name in ("next_vectors", "parked_decisions"):
            self._delete(name, REGISTER[name].where, given)

    def remove(self, erasure_id: UUID, documents: Sequence[DocumentId], batches: Sequence[BatchId]) -> dict[str, int]:
        """Remove what was made of these documents and banks; returns the rows by kind of place."""
        given = _given(documents, batches)
        shown = {name: table for name, table in REGISTER.items() if table.where and table.shown}
        removed = Counter[str]()
        for name, table in shown.items():
            removed[table.shown] += self._count(name, table, given)
        self._session.execute("clear_paid_batches", documents=list(documents))
        self._session.execute("clear_paid_keys", documents=list(documents))
        self._session.all("erase_events", erasure_id=erasure_id, documents=list(documents), batches=list(batches))
        deleted = [name for name, table in REGISTER.items() if table.is_deleted and name not in _LAST]
        for name in (*deleted, *_LAST):
            self._delete(name, REGISTER[name].where, given)
        return {kind: number for kind, number in removed.items() if number}

    def remove_shared(self, pending: Pending) -> dict[str, int]:
        """Remove what is kept by content and nothing else uses; returns the rows by table."""
        given = {
            name: list(getattr(pending, name)) for name in ("fact_keys", "vector_keys", "parse_keys", "match_keys")
        }
        shared = {name: table for name, table in REGISTER.items() if table.rows is Rows.SHARED}
        return {name: self._delete(name, table.where, given) for name, table in shared.items()}

    def remove_realm(self, erasure: Erasure) -> dict[str, int]:
        """Remove what belongs to a realm and to none of its documents: members, webhooks, sources, its name."""
        columns = self._realm_tables()
        of_realm = sql.SQL("realm_id = %(realm)s").as_string(None)
        removed = {
            name: self._delete(name, of_realm, {"realm": erasure.realm_id}) for name in columns if name != "realms"
        }
        removed["realms"] = self._delete("realms", of_realm, {"realm": erasure.realm_id})
        self._session.all("erase_events", erasure_id=erasure.erasure_id, documents=[], batches=[])
        return {name: number for name, number in removed.items() if number}

    def _realm_tables(self) -> list[str]:
        gone = [name for name, table in REGISTER.items() if table.rows in (Rows.REALM, Rows.SHARED, Rows.DOCUMENT)]
        found = self._session.connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'realm_id' "
            "WHERE c.relnamespace = 'upload_pipeline'::regnamespace AND c.relkind IN ('r', 'p') "
            "AND c.relname = ANY(%s) AND has_table_privilege(c.oid, 'DELETE')",
            [gone],
        ).fetchall()
        there = {name for (name,) in found}
        return [name for name in gone if name in there]

    def forget_person(self, erasure: Erasure) -> int:
        who: dict[str, Any] = {"person_id": erasure.person_id, "realm_id": erasure.realm_id}
        [row] = self._session.all("forget_person", **who)
        asked = self._session.execute("forget_plans_of", **who) + self._session.execute("forget_asker", **who)
        self._session.all("erase_events", erasure_id=erasure.erasure_id, documents=[], batches=[])
        return int(row["gone"]) + asked

    def remove_words(self, erasure_id: UUID, pending: Pending) -> dict[str, int]:
        """Take the words and names out of what is kept about other work; returns the rows changed, by table."""
        changed: dict[str, int] = {}
        seeker = Seeker((*pending.words, *pending.names))
        for name, table in REGISTER.items():
            for column in table.holding(Holds.MENTIONS, Holds.PERSON):
                texts = self._texts_with(seeker, name, column)
                given: dict[str, Any] = {"erasure_id": erasure_id, "table": name, "column": column, "texts": texts}
                [row] = self._session.all("erase_words", **given) if texts else [{"changed": 0}]
                if row["changed"]:
                    changed[name] = changed.get(name, 0) + row["changed"]
        return changed

    def _texts_with(self, seeker: Seeker, table: str, column: str) -> list[str]:
        """Checksums of the values that may have one of the words."""
        query = sql.SQL("SELECT DISTINCT {0}::text FROM {1} WHERE {0} IS NOT NULL")
        named = query.format(sql.Identifier(column), sql.Identifier(table))
        with self._session.connection.cursor(name="texts") as cursor:
            cursor.itersize = _TEXTS_AT_A_TIME
            cursor.execute(named)
            found = [text for (text,) in cursor if seeker.may_have(text)]
        return [hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for text in found]

    def _delete(self, table: str, where: str, given: Mapping[str, Any]) -> int:
        query = sql.SQL("DELETE FROM {} WHERE ").format(sql.Identifier(table)) + sql.SQL(where)
        return self._session.connection.execute(query, given).rowcount

    def note_removed(self, erasure_id: UUID, removed: Mapping[str, Any]) -> None:
        self._session.execute("note_removed", erasure_id=erasure_id, removed=json_text(removed))

    def renew_statistics(self, erasure_id: UUID) -> list[str]:
        """Have the planner forget what was erased: its statistics quote rows, and words that were to be looked for.
        Returns the tables whose statistics may quote still."""
        self._session.execute("clear_pending", erasure_id=erasure_id)
        quoted = [
            name for name, table in REGISTER.items() if any(one is not Holds.NONE for one in table.columns.values())
        ]
        return self._session.column("renew_statistics", tables=[*quoted, *NOT_SEARCHED])

    def end(self, erasure_id: UUID) -> None:
        self._session.execute("end_erasure", erasure_id=erasure_id)

    # --- after a backup was put back ---

    def restore(self, erasures: Sequence[Mapping[str, Any]]) -> None:
        """Have those that the database does not know as done carried out again."""
        self._session.execute("restore_erasures", erasures=json_text(erasures))

    def are_held(self) -> bool:
        """True if a backup was put back and what was erased since is not erased again yet."""
        [row] = self._session.all("has_restored_erasures")
        return bool(row["is_held"])


def refuse_restored(connection: psycopg.Connection[Any]) -> None:
    """Refuse to work on what a backup has put back, as long as what was erased since is not erased again.

    Raises:
        NotErasedAgainError: it is not.
    """
    if Erasures(Session(connection)).are_held():
        raise NotErasedAgainError


def _given(documents: Sequence[DocumentId], batches: Sequence[BatchId]) -> dict[str, Any]:
    return {"documents": list(documents), "batches": list(batches)}


def _named(erasure: Erasure, documents: Sequence[str], batches: Sequence[str]) -> dict[str, Any]:
    return {
        "format": 1,
        "erasure_id": erasure.erasure_id,
        "scope": erasure.scope,
        "realm_id": erasure.realm_id,
        "person_id": erasure.person_id,
        "documents": list(documents),
        "banks": list(batches),
        "reason": erasure.reason,
        "asked_by": erasure.asked_by,
        "asked_by_name": erasure.asked_by_name,
        "begun_at": erasure.begun_at,
    }
