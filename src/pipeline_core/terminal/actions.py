"""Decisions about documents and question banks as they are typed: one row an action."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import OfBatch, OfDocument, Seen, Where
from pipeline_core.domain.wording import counted
from pipeline_core.review.decisions import Change, Decided, Decision, Resolution
from pipeline_core.review.marking import MissedFact
from pipeline_core.terminal.marking import marked_in
from pipeline_core.terminal.naming import one_id, one_of

if TYPE_CHECKING:
    from pipeline_core.client import Client


@dataclass(frozen=True, slots=True)
class Typed:
    """Words typed after the name of a document or a batch, unread. ``only`` names the facts that are approved while
    every other undecided one is rejected."""

    action: str
    reason: str = ""
    facts: Sequence[str] = ()
    only: Sequence[str] | None = None
    changes: Mapping[str, str | None] | None = None
    pairs: Sequence[str] = ()
    resolution: str | None = None
    words: Sequence[str] = ()
    chunk: str | None = None
    at: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Subject of a decision, and who decides."""

    client: "Client"
    where: Where

    @property
    def noun(self) -> str:
        return "fact" if isinstance(self.where, OfDocument) else "question"

    def facts(self, texts: Sequence[str]) -> dict[UUID, Seen]:
        """The facts that are meant by their ids, or the beginnings of these, each as it stands now."""
        facts = self.client.facts(self.where) if texts else []
        return self._named(self.noun, texts, {fact.question_id: fact.seen for fact in facts})

    def pairs(self, texts: Sequence[str]) -> dict[UUID, Seen]:
        """The pairs that are meant, each as it stands now."""
        pairs = self.client.pairs(self.where) if texts else []
        return self._named("pair", texts, {pair.duplicate_id: pair.seen for pair in pairs})

    def _named(self, what: str, texts: Sequence[str], seen: Mapping[UUID, Seen]) -> dict[UUID, Seen]:
        is_document = isinstance(self.where, OfDocument)
        owner, see = (
            ("The document", "pipeline review JOB --facts") if is_document else ("The batch", "pipeline batches BATCH")
        )
        ids = [one_id(what, text, list(seen), owner=owner, see=see) for text in texts]
        return {one: seen[one] for one in ids}


@dataclass(frozen=True, slots=True)
class Said:
    """Result of an action after which no document goes on."""

    message: str
    to_run: Sequence[DocumentId] = ()


Done = Decided | Change | Said
Act = Callable[[Subject, Typed], Done]


def carry_out(client: "Client", where: Where, typed: Typed) -> Done:
    """Do what was typed, and say what changed.

    Raises:
        PipelineError: as ``Review``; RefusedError where something typed is not known.
    """
    known = {name: act for name, row in ACTIONS.items() if (act := row.of(where))}
    act = known.get(typed.action.strip().lower())
    if act is None:
        raise RefusedError(f"The decision cannot be {typed.action!r}.", action=f"One of: {', '.join(known)}.")
    return act(Subject(client, where), typed)


def _decide_document(decision: Decision, subject: Subject, typed: Typed) -> Decided:
    document_id = _document(subject)
    facts, only = subject.facts(typed.facts), subject.facts(typed.only or ())
    return subject.client.decide(
        document_id,
        decision,
        start=False,
        reason=typed.reason,
        duplicates=one_of(Resolution, typed.resolution, "--duplicates") if typed.resolution else None,
        fact_ids=list(facts) or None,
        approved_matches=list(only) or None,
        expected_facts={**facts, **only} or None,
    )


def _decide_questions(to: QuestionStatus, subject: Subject, typed: Typed) -> Change:
    seen = subject.facts(typed.facts)
    return subject.client.decide_facts(subject.where, to, list(seen) or None, reason=typed.reason, expected=seen)


def _edit(subject: Subject, typed: Typed) -> Change:
    seen = subject.facts(typed.facts)
    if len(seen) != 1:
        raise RefusedError(f"An edit changes one {subject.noun}.", action=f"Name it: --{subject.noun} ID.")
    [fact_id] = seen
    return subject.client.edit(subject.where, fact_id, typed.changes or {}, reason=typed.reason, expected=seen)


def _resolve(subject: Subject, typed: Typed) -> Change:
    option = "--as" if isinstance(subject.where, OfDocument) else "--duplicates"
    if not typed.resolution:
        raise RefusedError(
            "To resolve a pair, give a resolution.", action=f"For example: --pair ID {option} keep_both."
        )
    seen = subject.pairs(typed.pairs)
    resolution = one_of(Resolution, typed.resolution, option)
    return subject.client.resolve(
        subject.where, resolution, list(seen) or None, reason=typed.reason, expected=seen, start=False
    )


