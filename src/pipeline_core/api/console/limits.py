"""The console's own limit: a person with keys opens more pages a minute than a program may poll."""

import hashlib

from fastapi import Depends, Request

from pipeline_core.api.console.sessions import Cookies
from pipeline_core.api.deps import TheSettings
from pipeline_core.api.limits import MINUTE_S, hit


def limit_console(request: Request, settings: TheSettings) -> None:
    """Count a request of this session, or of whoever is at this address without one.

    Raises:
        LimitExceededError: there were as many in a minute as may be.
    """
    session = Cookies(request).get("session") or (request.client.host if request.client else "")
    who = hashlib.sha256(session.encode()).hexdigest()[:32]
    hit(request, "console_per_minute", who, settings.limit_console_per_minute, MINUTE_S, nouns="pages a minute")


LimitConsole = Depends(limit_console)
