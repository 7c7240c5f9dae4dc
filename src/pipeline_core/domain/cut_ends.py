"""Words that end no text: articles, prepositions, conjunctions. Their phrase goes on where a cell or item was cut."""

import re

_WORDS = (
    "the|an?|of|and|or|to|for|with|by|in|on|at|from|that|which|is|are|be|der|die|das|den|dem|des|ein|eine[rsmn]?|und"
    "|oder|von|zu|zur|zum|mit|für|im|bei|les?|la|du|une?|et|ou|de|pour|avec|dans|sur|que|qui|aux?|el|los|las|del|y|con"
    "|para|por|en|il|lo|gli|di|che|per|della|dei|os|as|da|do|das|dos|em|com|het|een|van|voor|met|dan|yang|untuk|dengan"
    "|pada|atau|и|или|в|на|с|для"
)
CUT_END = re.compile(rf"(?:[,–—-]|\s(?:{_WORDS}))\Z", re.IGNORECASE)
_LONGEST = max(map(len, _WORDS.replace("?", "").split("|"))) + 10
"""Characters of an end, and more: nothing before them is of it."""


def ends_cut(text: str) -> bool:
    """Returns whether a text ends in mid-phrase."""
    return CUT_END.search(text, max(0, len(text) - _LONGEST)) is not None
