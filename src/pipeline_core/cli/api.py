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
    host: Annotated[str | None, typer.Option(help="Address to listen on (overrides the setting).")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on (overrides the setting).")
    ] = None,
) -> None:
    """Serve the HTTP API until Ctrl-C.

    Uploads are queued, and workers process them. Webhooks are sent from here too.
    """
    given = {name: value for name, value in {"api_host": host, "api_port": port}.items() if value is not None}
    with wired(**given) as app_:
        from pipeline_core.api.server import serve

        def tell(addresses: list[str]) -> None:
            is_local = app_.settings.api_auth == "local"
            sign_in = pasteable("`pipeline token` prints a token") if is_local else "with a token from the issuer"
            for address in addresses:
                err.print(f"API: {address}   description: {address}/docs", soft_wrap=True)
            err.print(f"Sign in: {sign_in}; `Authorization: Bearer TOKEN`.   (Ctrl-C stops it)", soft_wrap=True)

        app_.refuse_newer_database()
        try:
            serve(app_, tell)
        except KeyboardInterrupt:
            # the server has ended by then: being told to stop is how it is meant to end
            err.print("Stopped.")


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline upkeep"))
def upkeep() -> None:
    """Watch the queue and send webhooks, until Ctrl-C.

    Requests a run as soon as something waits, sends webhooks, carries out parked decisions, and removes what is old.
    Needed only if neither `pipeline up` nor an API with a login of the service role runs, as these do it themselves.
    Runs are requested from the Prefect server at PREFECT_API_URL.
    """
    with wired() as app_:
        chores = app_.upkeep
        if chores is None:
            from pipeline_core.domain.errors import ConfigurationError

            raise ConfigurationError(
                "Upkeep needs a database login with the service role.", action="Set UPLOAD_PIPELINE_DATABASE_URL."
            )
        app_.refuse_newer_database()
        watch = app_.queue_watch
        if watch is None:
            err.print("PREFECT_API_URL is not set: no runs are requested for the queue.", soft_wrap=True)
        else:
            threading.Thread(target=watch.run, args=(app_.stopping,), name="queue-watch", daemon=True).start()
        for name, clock in {"parked-decisions": app_.parking_clock, "erasures": app_.erasing_clock}.items():
            if clock:
                threading.Thread(target=clock.run, args=(app_.stopping,), name=name, daemon=True).start()
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

    It belongs to the user in the settings and is valid for 30 days. Local mode only; otherwise the issuer makes tokens.
    """
    from pipeline_core.api.auth import local_token
    from pipeline_core.settings import load_settings

    out.print(local_token(load_settings()), soft_wrap=True, markup=False)
