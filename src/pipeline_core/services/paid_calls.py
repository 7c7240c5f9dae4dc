"""What surrounds every paid call: one asks for a key and the others wait; the most that it can cost is set aside
before it is sent; the answer is kept at once, in the transaction that settles the account."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog

from pipeline_core.domain.errors import (
    AnswerLostError,
    DatabaseUnavailableError,
    DataRejectedError,
    ParkedError,
    UnexpectedError,
)
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import UserId
from pipeline_core.domain.spending import Budgets, Payer, PlannedCall, current_payer
from pipeline_core.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.ports.worker import Worker

log = structlog.stdlib.get_logger(__name__)
_LEASE_MARGIN_S = 30.0
_SAVE_TRIES = 4
_FIRST_WAIT_S, _MOST_WAIT_S = 0.05, 1.0
_OTHERS_S = 60.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to make one call: its keys are claimed and its cost is set aside."""

    call_id: UUID
    token: UUID
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaidCalls:
    """Opens and ends paid calls, each in a short transaction; none is open while the service works."""

    open_uow: OpenUnitOfWork
    worker: Callable[[], Worker]
    budgets: Budgets
    user_id: UserId
    """Who pays where nobody else is named."""

    def payer(self) -> Payer:
        return current_payer(self.user_id)

    def claim(self, uow: UnitOfWork, keys: Sequence[str], *, deadline_s: float) -> tuple[UUID, set[str]]:
        """Claim what nobody asks for, in the caller's transaction: the token, and the keys that are ours."""
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
        accounts = self.budgets.accounts(call.payer.user_id, datetime.now(UTC))
        call_id = uow.spending.reserve(
            call, accounts, run_id=self.budgets.run_id, worker=self.worker().name, lease_s=deadline_s + _LEASE_MARGIN_S
        )
        return Ticket(call_id, token, tuple(keys))

    def keep(self, ticket: Ticket, usage: Usage, *, outcome: str, save: Callable[[UnitOfWork], None]) -> None:
        """Save what was answered, settle and release, all at once. Tried again: what is lost here is paid for twice."""

        def settle(uow: UnitOfWork) -> None:
            save(uow)
            uow.spending.release(ticket.keys, token=ticket.token)
            uow.spending.settle(ticket.call_id, usage, outcome=outcome)

        def settle_only(uow: UnitOfWork) -> None:
            uow.spending.release(ticket.keys, token=ticket.token)
            uow.spending.settle(ticket.call_id, usage, outcome="not_kept")

        try:
            self.insist(settle)
        except DataRejectedError:
            # what cannot be kept was paid for all the same
            self.insist(settle_only)
            raise

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
        """Settle what workers that are gone have left open; answers with the number of calls."""
        with self.open_uow() as uow:
            count = uow.spending.abandon_dead()
            uow.commit()
        if count:
            log.warning("paid_calls_abandoned", calls=count)
        return count

    def insist(self, work: Callable[[UnitOfWork], None]) -> None:
        """Do the work in a transaction, and again if the database was away: what is lost here is paid for twice."""
        for attempt in range(_SAVE_TRIES):
            try:
                with self.open_uow() as uow:
                    work(uow)
                    uow.commit()
                return
            except DatabaseUnavailableError:
                if attempt == _SAVE_TRIES - 1:
                    raise
                time.sleep(0.2 * 3**attempt)


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
                f"Others have been asking for the same content for more than {deadline_s:.0f} s.",
                action="Run it again later: it finds their answers, and pays nothing again.",
                until=datetime.now(UTC) + timedelta(seconds=_OTHERS_S),
            )
        time.sleep(wait)
        wait = min(wait * 1.5, _MOST_WAIT_S)

    return sleep
