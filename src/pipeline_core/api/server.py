"""The API as a process: sockets, the server on them, and the chores beside it."""

import errno
import logging
import socket
import threading
from collections.abc import Callable

import structlog
import uvicorn
from fastapi import FastAPI

from pipeline_core.api.app import create_app
from pipeline_core.api.prompt_protocol import prompt_protocol
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.settings import Settings

log = structlog.get_logger("pipeline_core.api")

_BACKLOG = 2048
_GRACE_S = 3
"""How long requests under way have to end after a signal; then they are cut off."""
_CHORES_GRACE_S = 2.0


def serve(pipeline: Pipeline, ready: Callable[[list[str]], None] = lambda _: None) -> None:
    """Serve until a signal to end. Streams end within a second of it, other requests have three.

    Args:
        pipeline: The caller's to close.
        ready: Called with the addresses once requests to them are answered.

    Raises:
        ConfigurationError: tokens cannot be verified, local mode would be reached from other machines (nothing is
            bound then), or the address cannot be had.
    """
    app = make_app(pipeline)
    sockets = bind(pipeline.settings)
    try:
        # the embedded database starts here, not with the first request
        _ = pipeline.api_database
        server = _Server(config(app), lambda: ready([_url(one) for one in sockets]))
        _with_chores(pipeline, lambda: server.run(sockets=sockets))
    finally:
        for one in sockets:
            one.close()


class _Server(uvicorn.Server):
    """Says when it has begun to serve."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None]) -> None:
        super().__init__(config)
        self._begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._begun()


def make_app(pipeline: Pipeline) -> FastAPI:
    """The API that asks the pipeline's orchestrator for runs."""
    requests = pipeline.run_requests
    return create_app(pipeline, ask_for_run=requests, orchestrator_is_up=requests.is_up)


def config(app: FastAPI) -> uvicorn.Config:
    """Configure the server: no access log besides ours, no server name in headers, no WebSockets.

    ``FORWARDED_ALLOW_IPS`` names the proxies whose ``X-Forwarded-For`` and ``-Proto`` are believed; 127.0.0.1 is.
    """
    logging.getLogger("uvicorn.error").addFilter(_without_traceback)
    return uvicorn.Config(
        app,
        http=prompt_protocol(app.state.pipeline.settings.api_request_timeout_s),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _without_traceback(record: logging.LogRecord) -> bool:
    """Our own log has each defect already, without the values in it."""
    record.exc_info = record.exc_text = None
    return True


def bind(settings: Settings) -> list[socket.socket]:
    """A listening socket for every address of the host.

    Raises:
        ConfigurationError: the name is unknown, or an address is taken or not this machine's.
    """
    host, port = settings.api_host.strip("[]"), settings.api_port
    bound: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in found:
            try:
                listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
                # asyncio sees to this only for sockets that it makes; connections inherit it
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                bound.append(listener)
            except OSError as error:
                # localhost often names ::1 where there is no IPv6
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
        if not bound:
            raise OSError(errno.EADDRNOTAVAIL, "it is not an address of this machine")
    except OSError as error:
        for one in bound:
            one.close()
        raise ConfigurationError(
            f"The API cannot listen on {host}:{port}: {error.strerror or error}.",
            action="Stop what listens there, or set UPLOAD_PIPELINE_API_HOST and UPLOAD_PIPELINE_API_PORT "
            "(`--host`, `--port`).",
        ) from error
    return bound


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _with_chores(pipeline: Pipeline, serve: Callable[[], None]) -> None:
    stopping = threading.Event()
    upkeep = pipeline.upkeep
    if upkeep is None:
        log.warning(
            "no_upkeep",
            message="Only the API's login is known here: webhooks are sent, and parked decisions carried out, by "
            "`pipeline upkeep`.",
        )
    beside = {
        "upkeep": upkeep,
        "parked-decisions": pipeline.parking_clock,
        "erasures": pipeline.erasing_clock,
        "queue-watch": pipeline.queue_watch,
    }
    threads = [
        threading.Thread(target=one.run, args=(stopping,), name=name, daemon=True)
        for name, one in beside.items()
        if one is not None
    ]
    for thread in threads:
        thread.start()
    try:
        serve()
    finally:
        stopping.set()
        for thread in threads:
            thread.join(_CHORES_GRACE_S)
