"""A bound on the time in which the head of a request must arrive."""

from asyncio import Protocol, TimerHandle, Transport
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as HTTPProtocol
else:
    HTTPProtocol = AutoHTTPProtocol


def prompt_protocol(within_s: float) -> type[Protocol]:
    """For uvicorn's ``http``: its protocol, which waits for half a request for ever, with a clock.

    What comes after the head is the application's to bound, and a pause between requests uvicorn's own.
    """

    class PromptProtocol(HTTPProtocol):
        _clock: TimerHandle | None = None

        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._stop()

        def _watch(self) -> None:
            if self._is_answering():
                self._stop()
            elif self._clock is None:
                self._clock = self.loop.call_later(within_s, self._end)

        def _stop(self) -> None:
            if self._clock:
                self._clock.cancel()
            self._clock = None

        def _end(self) -> None:
            self._clock = None
            if not self._is_answering():
                self.transport.close()

        def _is_answering(self) -> bool:
            cycle: Any = self.cycle
            return cycle is not None and not cycle.response_complete

    return PromptProtocol
