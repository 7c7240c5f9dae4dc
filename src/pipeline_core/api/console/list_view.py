"""The list of a review as somebody has it open, which every link and form of the page keeps."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query

from pipeline_core.api.console.desk import Order, Show
from pipeline_core.domain.lifecycle import REVIEW_PAGES

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
        asked = {"show": show or self.show, "order": order or self.order}
        return f"{REVIEW_PAGES[2].format(self.job_id)}?{urlencode(asked)}"

    def act(self, action: str) -> str:
        """Return the address of an action, with this list."""
        query = urlencode({"show": self.show, "order": self.order, "since": self.since})
        return f"{REVIEW_PAGES[2].format(self.job_id)}/{action}?{query}"


@lru_cache(maxsize=64)
def _base(view: View) -> str:
    asked = {"show": view.show, "order": view.order, "since": view.since}
    return f"{REVIEW_PAGES[2].format(view.job_id)}?{urlencode(asked)}"


def view(
    job_id: UUID,
    show: Show = Show.NEW,
    order: Order = Order.UNSURE,
    since: Opened = None,
) -> View:
    """Read the list's part of an address."""
    return View(job_id, show, order, int(datetime.now(UTC).timestamp()) if since is None else since)


AView = Annotated[View, Depends(view)]
