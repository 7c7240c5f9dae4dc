"""Claims, budgets and paid calls in PostgreSQL.

Whoever touches several of these locks claims before accounts before one call before its stage, and each of them in
order, so that no two deadlock.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from pipeline_core.db.jobs import WORKER_LOCK_CLASS
from pipeline_core.db.session import Session
from pipeline_core.domain.errors import BudgetExhaustedError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.spending import Account, PaidBatch, PlannedCall

_WHOSE = {"run": "of this run", "day": "of the day", "realm": "of this realm for the day"}
_SETTING = {scope: f"UPLOAD_PIPELINE_BUDGET_{scope.upper()}_USD" for scope in _WHOSE}


class Spending:
    """Claims on keys of paid calls, and accounts of their costs. In a transaction, claims come before accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def is_orphaned(self, keys: Sequence[str]) -> bool:
        """True if one of the keys is claimed by a worker that is gone, or its claim has expired."""
        [orphaned] = self._session.column("orphaned_claims", keys=list(keys), lock_class=WORKER_LOCK_CLASS)
        return bool(orphaned)

    def claim(self, keys: Sequence[str], *, token: UUID, worker: str, lease_s: float) -> set[str]:
        """Claim those of the keys that nobody holds, until they are released or the lease is over; returns them."""
        rows = self._session.all(
            "claim_keys", keys=sorted(set(keys)), token=token, worker=worker, lease_s=lease_s,
            lock_class=WORKER_LOCK_CLASS,
        )  # fmt: skip
        return {row["claim_key"] for row in rows}

    def release(self, keys: Sequence[str], *, token: UUID) -> None:
        self._session.execute("release_keys", keys=list(keys), token=token)

    def reserve(
        self, call: PlannedCall, accounts: Sequence[Account], *, run_id: UUID, worker: str, lease_s: float
    ) -> UUID:
        """Set aside the most that the call can cost, on every account; returns the call's id.

        Raises:
            BudgetExhaustedError: an account does not cover it. The transaction must not be committed.
        """
        amount = round(call.most.cost_usd, 9)
        named: dict[str, Any] = {"scopes": [a.scope for a in accounts], "periods": [a.period for a in accounts]}
        self._session.execute("open_accounts", **named)
        held = {row["scope"]: row for row in self._session.all("lock_accounts", **named)}
        limits = [a.limit_usd for a in accounts]
        granted = set(self._session.column("reserve", **named, limits=limits, amount=amount))
        for account in accounts:
            if account.scope not in granted:
                row = held[account.scope]
                raise _exhausted(account, row["spent_usd"], row["reserved_usd"], amount)
        call_id = uuid4()
        self._session.execute(
            "record_call",
            call_id=call_id,
            run_id=run_id,
            realm_id=call.payer.realm_id,
            document_id=call.payer.document_id,
            stage=call.payer.stage,
            service=call.service,
            model=call.model,
            cache_key=call.cache_key,
            items=call.items,
            amount=amount,
            accounts=[account.key for account in accounts],
            worker=worker,
            lease_s=lease_s,
        )
        return call_id

    def settle(self, call_id: UUID, usage: Usage, *, outcome: str) -> None:
        """The call has ended and this is what it used."""
        self._lock_accounts(call_id)
        self._session.execute(
            "settle_call",
            call_id=call_id,
            outcome=outcome,
            input_tokens=usage.input_tokens,
            cached_tokens=usage.cached_tokens,
            output_tokens=usage.output_tokens,
            cost=round(usage.cost_usd, 9),
        )

    def abandon(self, call_id: UUID, *, outcome: str) -> None:
        """Nobody knows what became of the call: all that was set aside counts as spent."""
        self._abandon(call_id, outcome, dead=False)

    def dead(self) -> list[UUID]:
        """Calls that are open and whose worker is gone, or whose time is over."""
        return self._session.column("dead_calls", lock_class=WORKER_LOCK_CLASS)

    def abandon_dead(self, call_id: UUID) -> int:
        """Abandon it if it is still one of those; returns the number of calls."""
        return self._abandon(call_id, "worker_gone", dead=True)

    def open_batch(self, batch: PaidBatch) -> None:
        self._session.execute("open_batch", batch_id=batch.batch_id, call_id=batch.call_id, keys=list(batch.keys))

    def take_batch(self, batch_id: UUID, *, worker: str) -> bool:
        """The right to hand it in; False: somebody who lives has it, or it was handed in."""
        changed = self._session.execute("take_batch", batch_id=batch_id, worker=worker, lock_class=WORKER_LOCK_CLASS)
        return changed == 1

    def drop_batch(self, batch_id: UUID, *, worker: str) -> None:
        """Give that right up."""
        self._session.execute("drop_batch", batch_id=batch_id, worker=worker)

    def submit_batch(self, batch_id: UUID, provider_id: str) -> bool:
        """Record under which id the service has it; False: somebody else did."""
        return self._session.execute("submit_batch", batch_id=batch_id, provider_id=provider_id) == 1

    def end_batch(self, batch_id: UUID) -> bool:
        """It has ended, and its claims with it; False: it had before."""
        ended = self._session.execute("end_batch", batch_id=batch_id) == 1
        self._session.execute("release_batch", batch_id=batch_id)
        return ended

    def open_batches(self, keys: Sequence[str]) -> list[PaidBatch]:
        """Batches under way that hold one of these keys."""
        rows = self._session.all("batches_under_way", keys=list(keys))
        return [PaidBatch(r["batch_id"], r["call_id"], tuple(r["keys"]), r["provider_id"], r["age_s"]) for r in rows]

    def _abandon(self, call_id: UUID, outcome: str, *, dead: bool) -> int:
        self._lock_accounts(call_id)
        rows = self._session.all(
            "abandon_call", call_id=call_id, outcome=outcome, lock_class=WORKER_LOCK_CLASS, dead=dead
        )  # fmt: skip
        return len(rows)

    def _lock_accounts(self, call_id: UUID) -> None:
        [row] = self._session.all("call_accounts", call_id=call_id)
        pairs = [key.split(":", 1) for key in row["accounts"]]
        self._session.all("lock_accounts", scopes=[p[0] for p in pairs], periods=[p[1] for p in pairs])


def _exhausted(account: Account, spent: float, reserved: float, amount: float) -> BudgetExhaustedError:
    limit = account.limit_usd or 0.0
    under_way = f" and ${reserved:.6f} set aside for calls under way" if reserved else ""
    return BudgetExhaustedError(
        f"The budget {_WHOSE[account.scope]} is {_dollars(limit)}: ${spent:.6f} is spent{under_way}, "
        f"and the next call may cost up to ${amount:.6f}.",
        action=f"Raise {_SETTING[account.scope]}"
        + (" or wait for the next day (UTC)" if account.renewed_at else "")
        + ", then run again; what was paid for is kept.",
        until=account.renewed_at,
    )


def _dollars(limit: float) -> str:
    """A limit as somebody would write it: a tenth of a cent is not nothing."""
    return f"${limit:.2f}" if limit == 0 or limit >= 0.01 else f"${limit:.9f}".rstrip("0")
