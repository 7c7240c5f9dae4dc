"""Payer and cost of a call, and the budgets it counts against."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.lifecycle import StageName

Service = Literal["facts", "embeddings", "conversion", "rerank"]
Scope = Literal["run", "day", "realm"]
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens; ``cached_input`` is for input that the endpoint had cached (None: as any).

    ``batch`` is the share of it that the batch interface charges. ``as_of`` and ``source``: when and where it was seen.
    """

    input: float
    output: float = 0.0
    batch: float = 1.0
    cached_input: float | None = None
    as_of: date | None = None
    source: str = ""

    def of(self, input_tokens: int, output_tokens: int = 0, *, cached_tokens: int = 0, batch: bool = False) -> Usage:
        """The tokens with what they cost. ``cached_tokens`` are a part of the input; a batch has no price for them."""
        cached = min(max(cached_tokens, 0), input_tokens)
        of_cached = self.input if self.cached_input is None or batch else self.cached_input
        cost = ((input_tokens - cached) * self.input + cached * of_cached + output_tokens * self.output) / _MILLION
        return Usage(input_tokens, output_tokens, cost * (self.batch if batch else 1.0), cached)


@dataclass(frozen=True, slots=True)
class PagePrice:
    """US dollars for a page, and for a credit of a service that says how many credits it billed."""

    page: float
    credit: float = 0.0
    as_of: date | None = None
    source: str = ""

    def of(self, pages: int) -> Usage:
        """Returns the cost of this many pages."""
        return Usage(cost_usd=pages * self.page)


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by model; ``pages`` are those of services that charge for pages.

    ``others_are_free``: a model without a row costs nothing, for the endpoint is a server of one's own.
    """

    prices: Mapping[str, Price]
    pages: Mapping[str, PagePrice] = field(default_factory=dict)
    others_are_free: bool = False

    def of_page(self, model: str) -> PagePrice:
        """The price of the model's pages.

        Raises:
            ConfigurationError: it is not in the table; says how to add it.
        """
        if model not in self.pages:
            raise ConfigurationError(
                f"The price of a page of {model} is not known, so no budget could be kept.",
                action=f'Write a file with `[pages."{model}"]`, `page = …`, `credit = …` (dollars) and name it in '
                "UPLOAD_PIPELINE_PRICE_TABLE.",
            )
        return self.pages[model]

    def of(self, model: str) -> Price:
        """The model's price.

        Raises:
            ConfigurationError: it is not in the table; says how to add it.
        """
        if model in self.prices:
            return self.prices[model]
        if self.others_are_free:
            return Price(0.0)
        raise ConfigurationError(
            f"The price of the model {model} is not known, so no budget could be kept.",
            action=f'Write a file with `[models."{model}"]`, `input = 0.0`, `output = 0.0` (dollars a million '
            "tokens) and name it in UPLOAD_PIPELINE_PRICE_TABLE; or set UPLOAD_PIPELINE_OPENAI_OWN_SERVER=true "
            "if the endpoint is a server of your own, which costs nothing.",
        )


@dataclass(frozen=True, slots=True)
class Payer:
    """For whom a call is made. ``document_id`` and ``stage`` are None where it serves more than one."""

    realm_id: RealmId
    document_id: DocumentId | None = None
    stage: StageName | None = None


_PAYER: ContextVar[Payer | None] = ContextVar("payer", default=None)


@contextmanager
def paid_by(payer: Payer) -> Iterator[None]:
    """Paid calls of this thread are made for this payer while it lasts.

    A context, not an argument: most converters, generators and embedders cost nothing and need not know.
    """
    token = _PAYER.set(payer)
    try:
        yield
    finally:
        _PAYER.reset(token)


def current_payer(default: RealmId) -> Payer:
    """The payer of this thread's calls; without one, the user given."""
    return _PAYER.get() or Payer(default)


@dataclass(frozen=True, slots=True)
class Account:
    """A budget's account: what it is about, its period, and its limit in US dollars (None: unlimited)."""

    scope: Scope
    period: str
    limit_usd: float | None
    renewed_at: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.scope}:{self.period}"


@dataclass(frozen=True, slots=True)
class Budgets:
    """The limits of a run, of a day, and of a realm in a day, US dollars; days are of UTC."""

    run_id: UUID
    run_usd: float | None = None
    day_usd: float | None = None
    realm_usd: float | None = None

    def accounts(self, realm_id: RealmId, now: datetime) -> list[Account]:
        """The accounts that a call for this realm counts against at this moment (UTC)."""
        day = now.date().isoformat()
        tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return [
            Account("day", day, self.day_usd, tomorrow),
            Account("realm", f"{realm_id} {day}", self.realm_usd, tomorrow),
            Account("run", str(self.run_id), self.run_usd),
        ]


@dataclass(frozen=True, slots=True)
class PaidBatch:
    """Many chunks handed to a batch interface as one call. ``provider_id`` is None until it is known there.

    ``age_s``: seconds since it was prepared.
    """

    batch_id: UUID
    call_id: UUID
    keys: tuple[str, ...]
    provider_id: str | None = None
    age_s: float = 0.0

    @property
    def holder(self) -> str:
        """Returns the holder of its claims while it is under way."""
        return f"batch:{self.batch_id}"


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call about to be made. ``most`` is the most that it can use and cost."""

    service: Service
    model: str
    payer: Payer
    items: int
    most: Usage
    cache_key: str | None = None
