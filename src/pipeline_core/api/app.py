"""The application: middleware, and what routes share."""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from pipeline_core.api import metrics, problems
from pipeline_core.api.admission import AllowedHostsMiddleware, LoopbackOnlyMiddleware, host_names
from pipeline_core.api.all_routes import all_routes
from pipeline_core.api.auth import verifier
from pipeline_core.api.console.install import install as install_console
from pipeline_core.api.console.pages import batches, outputs
from pipeline_core.api.correlation import HEADER, CorrelationMiddleware
from pipeline_core.api.description import TITLE, VERSION, description
from pipeline_core.api.event_hub import EventHub
from pipeline_core.api.head import HeadMiddleware
from pipeline_core.api.middleware import (
    AccessLogMiddleware,
    BoundsMiddleware,
    DefectsMiddleware,
    SecureHeadersMiddleware,
)
from pipeline_core.api.multipart import OVERHEAD_BYTES
from pipeline_core.api.routes import staging, uploads
from pipeline_core.bootstrap import Pipeline
from pipeline_core.settings import Settings


def create_app(
    pipeline: Pipeline,
    *,
    ask_for_run: Callable[[], None] = lambda: None,
    orchestrator_is_up: Callable[[], bool] = lambda: True,
) -> FastAPI:
    """The API over a wired pipeline, which stays the caller's to close.

    Args:
        ask_for_run: called after a job was queued; must return at once and never raise.
        orchestrator_is_up: whether Prefect answers.

    Raises:
        ConfigurationError: tokens cannot be verified, or local mode would be reached from other machines.
    """
    settings = pipeline.settings
    verify = verifier(settings)

    app = FastAPI(
        title=TITLE,
        version=VERSION,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        routes=[*all_routes()],
    )
    app.state.pipeline = pipeline
    app.state.verify = verify
    app.state.metrics = metrics.Metrics(
        lambda: pipeline.monitoring.metrics(), lambda: pipeline.monitoring.paid_metrics(), pipeline.folders()
    )
    app.state.event_hub = EventHub(lambda seen: pipeline.monitoring.realms_with_events(seen))
    app.state.rate_limits = pipeline.rate_limits
    app.state.ask_for_run = ask_for_run
    app.state.orchestrator_is_up = orchestrator_is_up
    problems.install(app)
    install_console(app)
    app.openapi = description  # type: ignore[method-assign]
    _add_middleware(app, settings)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """The last that is added is the first to see a request."""
    app.add_middleware(HeadMiddleware)
    app.add_middleware(
        BoundsMiddleware,
        max_bytes=settings.api_max_json_bytes,
        larger={
            uploads.PATH: max(settings.api_max_upload_bytes, settings.max_file_bytes) + OVERHEAD_BYTES,
            staging.UPLOAD_PATH: settings.max_file_bytes + OVERHEAD_BYTES,
            outputs.UPLOAD_PATH: max(settings.api_max_upload_bytes, settings.max_file_bytes) + OVERHEAD_BYTES,
            batches.PATH: settings.max_file_bytes + OVERHEAD_BYTES,
        },
        timeout_s=settings.api_request_timeout_s,
    )
    if settings.api_auth == "local":
        app.add_middleware(LoopbackOnlyMiddleware)
    app.add_middleware(DefectsMiddleware)
    app.add_middleware(AccessLogMiddleware)
    if origins := _listed(settings.api_cors_origins):
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Last-Event-ID",
                "Range",
                "If-Range",
                "If-None-Match",
                HEADER,
            ],
            expose_headers=[HEADER, "Retry-After", "Content-Range", "ETag"],
        )
    app.add_middleware(AllowedHostsMiddleware, hosts=host_names(_listed(settings.api_allowed_hosts)))
    app.add_middleware(SecureHeadersMiddleware)
    app.add_middleware(CorrelationMiddleware)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
