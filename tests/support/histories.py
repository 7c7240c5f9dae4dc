"""Random histories of files in two sources, and what production has to be after each, by a simple model."""

import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConflictError, PipelineError, SourceUnavailableError
from pipeline_core.domain.ids import DocumentId, RealmId, document_id_for, sha256_hex
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.sources import Change, Fetched, Sighting, SourceKind, Unseen, Vanished
from pipeline_core.ports.source_reader import SourceReader
from pipeline_core.review.decisions import Decision, Request
from tests.support.published import drain, rows, text_of

FACTS = [
    "The alpha office opens at 8 in the morning on Mondays.",
    "The beta boiler must be serviced every 12 months by an engineer.",
    "The gamma lift carries at most 12 people at a time.",
    "Members must report a theft to the police within 24 hours of discovering it.",
    "The delta bridge was opened to the public on 4 May 1998.",
    "Each guest of the epsilon hotel receives 2 keys on arrival.",
]
TEXTS = [text_of(f"Text {n}", fact) for n, fact in enumerate(FACTS)]
NAMES = ["one.md", "below/two.md"]
WHY = "It was decided so by the model of the test."

Step = tuple[Any, ...]
_STEPS = 14


def history(random: Random) -> tuple[tuple[Vanished, Vanished], list[int], list[Step]]:
    """Policies of both sources, the content of each of their files at first, and what happens then."""
    first, second = random.choices(list(Vanished), (5, 3, 2), k=2)
    contents = [random.randrange(len(TEXTS)) for _ in range(2 * len(NAMES))]
    return (first, second), contents, [_step(random) for _ in range(_STEPS)]


def _step(random: Random) -> Step:
    source, other = random.choices((0, 1), k=2)
    name, new_name = random.choices(NAMES, k=2)
    content, yes = random.randrange(len(TEXTS)), random.random() < 0.5
    act: Step = random.choice(
        [
            ("sync", source),
            ("break_off", source, random.randrange(4), yes),
            ("process",),
            ("withdraw", content),
            ("decide", content, yes),
        ]
    )
    changes: list[Step] = [
        ("write", source, name, content),
        ("copy", source, name, other, new_name),
        ("rename", source, name, new_name),
        ("delete", source, name),
    ]
    away: Step = ("away_for_a_while", source, name, new_name, act if yes else None)
    kinds: list[Step] = [random.choice(changes), away, ("come_to_rest",), act]
    return random.choices(kinds, (8, 5, 2, 5))[0]


@dataclass
class BreaksOff:
    """A reader that fails after some files, in its listing or while it reads."""

    reader: SourceReader
    after: int
    reading: bool

    def list(self, known: Any) -> Iterator[Sighting | Unseen]:
        for n, shown in enumerate(self.reader.list(known)):
            if n == self.after and not self.reading:
                raise SourceUnavailableError("It broke off.")
            yield shown

    def read(self, sighting: Sighting, *, limit: int) -> Fetched:
        if self.reading and self.after == 0:
            raise KeyboardInterrupt
        self.after -= self.reading
        return self.reader.read(sighting, limit=limit)


