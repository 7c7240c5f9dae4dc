"""Sections that give no facts, by the words of their headings: references, thanks, contents, example stories."""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline_core.domain.sieve import Sifted

# A heading is back matter if it is one of these and nothing else; a number before it does not count.
_HEADINGS = {
    "references": (
        "references?( cited)?|bibliography|works cited|literature( cited)?|further reading|external( links)?|citations?"
        "|literatur(verzeichnis)?|referenzen|quellen(verzeichnis)?|weiterführende literatur|références?|bibliographie"
        "|referencias|bibliografía|riferimenti|bibliografia|referências( externas)?|externas|referenties|bronnen"
        "|literatuur(lijst)?|referensi|daftar pustaka|eksternal|список литературы|литература|ссылки|библиография"
        "|αναφορές|βιβλιογραφία|εξωτερικές|referencje|piśmiennictwo|literatura|reference|odkazy|irodalom(jegyzék)?"
        "|hivatkozások|reference|kaynak(lar|ça)|referenser|参考文献|参考资料|참고 ?문헌|المراجع|مراجع"
        "|منابع|مراجع خارجية"
    ),
    "contents": (
        "(table of )?contents|list of (figures|tables)|inhalt(sverzeichnis)?|abbildungsverzeichnis|tabellenverzeichnis"
        "|table des matières|sommaire|índice( general)?|contenido|indice|sommario|sumário|conteúdo|tabela de conteúdos"
        "|inhoud(sopgave)?|daftar isi|содержание|оглавление|περιεχόμενα|πίνακας περιεχομένων|spis treści|obsah"
        "|tartalom(jegyzék)?|sadržaj|içindekiler|目录|目次|차례|جدول المحتويات|المحتويات|فهرست( مطالب)?"
    ),
    "acknowledgements": (
        "acknowledge?ments?( and .*)?|funding( statement| sources)?|thanks|credits|danksagung(en)?|dank|förderung"
        "|remerciements|financement|agradecimientos|financiación|ringraziamenti|finanziamenti|agradecimentos"
        "|financiamento|dankwoord|ucapan terima kasih|pendanaan|благодарности|финансирование|ευχαριστίες|podziękowania"
        "|poděkování|köszönetnyilvánítás|zahvale?|teşekkür(ler)?|致谢|鸣谢|謝辞|감사의 글|شكر وتقدير|شكر"
        "|تشکر( و قدردانی)?|سپاسگزاری"
    ),
    "authors": (
        "(lead |contributing )?authors?|author contributions?|about the authors?|affiliations?|project lead(s|ers)?"
        "|(other |major )?contributors?( and reviewers?)?|reviewers?|competing interests|conflicts? of interest"
        "|ai usage disclosure|disclosures?|autor(en|in)?|mitwirkende|projektleit(er|ung)|auteurs?|contribut(eurs?"
        "|rices?)|autores?|colaboradores|autor[ei]|collaboratori|contribuidores|auteurs|medewerkers|penulis|kontributor"
        "|авторы?|участники|συγγραφείς|συντελεστές|autorzy|autoři|szerzők|autori|yazarlar|作者|贡献者|著者|المؤلفون"
        "|نویسندگان"
    ),
    "licence": (
        "copyright( and licen[cs]e| notice)?|copyrights?|licen[cs]e and copyright|legal notice|imprint|impressum"
        "|(urheberrecht|copyright) und lizenz|mentions légales|(copyright|droits d.auteur) et licence|aviso legal"
        "|(derechos de autor|copyright) y licencia|(copyright|diritti) e licenza|direitos? (de autor"
        "|autorais) e licenç?c?a|copyright e licença|hak cipta( dan lisensi)?|авторские права( и лицензия)?"
        "|πνευματικά δικαιώματα( και άδεια)?|版权( ?[和与] ?许可)?|حقوق (النشر|الطبع)( والترخيص)?|حق نشر( و مجوز)?"
    ),
    "examples": (
        "examples?( (attack )?scenarios?)?|(example )?attack scenarios?( examples?)?|beispiel(e|szenari(o|en))?"
        "|angriffsszenarien|exemples?( de)?( scénarios?)?( d.attaque)?|scénarios? d.attaque"
        "|ejemplos?( de)?( escenarios?)?( de ataque)?|escenarios? de ataque( de ejemplo)?"
        "|esemp[io]( di scenari( di attacco)?)?|scenari di attacco|exemplos?( de cenários?)?( de ataque)?"
        "|cenários? (de ataque|de exemplo)( de exemplo)?|voorbeeld(en)?|contoh( skenario( serangan| penyerangan)?)?"
        "|skenario (serangan|penyerangan)|примеры?( сценариев( атак)?)?|сценарии атак"
        "|παραδείγματα?( σεναρίων( επίθεσης)?)?|σενάρια επίθεσης|παράδειγμα.*|przykład(y|owe scenariusze)?|příklad(y)?"
        "|példák?|primjer(i)?|örnek(ler)?|攻击(场景|案例)(示例)?|(场景|案例)?示例|攻撃シナリオ.*|例|أمثلة.*"
        "|سيناريوهات.*|مثال(‌ها.*|های?.*)?|سناریوهای حمله.*"
    ),
}
# "Example Attack Scenarios", "Scenario #2": whatever else the heading says, what stands below is told as a story.
_STORIES = Sifted(
    r"(?=.*(?:s[zc]enari|scénario|cenário|skenario|сценари|σενάρι|σεναρί|场景|場景|シナリオ|시나리오|سيناريو|سناریو"
    r"|scenariusz|scénář|forgatókönyv|senaryo))"
    r"(?=.*(?:#\s?\d|\d\s*:?\s*$|attack|example|sample|user|angriff|beispiel|attaque|exemple|ataque|ejemplo|attacco|esempi"
    r"|exemplo|aanval|voorbeeld|serangan|contoh|атак|пример|επίθεσ|παρ[αά]δε[ιί]γμα|攻击|攻擊|示例|攻撃|例|공격|هجوم|مثال|حمله"
    r"|atak|przykład|útok|příklad|támadás|példa|napad|primjer|saldırı|örnek))",
    re.IGNORECASE,
)
# "The second scenario": what stands right below it is.
_STORY_IN_WORDS = Sifted(
    r"(?=.*(?:s[zc]enari|scénario|cenário|skenario|сценари|σενάρι|场景|場景|シナリオ|سيناريو|سناریو|scenariusz|scénář"
    r"|forgatókönyv|senaryo))(?=.*(?:\b(?:first|second|third|erste|zweite|dritte|premi[eè]r|deuxi[eè]me|troisi[eè]me"
    r"|primer|segund|tercer|prim[oa]\b|second[oa]|terz[oa]\b|terceir|eerste|tweede|derde|pertama|kedua|ketiga|перв|втор"
    r"|трет|πρώτ|δεύτερ|τρίτ|pierwsz|drug|trzeci|prv|druh|třet|első|második|harmadik|birinci|ikinci|üçüncü)|[اأ]ول|ثاني"
    r"|ثالث|دوم|سوم|第[一二三四]))(?:\S+\s*){1,3}$",
    re.IGNORECASE,
)
_NUMBERED = r"(?:(?:appendix |annex )?[\dA-Z]{1,3}(?:\.\d+)*[.:)]? )?"
_BACK_MATTER = {
    kind: re.compile(rf"{_NUMBERED}(?:{words})\s*[:：]?\s*$", re.IGNORECASE) for kind, words in _HEADINGS.items()
}


# Their sections have sections of their own. A table of contents has none: what stands under it only lost the rank
# of its heading.
_WITH_SECTIONS = ("references", "examples")


def tells_stories(heading: str) -> bool:
    """Return whether an example follows below it, whatever its other words are."""
    return _STORIES.search(heading) is not None


def back_matter(headings: Sequence[str]) -> str | None:
    """The kind of back matter that a text under these headings is; None for the body of the document."""
    for depth, heading in enumerate(reversed(headings)):
        if kind := _kind_of(heading, right_above=depth == 0):
            return kind
    return None


@lru_cache(maxsize=1024)  # each block of a section asks
def _kind_of(heading: str, *, right_above: bool) -> str | None:
    if tells_stories(heading) or (right_above and _STORY_IN_WORDS.match(heading.strip())):
        return "examples"
    for kind, pattern in _BACK_MATTER.items():
        if (right_above or kind in _WITH_SECTIONS) and pattern.match(heading.strip()):
            return kind
    return None
