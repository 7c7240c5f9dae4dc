"""Every stage in its order, with the gate before it. A new one is a file, a row here and a line in ``tasks``."""

import hashlib

import orjson

from pipeline_core.domain.lifecycle import MOVES, Move, StageName
from pipeline_core.duplicates.detection import comparison_config
from pipeline_core.stages import chunk, convert, embed, facts, ingest, optimize, publish, validate
from pipeline_core.stages.base import AnyStage, StageContext

STAGES: tuple[AnyStage, ...] = (
    ingest.STAGE,
    convert.STAGE,
    optimize.STAGE,
    chunk.STAGE,
    facts.STAGE,
    validate.STAGE,
    embed.STAGE,
    publish.STAGE,
)

BY_NAME: dict[StageName, AnyStage] = {stage.name: stage for stage in STAGES}

ALL_MOVES: tuple[Move, ...] = (
    *(move for stage in STAGES for move in stage.moves),
    *MOVES,
)
"""Every change of a job that the program can make."""


def stage_configs(ctx: StageContext) -> dict[StageName, str]:
    """Fingerprint of every stage's version and settings."""
    return {stage.name: stage.config_sha256(ctx) for stage in STAGES}


def pipeline_config(ctx: StageContext) -> str:
    """One fingerprint of them all: a document published under it has nothing left to do."""
    compared = orjson.dumps(comparison_config(ctx.settings), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256("".join(stage_configs(ctx).values()).encode() + compared).hexdigest()
