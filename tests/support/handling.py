"""A small HTTP server on a thread, which answers as a function says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Asked(BaseHTTPRequestHandler):
    """A request, and the way to answer it; says nothing on the terminal."""

    def log_message(self, *_: object) -> None:
        pass

    def sent(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers["Content-Length"]))

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer with a body, its length, and whatever else."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def handled_by(method: str, handle: Callable[[Asked], None]) -> Iterator[str]:
    """Serve requests of a method on any port; yields the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Asked,), {f"do_{method}": handle})) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
