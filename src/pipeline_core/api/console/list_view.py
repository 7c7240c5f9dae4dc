"""The list of a review as somebody has it open, which every link and form of the page keeps."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query

from pipeline_core.api.console.desk import Order, Show, listed
from pipeline_core.domain.lifecycle import REVIEW_PAGES
from pipeline_core.domain.rows.desk import ListedFact
from pipeline_core.review.desk import OnDesk

_LATEST = 4_102_444_800
"""The year 2100, in seconds since 1970."""


Opened = Annotated[int | None, Query(ge=0, le=_LATEST)]


@dataclass(frozen=True, slots=True)
class View:
    """The list as a reviewer has it open; every link and form of the page keeps it."""

    job_id: UUID
    show: Show
    order: Order
    since: int
    """When it was opened, in seconds since 1970: what is decided from then on keeps its place."""
    search: str = ""
    """Words that its facts have."""

    @property
    def path(self) -> str:
        return REVIEW_PAGES[2].format(self.job_id)

    def rows(self, desk: OnDesk, *, keeps: bool = True) -> list[ListedFact]:
        """Return the facts of the list, with those that it ``keeps`` though they are decided, or without."""
        return listed(desk.facts, self.show, self.order, self.opened if keeps else None, desk.found)

    @property
    def opened(self) -> datetime:
        return datetime.fromtimestamp(self.since, UTC)

    def url(self, fact: UUID | None = None, **more: object) -> str:
        """Return the page's address with this list, and this fact in the middle."""
        asked = {k: v for k, v in more.items() if v is not None}
        # a list has a thousand of these, which differ by the fact alone
        return _base(self) + (f"&fact={fact}" if fact else "") + (f"&{urlencode(asked)}" if asked else "")

    def with_list(self, show: Show | None = None, order: Order | None = None) -> str:
        """Return the page's address with another list, opened now."""
        return f"{self.path}?{self._query(show or self.show, order or self.order)}"

    def without_search(self, show: Show | None = None) -> str:
        """Return the page's address with all facts of a list, opened now."""
        return replace(self, search="").with_list(show)

    def act(self, action: str) -> str:
        """Return the address of an action, with this list."""
        return f"{self.path}/{action}?{self.query}"

    @property
    def query(self) -> str:
        """Returns what the list is, as a part of an address."""
        return self._query(self.show, self.order, since=self.since)

    def _query(self, show: Show, order: Order, **more: object) -> str:
        return urlencode({"show": show, "order": order, **more} | ({"search": self.search} if self.search else {}))


@lru_cache(maxsize=64)
def _base(view: View) -> str:
    return f"{view.path}?{view.query}"


def view(
    job_id: UUID,
    show: Show = Show.NEW,
    order: Order = Order.UNSURE,
    since: Opened = None,
    search: Annotated[str, Query(max_length=200)] = "",
) -> View:
    """Read the list's part of an address."""
    opened = int(datetime.now(UTC).timestamp()) if since is None else since
    return View(job_id, show, order, opened, search.strip())


AView = Annotated[View, Depends(view)]
