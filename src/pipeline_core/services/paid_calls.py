"""The shell around every paid call: one worker asks for a key and the others wait; the most that the call can cost is
set aside before it is sent; the answer is kept at once, in the transaction that settles the account."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.db.worker import Worker
from pipeline_core.domain.errors import (
    AnswerLostError,
    DatabaseUnavailableError,
    DataRejectedError,
    ParkedError,
    UnexpectedError,
)
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.spending import Budgets, Payer, PlannedCall, current_payer
from pipeline_core.domain.traces import describe_error
from pipeline_core.services.kept_answers import KeptAnswer
from pipeline_core.services.pending_results import PendingResult, PendingResults, Ticket

log = structlog.stdlib.get_logger(__name__)
# an answer may come at the deadline, and be saved so long after it
_LEASE_MARGIN_S = 90.0
# a database that restarts is back within this; what is answered meanwhile is kept in the object store besides
_SAVE_S = 30.0
_FIRST_TRY_S, _MOST_TRY_S = 0.2, 1.0
_FIRST_WAIT_S, _MOST_WAIT_S = 0.05, 1.0
_OTHERS_S = 60.0


@dataclass(frozen=True, slots=True)
class PaidCalls:
    """Opens and ends paid calls, each in a short transaction; none is open while the service works."""

    open_uow: OpenUnitOfWork
    worker: Callable[[], Worker]
    budgets: Budgets
    realm_id: RealmId
    """Realm that pays if no other is named."""
    pending: PendingResults
    save_s: float = _SAVE_S
    """Seconds for which an answer waits for the database."""

    def payer(self) -> Payer:
        return current_payer(self.realm_id)

    def claim(self, uow: UnitOfWork, keys: Sequence[str], *, deadline_s: float) -> tuple[UUID, set[str]]:
        """Claim what nobody asks for, in the caller's transaction: the token, and the keys that are ours."""
        if uow.spending.is_orphaned(keys):
            # its answer may wait where answers wait for the database; this transaction holds no lock yet
            self.save_pending(now=True)
        token = uuid4()
        lease_s = deadline_s + _LEASE_MARGIN_S
        return token, uow.spending.claim(keys, token=token, worker=self.worker().name, lease_s=lease_s)

    def reserve(
        self, uow: UnitOfWork, token: UUID, keys: Sequence[str], call: PlannedCall, *, deadline_s: float
    ) -> Ticket:
        """Set the call's cost aside, in the caller's transaction.

        Raises:
            BudgetExhaustedError: a budget does not cover it; leave the transaction without a commit.
        """
        accounts = self.budgets.accounts(call.payer.realm_id, datetime.now(UTC))
        call_id = uow.spending.reserve(
            call, accounts, run_id=self.budgets.run_id, worker=self.worker().name, lease_s=deadline_s + _LEASE_MARGIN_S
        )
        return Ticket(call_id, token, tuple(keys))

    def keep(self, ticket: Ticket, usage: Usage, answer: KeptAnswer, *, outcome: str) -> None:
        """Save what was answered, settle and release, all at once.

        Where the database is away it waits in the object store meanwhile: whoever comes next saves it from there.

        Raises:
            DatabaseUnavailableError: it was away for ``save_s`` seconds.
            DataRejectedError: it does not take the answer; the call is settled.
        """
        pending = PendingResult(ticket, usage, outcome, answer)
        put_aside = False

        def put() -> None:
            nonlocal put_aside
            self.pending.put(pending)
            put_aside = True

        self._keep(pending, put)
        if put_aside:
            self.pending.drop(ticket)

    def _keep(self, pending: PendingResult, away: Callable[[], None] = lambda: None) -> None:
        ticket = pending.ticket

        def settle(uow: UnitOfWork) -> None:
            pending.answer.save(uow)
            uow.spending.release(ticket.keys, token=ticket.token)
            uow.spending.settle(ticket.call_id, pending.usage, outcome=pending.outcome)

        def settle_only(uow: UnitOfWork) -> None:
            uow.spending.release(ticket.keys, token=ticket.token)
            uow.spending.settle(ticket.call_id, pending.usage, outcome="not_kept")

        try:
            self.insist(settle, away)
        except DataRejectedError:
            # what cannot be kept was paid for all the same
            self.insist(settle_only, away)
            raise

    def save_pending(self, *, now: bool = False) -> int:
        """Save what was answered while the database was away, by whichever worker; returns the number of calls."""
        saved = 0
        for pending in self.pending.all(now=now):
            try:
                self._keep(pending)
            except DataRejectedError as error:
                log.error("paid_answer_refused", call_id=str(pending.ticket.call_id), error=describe_error(error))
            self.pending.drop(pending.ticket)
            saved += 1
        if saved:
            log.info("paid_answers_saved_late", calls=saved)
        return saved

    def fail(self, ticket: Ticket, error: Exception) -> None:
        """The call came to nothing. Where it may have been charged, its whole reservation counts as spent."""
        outcome = getattr(error, "code", "unexpected")

        def settle(uow: UnitOfWork) -> None:
            uow.spending.release(ticket.keys, token=ticket.token)
            if isinstance(error, AnswerLostError | UnexpectedError):
                uow.spending.abandon(ticket.call_id, outcome=outcome)
            else:
                uow.spending.settle(ticket.call_id, Usage(), outcome=outcome)

        self.insist(settle)

    def settle_dead(self) -> int:
        """Settle what workers that are gone have left open; returns the number of calls.

        A call at a time: each transaction locks the accounts of one, in their order.
        """
        self.save_pending()
        with self.open_uow() as uow:
            dead = uow.spending.dead()
        count = 0
        for call_id in dead:
            with self.open_uow() as uow:
                count += uow.spending.abandon_dead(call_id)
                uow.commit()
        if count:
            log.warning("paid_calls_abandoned", calls=count)
        return count

    def insist(self, work: Callable[[UnitOfWork], None], away: Callable[[], None] = lambda: None) -> None:
        """Do the work in a transaction, and again while the database is away, for ``save_s`` seconds.

        ``away`` is called when it is found to be away first.
        """
        wait, ends = _FIRST_TRY_S, time.monotonic() + self.save_s
        while True:
            try:
                with self.open_uow() as uow:
                    work(uow)
                    uow.commit()
                return
            except DatabaseUnavailableError:
                if wait == _FIRST_TRY_S:
                    away()
                if time.monotonic() + wait > ends:
                    raise
            time.sleep(wait)
            wait = min(wait * 2, _MOST_TRY_S)


def waits(deadline_s: float) -> Callable[[], None]:
    """Waits for others' answers: a little longer each time, and for so long in all.

    Raises (when called then):
        ParkedError: they have not answered; a batch may take a day.
    """
    wait = _FIRST_WAIT_S
    ends = time.monotonic() + deadline_s

    def sleep() -> None:
        nonlocal wait
        if time.monotonic() + wait > ends:
            raise ParkedError(
                f"Another process has been requesting the same content for more than {deadline_s:.0f} s.",
                action="Run it again later: it uses those answers and pays nothing twice.",
                until=datetime.now(UTC) + timedelta(seconds=_OTHERS_S),
            )
        time.sleep(wait)
        wait = min(wait * 1.5, _MOST_WAIT_S)

    return sleep
