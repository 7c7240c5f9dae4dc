"""Realms and their members on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.realms import Realm, RealmMember


def print_realms(console: Console, realms: Sequence[Realm], present: RealmId) -> None:
    """A line a realm; the one that commands work in is marked."""
    table = _table("", "realm", "your role", "members", "id")
    for realm in realms:
        mark = "*" if realm.realm_id == present else ""
        table.add_row(mark, realm.name, realm.role, str(realm.members), str(realm.realm_id))
    console.print(table)


def print_members(console: Console, members: Sequence[RealmMember]) -> None:
    """A line a member."""
    table = _table("name", "role", "since", "user")
    for member in members:
        table.add_row(member.name or "–", member.role, f"{member.added_at:%Y-%m-%d}", str(member.user_id))
    console.print(table)


def _table(*titles: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for title in titles:
        table.add_column(title, no_wrap=title in ("id", "user"))
    return table
