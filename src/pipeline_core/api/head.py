"""HEAD wherever there is GET (RFC 9110, 9.3.2): the same answer without its body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

IS_HEAD = "upload_pipeline.is_head"
"""In the scope of a GET that was asked for as HEAD: nothing of its body is sent."""


class HeadMiddleware:
    """Asks for the GET and keeps what follows the headers; a stream ends there, as if its reader had gone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def answer(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                has_begun = True

        async def ended() -> Message:
            return {"type": "http.disconnect"} if has_begun else await receive()

        asked = {**scope, "method": "GET", IS_HEAD: True}
        try:
            await self._app(asked, ended, answer)
        finally:
            # the access log names the route
            scope["route"] = asked.get("route")
