"""Cursor pagination of lists that are ordered by a rank before time and id."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from pipeline_core.api.pagination import decode, encode, in_order, of_order

Item = TypeVar("Item")
_MAX_CURSOR = 200
RankedPosition = tuple[int, datetime, UUID]


class RankedCursor:
    """As ``Cursor``, of a list that is ordered by a rank before time and id."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of rows in the answer")] = 50,
        cursor: Annotated[
            str | None,
            Query(
                max_length=_MAX_CURSOR,
                pattern=r"^[a-z][0-9]{1,18}[.][A-Za-z0-9_-]+$",
                description="`next_cursor` of the previous page",
            ),
        ] = None,
    ) -> None:
        self.limit = limit
        self._cursor = cursor

    def after(self, order: str) -> RankedPosition | None:
        """The position of the page in this order.

        Raises:
            RefusedError: it was given in another, or is none of ours.
        """
        if not self._cursor:
            return None
        rank, _, rest = of_order(order, self._cursor).partition(".")
        return (-int(rank), *decode(rest))

    def page(self, rows: Sequence[Item], order: str, position: Callable[[Item], RankedPosition]) -> dict[str, Any]:
        """The page of these rows, of which one more than ``limit`` was asked for. Ranks are 0 or less."""
        more = len(rows) > self.limit
        shown = rows[: self.limit]
        if not more:
            return {"items": shown, "next_cursor": None}
        rank, moment, row_id = position(shown[-1])
        return {"items": shown, "next_cursor": in_order(order, f"{-rank}.{encode((moment, row_id))}")}


RankedPageCursor = Annotated[RankedCursor, Depends()]
