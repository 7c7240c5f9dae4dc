"""The HTTP API: serving it, and signing in to it on this machine."""

import threading
from typing import Annotated

import typer

from pipeline_core.cli.app import examples
from pipeline_core.cli.output import err, out
from pipeline_core.cli.wiring import wired
from pipeline_core.terminal.hints import pasteable

commands = typer.Typer()
_PANEL = "HTTP API"


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline api", "pipeline api --port 9000"))
def api(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of the setting's.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port, instead of the setting's.")] = None,
) -> None:
    """Serve the HTTP API until Ctrl-C.

    Uploads are queued here and processed by whoever runs the queue; webhooks are sent from here too.
    """
    given = {name: value for name, value in {"api_host": host, "api_port": port}.items() if value is not None}
    with wired(**given) as app_:
        from pipeline_core.api.server import serve

        def tell(addresses: list[str]) -> None:
            is_local = app_.settings.api_auth == "local"
            sign_in = pasteable("`pipeline token` prints a token") if is_local else "with tokens of the issuer"
            for address in addresses:
                err.print(f"API: {address}   description: {address}/docs", soft_wrap=True)
            err.print(f"Sign in: {sign_in}; `Authorization: Bearer TOKEN`.   (Ctrl-C ends it)", soft_wrap=True)

        app_.refuse_newer_database()
        try:
            serve(app_, tell)
        except KeyboardInterrupt:
            # the server has ended by then: being told to stop is how it is meant to end
            err.print("Stopped.")


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline upkeep"))
def upkeep() -> None:
    """Watch the queue and send webhooks, until Ctrl-C.

    Runs are asked for as soon as something waits, webhooks sent, parked decisions carried out, and what is old is
    removed.
    Needed where neither `pipeline up` runs nor an API that has a login of the service role: they do this themselves.
    Runs are asked for at the Prefect server of PREFECT_API_URL.
    """
    with wired() as app_:
        chores = app_.upkeep
        if chores is None:
            from pipeline_core.domain.errors import ConfigurationError

            raise ConfigurationError(
                "Upkeep needs a login of the service role.", action="Set UPLOAD_PIPELINE_DATABASE_URL."
            )
        app_.refuse_newer_database()
        watch = app_.queue_watch
        if watch is None:
            err.print("No PREFECT_API_URL: nobody is asked to work on the queue.", soft_wrap=True)
        else:
            threading.Thread(target=watch.run, args=(app_.stopping,), name="queue-watch", daemon=True).start()
        if app_.parking_clock:
            threading.Thread(
                target=app_.parking_clock.run, args=(app_.stopping,), name="parked-decisions", daemon=True
            ).start()
        try:
            chores.run(app_.stopping)
        except KeyboardInterrupt:
            err.print("Stopped.")


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples("pipeline token", 'curl -H "Authorization: Bearer $(pipeline token)" http://127.0.0.1:8420/ready'),
)
def token() -> None:
    """Print a token for the API of this machine.

    It is the settings' user's, and good for 30 days. Only in local mode; elsewhere the issuer makes tokens.
    """
    from pipeline_core.api.auth import local_token
    from pipeline_core.settings import load_settings

    out.print(local_token(load_settings()), soft_wrap=True, markup=False)
