"""Realms: knowledge bases that people share."""

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import connected
from pipeline_core.domain.realms import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline_core.client import Client
    from pipeline_core.domain.realms import Realm

_PANEL = "Realms"
commands = typer.Typer()
realm_commands = typer.Typer(
    help="Share a knowledge base: realms and their members.",
    no_args_is_help=True,
    epilog=examples("pipeline realm create claims", "pipeline realm use claims", "pipeline realm use --personal"),
)
commands.add_typer(realm_commands, name="realm", rich_help_panel=_PANEL)

User = Annotated[UUID, typer.Argument(help="The user's id: the `sub` claim of the user's token.", show_default=False)]


@realm_commands.command("list", epilog=examples("pipeline realm list"))
def list_realms(as_json: AsJson = False) -> None:
    """List your realms, and your role in each."""
    with connected() as client:
        _print_realms(client, client.realms.all(), as_json=as_json)


@realm_commands.command(epilog=examples("pipeline realm create claims"))
def create(
    name: Annotated[str, typer.Argument(help="Name of the realm.", show_default=False)], as_json: AsJson = False
) -> None:
    """Create a realm and become its first admin."""
    with connected() as client:
        made = client.realms.create(name)
        _print_realms(client, [made], as_json=as_json)
        if not as_json:
            from pipeline_core.terminal.hints import typed

            out.print(f"Work in it: {typed(f'realm use {shlex.quote(made.name)}')}", markup=False, soft_wrap=True)


@realm_commands.command(epilog=examples("pipeline realm use claims", "pipeline realm use --personal"))
def use(
    name: Annotated[str, typer.Argument(help="A realm, by name or id.", show_default=False)] = "",
    personal: Annotated[bool, typer.Option("--personal", help="Go back to your personal realm.")] = False,
) -> None:
    """Choose the realm that commands work in.

    The choice holds for this home; `--realm` overrides it.
    """
    if bool(name) == personal:
        raise typer.BadParameter("name a realm, or give --personal")
    with connected(name) as client:
        realm = client.use_realm(name or None)
        out.print(f"Commands in this home now work in {realm.name}.", markup=False)


@realm_commands.command(epilog=examples("pipeline realm members", "pipeline realm members --realm claims --json"))
def members(realm: InRealm = "", as_json: AsJson = False) -> None:
    """List the members of the realm, admins first."""
    with connected(realm) as client:
        _print_members(client, as_json=as_json)


@realm_commands.command(
    epilog=examples('pipeline realm add 8f14e45f-ceea-467f-a0e6-8e1f0f1d2a3b --role reviewer --name "Ann Smith"')
)
def add(
    user: User,
    role: Annotated[Role, typer.Option("--role", help="Role of the member.")] = Role.READER,
    name: Annotated[str, typer.Option("--name", help="Name that the other members see.")] = "",
    realm: InRealm = "",
    as_json: AsJson = False,
) -> None:
    """Add a member to the realm, or change a member's role."""
    from pipeline_core.domain.ids import UserId

    with connected(realm) as client:
        client.realms.put(client.realm_id, UserId(user), role, name=name)
        _print_members(client, as_json=as_json)


@realm_commands.command(epilog=examples("pipeline realm remove 8f14e45f-ceea-467f-a0e6-8e1f0f1d2a3b"))
def remove(user: User, realm: InRealm = "", as_json: AsJson = False) -> None:
    """Remove a member from the realm, except its last admin."""
    from pipeline_core.domain.ids import UserId

    with connected(realm) as client:
        client.realms.remove(client.realm_id, UserId(user))
        if user == client.person.user_id:
            client.use_realm(None)
            out.print("You have left the realm.")
        else:
            _print_members(client, as_json=as_json)


@realm_commands.command(epilog=examples("pipeline realm move policy.pdf --to claims"))
def move(
    document: Annotated[str, typer.Argument(help="A document: its id, its job's id, or its file name.")],
    to: Annotated[str, typer.Option("--to", help="The realm that it moves to, by name or id.")],
    realm: InRealm = "",
    as_json: AsJson = False,
) -> None:
    """Move a document to another realm.

    Everything made from it moves too. You must be an admin of both realms.
    """
    with connected(realm) as client:
        moved = client.move(document, to)
        if as_json:
            print_json(moved.as_json())
        else:
            out.print(f"{moved.filename} is now in {moved.realm}.", markup=False)


def _print_realms(client: "Client", realms: "Sequence[Realm]", *, as_json: bool) -> None:
    from pipeline_core.terminal.realms import print_realms

    if as_json:
        print_json([{**asdict(realm), "is_used": realm.realm_id == client.realm_id} for realm in realms])
    else:
        print_realms(out, realms, client.realm_id)


def _print_members(client: "Client", *, as_json: bool) -> None:
    from pipeline_core.terminal.realms import print_members

    members = client.realms.members(client.realm_id)
    if as_json:
        print_json([asdict(member) for member in members])
    else:
        print_members(out, members)
