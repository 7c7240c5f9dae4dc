"""Results of verification, for people and for scripts."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.wording import counted, listed
from pipeline_core.services.repair import Repaired
from pipeline_core.services.verify import Fault, Finding, Sample, Verified
from pipeline_core.stages.registry import BY_NAME
from pipeline_core.terminal.hints import pasteable
from pipeline_core.terminal.output import StatusLine

_SHOWN = 20
_FIGURES = ("documents", "all_documents", "objects", "bytes", "unnamed_young", "pending_results", "others")
_SAMPLE = re.compile(r"(\d+(?:\.\d+)?)(%?)")


def sample_of(text: str) -> Sample | None:
    """``100`` documents or ``2.5%`` of them; empty is all.

    Raises:
        RefusedError: it is neither.
    """
    if not text.strip():
        return None
    match = _SAMPLE.fullmatch(text.strip())
    number = float(match[1]) if match else 0.0
    if match and match[2] and 0 < number <= 100:
        return Sample(share=number / 100)
    if match and not match[2] and number.is_integer() and number >= 1:
        return Sample(count=int(number))
    raise RefusedError(
        f"--sample cannot be {text!r}.", action="Give a number of documents (100) or a share of all (2%)."
    )


class VerifyDisplay(StatusLine):
    """A line that says how far it is."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, "checking documents")

    def __call__(self, verified: Verified) -> None:
        """Show where it is now."""
        wrong = f", {counted(len(verified.found), 'problem')}" if verified.found else ""
        self._status.update(f"{verified.documents:,} of {verified.all_documents:,} documents{wrong}")


def verified_json(verified: Verified, repaired: Repaired | None) -> dict[str, Any]:
    """Everything that was found, by its counts and one by one."""
    repairs = repaired and {
        "stored_again": repaired.stored_again,
        "queued": repaired.queued,
        "orphans_removed": repaired.removed,
    }
    return {
        **{name: getattr(verified, name) for name in _FIGURES},
        **verified.counts(),
        "found": [_finding_json(finding) for finding in verified.found],
        "repaired": repairs,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    shown = {**asdict(finding), "filename": finding.filename or None, "action": mend(finding)}
    del shown["stages"]
    return shown


def mend(finding: Finding) -> str:
    """Return the action that mends it."""
    if finding.fault is Fault.ORPHANED:
        return "`pipeline verify --repair` removes it; so does `maintain`, which runs every night."
    if finding.is_original:
        return "Run the same file again: it is stored again. Without the file, restore the object from a backup."
    if not finding.stages:
        return f"`pipeline retry {finding.document_id} --from markdown-conversion` publishes it again."
    stage = min(finding.stages, key=lambda one: BY_NAME[one].restarts_at.row.position)
    again = f"`pipeline verify --repair` makes it again; so does `pipeline retry {finding.document_id} --from {stage}`"
    decided = f"if it waits for a person, decide first (`pipeline status {finding.document_id}`)"
    return f"{again}, once the document is at rest: {decided}."


def print_verified(console: Console, verified: Verified, repaired: Repaired | None) -> None:
    """Print what was looked at, what was mended, and what is wrong still, with what to do."""
    if repaired:
        _print_repaired(console, repaired)
    for fault in Fault:
        of_fault = [finding for finding in verified.found if finding.fault is fault]
        for finding in of_fault[:_SHOWN]:
            named = f"{finding.filename} · {finding.what}" if finding.filename else finding.key or ""
            console.print(f"{fault.value:9}  {named}: {finding.detail}", markup=False, soft_wrap=True)
            where = finding.key if finding.filename and finding.key else None
            if where:
                console.print(f"           {where}", markup=False, soft_wrap=True)
            console.print(f"           {pasteable(mend(finding))}", markup=False, soft_wrap=True)
        if len(of_fault) > _SHOWN:
            console.print(f"{fault.value:9}  and {len(of_fault) - _SHOWN:,} more: --json lists all")
    console.print(_summary(verified), markup=False, soft_wrap=True)


def _print_repaired(console: Console, repaired: Repaired) -> None:
    parts: Mapping[str, int] = {
        "lost original": len(repaired.stored_again),
        "document": len(repaired.queued),
        "orphaned object": repaired.removed,
    }
    done = {"lost original": "stored again", "document": "queued to be made again", "orphaned object": "removed"}
    told = [f"{counted(number, what)} {done[what]}" for what, number in parts.items() if number]
    console.print(f"Repaired: {', '.join(told)}." if told else "Nothing could be repaired here.", markup=False)


def _summary(verified: Verified) -> str:
    some = "" if verified.documents >= verified.all_documents else f" of {verified.all_documents:,}"
    looked = (
        f"{verified.documents:,}{some} documents, {verified.objects:,} objects, {verified.bytes / 1e6:,.1f} MB read"
    )
    wrong = [f"{number:,} {fault}" for fault, number in verified.counts().items() if number]
    notes = [
        f"{number:,} {what}"
        for number, what in (
            (verified.unnamed_young, "not named by a row yet (being written, or to be removed when older)"),
            (verified.pending_results, "paid answers that wait for the database"),
            (verified.others, "not the pipeline's"),
        )
        if number
    ]
    return f"{looked}: {listed(wrong, 5) or 'all agree'}." + (f" Also: {'; '.join(notes)}." if notes else "")
