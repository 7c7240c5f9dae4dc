"""The reason why a person is asked, in one sentence."""

from dataclasses import dataclass

from pipeline_core.domain.lifecycle import JobStage
from pipeline_core.domain.wording import counted


@dataclass(frozen=True, slots=True)
class Asked:
    """Open questions about a document at a gate."""

    stage: JobStage
    critical: int = 0
    alike: int = 0
    """Facts with undecided near-duplicates."""
    alike_published: int | None = None
    """Those of them that look like published ones; None: not known."""
    facts_to_decide: int = 0
    """Facts that are not certain enough to be published unseen."""
    returned_for: int | None = None
    """Number of findings for which it was returned to matching review; None: it was not."""
    pending: int = 0
    workflow: str = "automatic"
    is_scan: bool = False


def why_asked(asked: Asked) -> str:
    """Say why a person is asked about a document."""
    if asked.stage is JobStage.VALIDATION_REVIEW:
        found = counted(asked.critical, "critical finding")
        return f"Validation found {found}: nothing new is published until you decide."
    parts = [*_alike(asked), *_unsure(asked)]
    if parts:
        return _sentence(", and ".join(parts))
    facts = counted(asked.pending, "fact waits", "facts wait") + " for approval" if asked.pending else "no fact is new"
    if asked.returned_for is not None:
        findings = counted(asked.returned_for, "finding")
        return f"It was returned to matching review for {findings}: decide its facts one by one."
    if asked.is_scan:
        return f"A deep scan has read it again: {facts}."
    if asked.workflow == "manual":
        return f"Its workflow is manual: {facts}."
    return "Its facts wait for review: nothing new is published until you decide."


def why_asked_about_bank(*, pending: int, approved: int, undecided: int) -> str:
    """Say why a person is asked about a question bank."""
    parts = []
    if undecided:
        parts.append(f"{counted(undecided, 'pair')} of near-duplicates {'waits' if undecided == 1 else 'wait'}")
    if pending:
        parts.append(f"{counted(pending, 'question waits', 'questions wait')} for approval")
    if approved and not pending:
        parts.append(f"{counted(approved, 'approved question waits', 'approved questions wait')} to be imported")
    return _sentence(", and ".join(parts) or "its questions wait for review")


def why_asked_about_vanished(source: str, facts: int) -> str:
    """Say why a person is asked about a document whose file has vanished."""
    stays = counted(facts, "fact stays", "facts stay") + " published"
    return f"Its file has vanished from the source “{source}”: {stays} until you decide."


def why_asked_about_source(missing: int) -> str:
    """Say why a person is asked about a source of which much is missing."""
    return f"{counted(missing, 'file is', 'files are')} missing there: nothing vanishes until you decide."


def _alike(asked: Asked) -> list[str]:
    if not asked.alike:
        return []
    if asked.alike == 1:
        others = "a published one" if asked.alike_published else "another"
        return [f"one fact looks like {others}"]
    others = "published ones" if asked.alike_published == asked.alike else "others"
    return [f"{asked.alike:,} facts look like {others}"]


def _unsure(asked: Asked) -> list[str]:
    if not asked.facts_to_decide:
        return []
    unsure = counted(asked.facts_to_decide, "fact is", "facts are")
    return [f"{unsure} not certain enough to be published without review"]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
