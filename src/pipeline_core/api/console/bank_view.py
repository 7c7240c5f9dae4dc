"""The questions of a bank as somebody has them open, which every link and form of the page keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.question_filter import QuestionFilter, QuestionFlag

_S = QuestionStatus
_MOST_KEPT = 50


class BankShow(StrEnum):
    """Questions of the list, by what became of them."""

    ALL = "all"
    TO_DECIDE = "todo"
    ALIKE = "alike"
    APPROVED = "approved"
    IMPORTED = "imported"
    REJECTED = "rejected"
    OUT = "out"
    FAILED = "failed"


_FILTERS: Mapping[BankShow, QuestionFilter] = {
    BankShow.ALL: QuestionFilter(),
    BankShow.TO_DECIDE: QuestionFilter([_S.PENDING]),
    BankShow.ALIKE: QuestionFilter(flags=[QuestionFlag.ALIKE]),
    BankShow.APPROVED: QuestionFilter([_S.APPROVED]),
    BankShow.IMPORTED: QuestionFilter([_S.IMPORTED]),
    BankShow.REJECTED: QuestionFilter([_S.REJECTED]),
    BankShow.OUT: QuestionFilter([_S.DUPLICATE, _S.LEFT_OUT]),
    BankShow.FAILED: QuestionFilter(flags=[QuestionFlag.IMPORT_FAILED]),
}


@dataclass(frozen=True, slots=True)
class BankView:
    """The list as a reviewer has it open."""

    batch_id: UUID
    show: BankShow
    search: str
    cursor: str
    kept: Sequence[UUID]
    """Decided since the list was opened: they stay in it, whatever it shows."""

    @property
    def path(self) -> str:
        return f"/batches/{self.batch_id}"

    @property
    def filter(self) -> QuestionFilter:
        """Returns what the list shows as a filter; a bulk decision is about the same."""
        chosen = _FILTERS[self.show]
        return QuestionFilter(chosen.statuses, chosen.flags, self.search)

    def url(self, question: UUID | None = None, **more: object) -> str:
        """Return the page's address with this list, and this question open."""
        return f"{self.path}?{self._query(open=question, **more)}"

    def with_list(self, show: BankShow) -> str:
        """Return the page's address with another list, opened now."""
        return f"{self.path}?{urlencode({'show': show, **({'search': self.search} if self.search else {})})}"

    def act(self, action: str, question: UUID | None = None) -> str:
        """Return the address of an action, with this list."""
        return f"{self.path}/{action}?{self._query(open=question)}"

    def keeping(self, *decided: UUID) -> "BankView":
        """The same list, in which these stay though they are decided."""
        kept = list(dict.fromkeys([*self.kept, *decided]))[-_MOST_KEPT:]
        return BankView(self.batch_id, self.show, self.search, self.cursor, kept)

    def _query(self, **more: object) -> str:
        asked: list[tuple[str, object]] = [("show", self.show)]
        asked += [(name, value) for name, value in (("search", self.search), ("cursor", self.cursor)) if value]
        asked += [("kept", one) for one in self.kept]
        asked += [(name, value) for name, value in more.items() if value is not None]
        return urlencode(asked)


def _view(
    batch_id: UUID,
    show: BankShow = BankShow.ALL,
    search: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str, Query(max_length=60, pattern=r"^([0-9][.][0-9]{1,9}[.][0-9a-f]{32})?$")] = "",
    kept: Annotated[list[UUID] | None, Query(max_length=_MOST_KEPT)] = None,
) -> BankView:
    return BankView(batch_id, show, search.strip(), cursor, kept or ())


ABankView = Annotated[BankView, Depends(_view)]
