"""Claims of a chunk said with what they are of, where their own words do not tell: the heading is then evidence too."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.definite import bare_definite
from pipeline_core.adapters.facts.ids import names_a_requirement
from pipeline_core.adapters.facts.lead_words import leads_to_names
from pipeline_core.adapters.facts.list_words import says_no
from pipeline_core.adapters.facts.scope import bare, known_names, names_its_subject, scope_of, share_a_word
from pipeline_core.adapters.facts.unexplained import continues
from pipeline_core.domain.text import strip_markdown


class Scopes:
    """Meaning of the headings of one chunk's blocks for the claims below them."""

    def __init__(self, text: str, blocks: Sequence[Block], language: str, repeated: Collection[str] = ()):
        self._text = text
        self._language = language
        self._repeated = repeated
        self._names = known_names(text, language)
        self._headings = [block for block in blocks if block.kind == "heading"]
        self._below_list = _below_lists(blocks)
        self._below_heading = {below.start for above, below in pairwise(blocks) if above.kind == "heading"}

    def said(self, claim: Claim, block: Block) -> Claim:
        """The claim with the name of its section or document before it, if it needs one and there is one.

        What has a label names itself. Of a document without a title, and of what has no scope at all, the traits
        say so.
        """
        is_bare = bool(claim.traits.get("bare_definite") or bare_definite(claim.statement, self._language))
        is_named = names_its_subject(claim.statement, self._names, self._language)
        goes_on = not claim.traits.get("joined") and continues(claim.statement, self._language)
        seen = {"untitled": not block.title, "bare_definite": is_bare, "continues": goes_on}
        traits = {**claim.traits, **{name: float(flag) for name, flag in seen.items()}}
        headings = [heading for heading in block.headings if heading not in self._repeated]
        if block.start in self._below_list and headings and leads_to_names(bare(headings[-1]), self._language):
            headings = headings[:-1]  # it is the list's: "Not insured", and below the list what the excess is
        elif self._turns(headings[-1:], claim):
            return self._with(claim, block, bare(headings[-1]), traits)
        if block.start in self._below_heading and names_a_requirement(headings[-1:], claim.statement):
            return self._with(claim, block, headings[-1].strip(" .:"), {**traits, "requirement": 1.0})
        name = scope_of(claim.statement, headings, block.title, self._language, needed=is_bare or goes_on)
        if claim.traits.get("label") or (is_named and not is_bare):
            return replace(claim, traits=traits)
        if name is None:
            return replace(claim, traits={**traits, "scope_missing": 1.0})
        if not name:
            return replace(claim, traits=traits)
        # where no title tells of what it asks, the question would have to name the section
        is_asked = bool(block.title) or len(headings) > 1
        return self._with(claim if is_asked else replace(claim, answer=None), block, name, traits)

    def _turns(self, heading: Sequence[str], claim: Claim) -> bool:
        """Return whether the heading above denies the claim, and the claim has no "no" itself."""
        if not heading or claim.traits.get("item") or claim.traits.get("label"):
            return False
        is_no = says_no(heading[0], self._language) and leads_to_names(bare(heading[0]), self._language)
        return is_no and not says_no(claim.statement, self._language)

    def said_of_its_place(self, claim: Claim, block: Block) -> Claim:
        """The claim of a few words, which name nothing, with the heading above it, be it the document's title."""
        said = self.said(claim, block)
        name = block.headings[-1].strip(" .:") if block.headings else ""
        is_told = said.traits.get("scoped") or names_its_subject(claim.statement, self._names, self._language)
        if not name or is_told or share_a_word(claim.statement, name, self._language):
            return said
        return self._with(said, block, name, {**said.traits, "scope_missing": 0.0})

    def _with(self, claim: Claim, block: Block, name: str, traits: dict[str, float]) -> Claim:
        """The claim said with the name of a heading, whose words are evidence where they stand in the chunk."""
        heading = self._span_of(name, block)
        return replace(
            claim,
            spans=(*((heading,) if heading else ()), *claim.spans),
            statement=f"{name}: {claim.statement.lstrip(' :')}",
            traits={**traits, "scoped": 1.0, "bare_definite": 0.0, "continues": 0.0},
        )

    def _span_of(self, name: str, block: Block) -> tuple[int, int] | None:
        """Find the heading of this name above the block; None if it stands in another chunk."""
        if block.run_in and _is_named(self._text[slice(*block.run_in)], name):
            return block.run_in
        for heading in reversed(self._headings):
            if heading.start < block.start and _is_named(heading.text_in(self._text), name):
                return heading.title_in(self._text)
        return None


def _below_lists(blocks: Sequence[Block]) -> set[int]:
    found: set[int] = set()
    after_list = False
    for block in blocks:
        if block.kind == "heading":
            after_list = False
        elif block.item:
            after_list = True
        elif after_list:
            found.add(block.start)
    return found


def _is_named(heading: str, name: str) -> bool:
    said = strip_markdown(heading)
    return name in (bare(said), said.strip(" .:"))