def _add(subject: Subject, typed: Typed) -> Said:
    document_id = _document(subject)
    chunks = subject.client.chunks(document_id)
    if typed.chunk is not None:
        ids = [chunk.chunk_id for chunk in chunks]
        wanted = one_id("chunk", typed.chunk, ids, owner="The document", see="pipeline review JOB --facts")
        chunks = [chunk for chunk in chunks if chunk.chunk_id == wanted]
    chunk_id, marked = marked_in(chunks, typed.words, typed.at)
    missed = MissedFact(chunk_id, marked, **(typed.changes or {}))
    added = subject.client.add_fact(document_id, missed, reason=typed.reason)
    return Said(f"{added.message} ({added.fact.question_id})")


def _undo(subject: Subject, typed: Typed) -> Done:
    """Of a fact or a pair what was done to it last; of a document without either, the decision that is parked."""
    facts, pairs = subject.facts(typed.facts), subject.pairs(typed.pairs)
    if not (facts or pairs) and isinstance(subject.where, OfDocument):
        return subject.client.undo(subject.where.document_id, reason=typed.reason)
    if len(facts) + len(pairs) != 1:
        raise RefusedError(
            f"An undo applies to one {subject.noun}, or to one pair.",
            action=f"Name it: --{subject.noun} ID or --pair ID.",
        )
    for duplicate_id in pairs:
        return subject.client.undo_pair(duplicate_id, reason=typed.reason, expected=pairs)
    [fact_id] = facts
    return subject.client.undo_fact(subject.where, fact_id, reason=typed.reason, expected=facts)


def _compare(subject: Subject, _typed: Typed) -> Said:
    pairs = subject.client.compare_bank(_bank(subject))
    return Said(f"{counted(len(pairs), 'new pair')} of near-duplicates")


def _recount(subject: Subject, _typed: Typed) -> Said:
    counts = subject.client.recount_bank(_bank(subject))
    return Said(", ".join(f"{count} {name}" for name, count in counts.as_json().items()))


def _import(subject: Subject, _typed: Typed) -> Said:
    before = subject.client.recount_bank(_bank(subject)).imported
    questions = subject.client.import_bank(_bank(subject))
    now = sum(question.status is QuestionStatus.IMPORTED for question in questions)
    unchanged = f", {before:,} before" if before else ""
    return Said(f"{counted(now - before, 'question')} imported{unchanged}")


def _document(subject: Subject) -> DocumentId:
    assert isinstance(subject.where, OfDocument)
    return subject.where.document_id


def _bank(subject: Subject) -> OfBatch:
    assert isinstance(subject.where, OfBatch)
    return subject.where


@dataclass(frozen=True, slots=True)
class Action:
    """Effects of an action on a document and on a bank, where it has any."""

    document: Act | None = None
    bank: Act | None = None

    def of(self, where: Where) -> Act | None:
        return self.document if isinstance(where, OfDocument) else self.bank


ACTIONS: Mapping[str, Action] = {
    "approve": Action(partial(_decide_document, Decision.APPROVE), partial(_decide_questions, QuestionStatus.APPROVED)),
    "reject": Action(partial(_decide_document, Decision.REJECT), partial(_decide_questions, QuestionStatus.REJECTED)),
    "return": Action(partial(_decide_document, Decision.RETURN)),
    "override": Action(partial(_decide_document, Decision.OVERRIDE)),
    "keep": Action(partial(_decide_document, Decision.KEEP)),
    "edit": Action(_edit, _edit),
    "add": Action(_add),
    "resolve": Action(_resolve, _resolve),
    "undo": Action(_undo, _undo),
    "compare": Action(bank=_compare),
    "recount": Action(bank=_recount),
    "import": Action(bank=_import),
}


def statuses(text: str | None) -> list[QuestionStatus] | None:
    """The status to show; None shows all."""
    return [one_of(QuestionStatus, text, "--status")] if text else None


def assignments(texts: Sequence[str]) -> dict[str, str | None]:
    """``FIELD=TEXT`` each.

    Raises:
        RefusedError: one has no equals sign.
    """
    pairs = [text.partition("=") for text in texts]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise RefusedError(
            f"--set needs FIELD=TEXT, not {wrong[0]!r}.", action="For example: --set 'answer=Within 24 hours.'"
        )
    return {name.strip().lower(): value for name, _, value in pairs}


def new_words(
    question: str | None, answer: str | None, statement: str | None, *, no_question: bool
) -> dict[str, str | None]:
    """A fact's new words by the name of what they are; without a question it has no answer either.

    Raises:
        RefusedError: there is a question for a fact that is to have none.
    """
    given = {"question": question, "answer": answer, "statement": statement}
    changes: dict[str, str | None] = {name: text for name, text in given.items() if text is not None}
    if no_question and {"question", "answer"} & changes.keys():
        raise RefusedError(
            "--no-question cannot be combined with --question or --answer.",
            action="Use --no-question alone, or with --statement.",
        )
    return {**changes, "question": None, "answer": None} if no_question else changes
