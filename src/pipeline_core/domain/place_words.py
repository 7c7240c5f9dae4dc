"""Headings under which examples are told, in the words of many languages."""

import re

from pipeline_core.domain.sieve import Sifted

# any heading with such a word, whichever generator it is; the extractive one refuses "Examples" alone
_EXAMPLE = Sifted(
    r"\b(?:examples?|scenarios?|use[- ]cases?|case stud(?:y|ies)|vignettes?|illustrations?|beispiel\w*|fallbeispiel\w*"
    r"|szenari\w+|anwendungsf[aä]ll\w*|exemples?|sc[eé]narios?|cas d.(?:usage|utilisation)|études? de cas|ejemplos?"
    r"|escenarios?|casos? de (?:uso|estudio)|esemp[io]|scenar[io]|casi d.uso|exemplos?|cen[aá]rios?|voorbeeld\w*"
    r"|contoh|skenario|studi kasus|пример\w*|сценари\w+|παραδείγματ?\w*|παράδειγμα|σενάρι\w+|przykład\w*|příklad\w*"
    r"|példá\w*|primjer\w*|örnek\w*)\b|示例|案例|例子|场景|シナリオ|事例|예시|사례|أمثلة|مثال|سيناريو|سناریو",
    re.IGNORECASE,
)


def is_example(heading: str) -> bool:
    """Returns whether the section of this heading tells an example, a scenario or a case."""
    return _EXAMPLE.search(heading) is not None
