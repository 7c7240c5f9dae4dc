"""Headings, and short lines without a colon, that lead to the list below them: "We do not cover", "Exclusions"."""

from pipeline_core.adapters.facts.back_matter import back_matter
from pipeline_core.adapters.facts.english_words import word_set
from pipeline_core.adapters.facts.joined_items import leads_in
from pipeline_core.adapters.facts.lead_words import is_question
from pipeline_core.adapters.facts.list_words import says_no
from pipeline_core.adapters.facts.lists import Lead
from pipeline_core.adapters.facts.scope import names_a_section

_MOST_WORDS = 10
_COPULAS = word_set("are is sind ist sont est son es están está sono è são é zijn är er sunt este su jsou są")


def leads_to_names(heading: str, language: str) -> bool:
    """Return whether the heading applies to names below it and to nothing else: "Not insured", "Versichert sind"."""
    words = heading.casefold().split()
    return 0 < len(words) <= _MOST_WORDS and (
        says_no(heading, language) or words[-1] in _COPULAS or leads_in(heading, language)
    )


def leads_to_items(lead: Lead, language: str) -> bool:
    """Return whether the items below are read with the heading: it names them, or they continue its sentence."""
    kinds = (is_question, names_a_section, leads_in, says_no)
    return not back_matter([lead.said]) and any(is_kind(lead.said, language) for is_kind in kinds)