@dataclass
class History:
    """Two folders that are kept in step in a realm of their own, and what happens to them."""

    app: Pipeline
    home: Path
    policies: tuple[Vanished, Vanished]
    sources: list[SourceRow] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    """Contents that a person withdrew while a file had them."""
    held: dict[Path, set[int]] = field(default_factory=lambda: defaultdict(set))
    """What each file was ever seen to have."""

    def __post_init__(self) -> None:
        self.app.realm_id = RealmId(uuid4())
        for n, policy in enumerate(self.policies):
            folder = self.folder(n)
            folder.mkdir(parents=True)
            # a folder without any file would be asked about
            (folder / "always.md").write_text(text_of("Always", f"The door number {n + 3} is always kept open."))
            added = self.app.sources.add(
                self.app.realm_id, SourceKind.FOLDER, f"docs {n}", str(folder), vanished=policy, grace=timedelta(0)
            )
            self.sources.append(added)

    def folder(self, source: int) -> Path:
        return self.home / str(source)

    def do(self, step: tuple[Any, ...]) -> None:
        name, *values = step
        getattr(self, name)(*values)

    # --- files --------------------------------------------------------------------------------------------------

    def write(self, source: int, name: str, content: int) -> None:
        path = self.folder(source) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXTS[content])

    def copy(self, source: int, name: str, other: int, other_name: str) -> None:
        target = self.folder(other) / other_name
        target.parent.mkdir(exist_ok=True)
        with suppress(FileNotFoundError, shutil.SameFileError):
            shutil.copyfile(self.folder(source) / name, target)

    def rename(self, source: int, name: str, new_name: str) -> None:
        target = self.folder(source) / new_name
        target.parent.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            (self.folder(source) / name).rename(target)

    def delete(self, source: int, name: str) -> None:
        (self.folder(source) / name).unlink(missing_ok=True)

    def begin(self, contents: Sequence[int]) -> None:
        """Give each file a content, and bring it into production."""
        places = [(source, name) for source in (0, 1) for name in NAMES]
        for (source, name), content in zip(places, contents, strict=True):
            self.write(source, name, content)
        self.come_to_rest()

    def away_for_a_while(self, source: int, name: str, new_name: str, meanwhile: tuple[Any, ...] | None) -> None:
        """A file is gone, something happens or not, and it is back, under another name or not."""
        if (content := self.present().get(self.folder(source) / name)) is not None:
            self.delete(source, name)
            self.come_to_rest()
            if meanwhile:
                self.do(meanwhile)
            self.write(source, new_name, content)
            self.come_to_rest()

    def present(self) -> dict[Path, int]:
        """The content of each file there is."""
        paths = [self.folder(source) / name for source in (0, 1) for name in NAMES]
        return {path: TEXTS.index(path.read_text()) for path in paths if path.exists()}

    # --- syncs, and what people do ------------------------------------------------------------------------------

    def sync(self, source: int) -> None:
        self._note()
        self.app.sync_source(self.sources[source])

    def break_off(self, source: int, after: int, reading: bool) -> None:
        self._note()
        whole = self.app.sync_source
        broken = BreaksOff(self.app.open_source(self.sources[source].place), after, reading)
        object.__setattr__(whole, "open_reader", lambda _: broken)
        try:
            with suppress(SourceUnavailableError, KeyboardInterrupt):
                whole(self.sources[source])
        finally:
            object.__setattr__(whole, "open_reader", self.app.open_source)

    def _note(self) -> None:
        for path, content in self.present().items():
            self.held[path].add(content)

    def process(self) -> None:
        drain(self.app)

    def document(self, content: int) -> DocumentId:
        return document_id_for(self.app.realm_id, sha256_hex(TEXTS[content].encode()))

    def stands(self, content: int) -> bool:
        """Whether the pipeline knows of a file that has it."""
        query = "SELECT count(*) FROM document_sources WHERE document_id = %s AND is_current"
        return rows(self.app, query, self.document(content)) != [(0,)]

    def withdraw(self, content: int) -> None:
        by = Reviewer(self.app.realm_id, "Ann", WHY)
        stood = self.stands(content)
        with suppress(PipelineError):
            self.app.withdraw([self.document(content)], by=by)
            if stood:
                self.blocked.add(content)

    def decide(self, content: int, is_kept: bool) -> None:
        by = Reviewer(self.app.realm_id, "Ann", WHY)
        asked = {row.document_id for row in self._vanished() if row.decision is None}
        if self.document(content) in asked:
            with suppress(ConflictError):
                decision = Decision.KEEP if is_kept else Decision.WITHDRAW
                self.app.review.decide(self.document(content), Request(decision, by))

    def _vanished(self) -> Any:
        return self.app.sources.vanished(self.app.realm_id)

    # --- what has to be true --------------------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        for source in (0, 1):
            self.sync(source)
        drain(self.app)
        self.app.vanishing()
        drain(self.app)

    def check(self) -> None:
        """Bring everything to an end, then hold production against the files and the decisions."""
        self.come_to_rest()
        for source in self.sources:
            again = self.app.sync_source(source)
            assert again.plan.keys() == {Change.UNCHANGED}, again.planned
            assert (again.to_run, again.withdrawn) == ([], []), "nothing is done twice"
        said = self._said()
        assert len(said) == len(set(said)), "nothing is said twice"
        there = set(self.present().values())
        for content, fact in enumerate(FACTS):
            is_said = fact in said
            if content in self.blocked:
                assert not is_said or content not in there, f"{content} was withdrawn by a person"
            elif content in there:
                assert is_said, f"{content} is lost"
            else:
                self._check_gone(content, is_said=is_said)

    def _said(self) -> list[str]:
        query = "SELECT statement FROM all_questions WHERE realm_id = %s AND statement = ANY(%s)"
        return [statement for (statement,) in rows(self.app, query, self.app.realm_id, FACTS)]

    def _check_gone(self, content: int, *, is_said: bool) -> None:
        """What no file has is in production only as long as somebody is asked, or said so, or a policy does."""
        row = next((row for row in self._vanished() if row.document_id == self.document(content)), None)
        if is_said:
            is_kept = Vanished.KEEP in self.policies
            assert is_kept or row is not None, f"{content} is still said"
            if row is not None and not is_kept:
                assert (row.vanished, row.decision) in ((Vanished.REVIEW, None), (Vanished.REVIEW, "keep"))
        elif row is not None and row.decision != "withdraw" and row.vanished is Vanished.REVIEW:
            # then another content has taken its place, or it never came as far as production
            places = [seen for seen in self.held.values() if content in seen]
            assert any(len(seen) > 1 for seen in places) or not row.is_published, f"{content} was lost undecided"
