"""What routes depend on: the asking user's services, and where the work is asked for.

None of it waits for anything: asynchronous functions are called where they are, others by a thread of the pool.
"""

from typing import Annotated

from fastapi import Depends, Request

from pipeline_core.api.auth import CurrentUser
from pipeline_core.api.correlation import as_correlation_id
from pipeline_core.bootstrap import Pipeline, UserServices
from pipeline_core.settings import Settings


async def _pipeline(request: Request) -> Pipeline:
    pipeline: Pipeline = request.app.state.pipeline
    return pipeline


async def _settings(pipeline: Annotated[Pipeline, Depends(_pipeline)]) -> Settings:
    return pipeline.settings


async def _services(
    request: Request, pipeline: Annotated[Pipeline, Depends(_pipeline)], user: CurrentUser
) -> UserServices:
    return pipeline.for_user(user.user_id, as_correlation_id(request))


ThePipeline = Annotated[Pipeline, Depends(_pipeline)]
TheSettings = Annotated[Settings, Depends(_settings)]
Services = Annotated[UserServices, Depends(_services)]
