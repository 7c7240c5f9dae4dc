"""Cursor pagination: a cursor names the last row that was seen, so that a list does not shift under its reader."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from pipeline_core.domain.errors import RefusedError

Item = TypeVar("Item")
Position = tuple[datetime, UUID]
_MAX_CURSOR = 200


class Page(BaseModel, Generic[Item]):
    """Some of the rows; ``next_cursor`` is null on the last page."""

    items: list[Item]
    next_cursor: str | None = Field(None, description="Send it as `cursor` to get the next page")


class Cursor:
    """The position of a page, and how many rows it has."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of rows in the answer")] = 50,
        cursor: Annotated[
            str | None,
            Query(
                max_length=_MAX_CURSOR, pattern=r"^[A-Za-z0-9_-]+$", description="`next_cursor` of the previous page"
            ),
        ] = None,
    ) -> None:
        self.limit = limit
        self.before = decode(cursor) if cursor else None

    def page(self, rows: Sequence[Item], position: Callable[[Item], Position]) -> dict[str, Any]:
        """The page of these rows, of which one more than ``limit`` was asked for."""
        more = len(rows) > self.limit
        shown = rows[: self.limit]
        return {"items": shown, "next_cursor": encode(position(shown[-1])) if more else None}


PageCursor = Annotated[Cursor, Depends()]


def encode(position: Position) -> str:
    """An opaque text for the position."""
    return base64.urlsafe_b64encode(f"{position[0].isoformat()} {position[1]}".encode()).decode().rstrip("=")


def decode(text: str) -> Position:
    """The position of the text.

    Raises:
        RefusedError: it is none of ours.
    """
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        when, _, row_id = plain.partition(" ")
        moment = datetime.fromisoformat(when)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment, UUID(row_id)
    except (binascii.Error, UnicodeError, ValueError):
        raise RefusedError("The cursor is not valid.", action="Start again without `cursor`.") from None


def in_order(order: str, cursor: str) -> str:
    """The cursor, marked with the order of its list."""
    return f"{order[0]}{cursor}"


def of_order(order: str, cursor: str) -> str:
    """The cursor without the mark of its order.

    Raises:
        RefusedError: it is of the list in another order, where its position is elsewhere.
    """
    if cursor[0] != order[0]:
        raise RefusedError(f"The cursor is not of the order `{order}`.", action="Start again without `cursor`.")
    return cursor[1:]


QuestionPosition = tuple[int, int, UUID]


class QuestionCursor:
    """The position in a list of questions: rank, place in the file, id."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of rows in the answer")] = 50,
        cursor: Annotated[
            str | None,
            Query(
                max_length=_MAX_CURSOR,
                pattern=r"^[a-z][0-9][.][0-9]{1,9}[.][0-9a-f]{32}$",
                description="`next_cursor` of the previous page",
            ),
        ] = None,
    ) -> None:
        self.limit = limit
        self._cursor = cursor

    def after(self, order: str) -> QuestionPosition | None:
        """The position of the page in this order.

        Raises:
            RefusedError: it was given in another.
        """
        return question_position(of_order(order, self._cursor)) if self._cursor else None

    def page(self, rows: Sequence[Item], order: str, position: Callable[[Item], QuestionPosition]) -> dict[str, Any]:
        """The page of these rows, of which one more than ``limit`` was asked for."""
        more = len(rows) > self.limit
        shown = rows[: self.limit]
        following = in_order(order, question_cursor(position(shown[-1]))) if more else None
        return {"items": shown, "next_cursor": following}


QuestionPageCursor = Annotated[QuestionCursor, Depends()]


def question_cursor(position: QuestionPosition) -> str:
    """The cursor that names this position."""
    rank, place, row_id = position
    return f"{rank}.{place}.{row_id.hex}"


def question_position(cursor: str) -> QuestionPosition:
    """The position that a cursor without a mark of its order names."""
    rank, place, row_id = cursor.split(".")
    return int(rank), int(place), UUID(row_id)


class OffsetCursor:
    """For lists whose order never changes: the cursor says how many rows were seen."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of rows in the answer")] = 50,
        cursor: Annotated[
            str | None,
            Query(max_length=_MAX_CURSOR, pattern=r"^o[0-9]{1,9}$", description="`next_cursor` of the previous page"),
        ] = None,
    ) -> None:
        self.limit = limit
        self.offset = int(cursor[1:]) if cursor else 0

    def page(self, rows: Sequence[Any]) -> dict[str, Any]:
        """The page of these rows, of which one more than ``limit`` was asked for."""
        more = len(rows) > self.limit
        return {"items": rows[: self.limit], "next_cursor": f"o{self.offset + self.limit}" if more else None}


PageOffset = Annotated[OffsetCursor, Depends()]
