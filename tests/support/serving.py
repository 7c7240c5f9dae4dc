"""The API, with its console, in a real server on a thread of this process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from pipeline_core.api.app import create_app
from pipeline_core.api.server import bind, config
from pipeline_core.bootstrap import Pipeline


@contextmanager
def served(pipeline: Pipeline, port: int = 0) -> Iterator[str]:
    """Serve as it is configured for use, on this port or any; yields the address."""
    listeners = bind(pipeline.settings.model_copy(update={"api_port": port}))
    server = uvicorn.Server(config(create_app(pipeline)))
    thread = threading.Thread(target=server.run, args=(listeners,))
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    assert server.started, "the server did not start"
    try:
        yield f"http://127.0.0.1:{listeners[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
