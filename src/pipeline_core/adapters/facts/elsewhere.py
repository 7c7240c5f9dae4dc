"""Sentences that speak of what stands in another place than the sentence before them, and what only ties them to it."""

import re
from functools import cache

from pipeline_core.adapters.facts.leaning import opening_of, openings
from pipeline_core.domain.sieve import Sieve

# A word that leads from or to something else than the sentence before: the first of several, an example, what follows.
_POINTS_ELSEWHERE = {
    "en": r"For (?:more|further)|First(?:ly)?,|Second(?:ly)?,|Third(?:ly)?,|Next,|Last(?:ly)?,|Finally,"
    r"|The (?:following|reason)|The (?:second|third|next|last)\b(?!.*\d)|In (?:short|summary|this (?:section|chapter"
    r"|paper|example|case|scenario))|On the one hand|As (?:mentioned|shown|noted|described|before|above|discussed|seen)"
    r"|See|Note|Yes|No,|My|Another|Others?|One (?:of|such)|(?:Some|Most|Many|Each|Any|All) (?:of|others)|Examples?"
    r"|Please|Let|Everything|What|Why|How|Where|Again|Ensuring|Here|By doing|To (?:do|achieve)|If (?:possible|yes|no)"
    r"|Same",
    "de": r"Wie (?:oben|erwähnt|beschrieben|gezeigt)|Erstens|Zweitens|Drittens|Schließlich"
    r"|Siehe|Beachten|Bitte|Ein weitere[rs]?|Eine weitere|Im Folgenden|Folgende[rs]?|Was|Warum|Wie|Wo|Nachfolgend",
    "fr": r"Comme (?:indiqué|mentionné|décrit)|Premièrement|Deuxièmement|Enfin|D['’]abord|Voir|Notez|Veuillez"
    r"|Un autre|Une autre|D['’]autres|Quoi|Pourquoi|Comment|Où|Voici|Ci-dessous",
    "es": r"Como se (?:ha|mencion|describ|indic)\w*|Primero|Segundo|Finalmente|Por último|Véase|Ver|Nótese|Otr[ao]s?"
    r"|Qué|Por qué|Cómo|Dónde|A continuación",
    "it": r"Come (?:indicato|descritto|detto)|Innanzitutto|Infine|Vedi|Si veda|Un altro|Un'altra"
    r"|Altr[ie]|Che cosa|Perché|Dove|Di seguito",
    "pt": r"Como (?:mencionado|descrito|indicado|referido)|Primeiro|Segundo,|Finalmente|Por fim|Ver|Veja|Note"
    r"|Outr[ao]s?|O que|Porquê|Como|Onde|A seguir|De seguida",
    "nl": r"Zoals (?:vermeld|beschreven|hierboven)|Ten eerste|Ten tweede|Tot slot|Zie|Een andere?|Wat|Waarom|Hoe"
    r"|Waar|Hieronder",
    "id": "Seperti (?:disebutkan|dijelaskan)|Pertama|Kedua|Terakhir|Lihat|Apa|Mengapa|Bagaimana|Di mana|Berikut",
    "ru": r"Как (?:указано|описано|сказано|показано)|Во-первых|Во-вторых|Наконец|См\.|Смотри|Друг(?:ой|ая|ие)"
    r"|Что|Почему|Как|Где|Следующ\w+|Ниже",
    "el": r"Όπως (?:αναφέρ|περιγρ)\w+|Πρώτον|Δεύτερον|Τέλος|Δείτε|Βλέπε|Άλλ\w+|Τι|Γιατί|Πώς|Πού",
    "pl": r"Jak (?:wspomniano|opisano)|Po pierwsze|Po drugie|Wreszcie|Zobacz|Inn[yae]|Co|Dlaczego|Jak|Gdzie",
    "cs": r"Jak (?:uvedeno|popsáno)|Za prvé|Za druhé|Nakonec|Viz|Další|Co|Proč|Jak|Kde",
    "hu": r"Ahogy|Először|Másodszor|Végül|Lásd|Másik|Mi|Miért|Hogyan|Hol",
    "hr": r"Kao što|Prvo|Drugo|Konačno|Vidi|Drugi|Što|Zašto|Kako|Gdje",
    "tr": r"Yukarıda|İlk olarak|İkinci olarak|Son olarak|Bakınız|Diğer|Ne|Neden|Nasıl|Nerede|Aşağıda",
    "ar": r"كما ذكر|أولا|ثانيا|أخيرا|انظر|ماذا|لماذا|كيف|أين|من هو",
    "fa": r"همانطور که|اولا|ثانیا|سرانجام|ببینید|چه|چرا|چگونه|کجا",
}  # fmt: skip
_POINTS_ELSEWHERE_UNSPACED = {
    "zh": "首先|其次|最后|如上|如下|如图|参见|请(?!勿|不|务必)|什么|为什么|如何|谁|下面|以下",
    "ja": "まず|次に|最後に|上記|以下|参照|なぜ|何|どう",
    "ko": "먼저|마지막으로|위에서|아래|다음",
    "th": "ประการแรก|สุดท้าย",
}
# Anywhere in a sentence: what it says stands elsewhere.
_ELSEWHERE_INSIDE = {
    "en": r"\b(?:in (?:the|a) (?:dedicated|separate|relevant|respective|corresponding) (?:chapter|section"
    r"|appendix|annex)s?|"
    r"here(?!by|in|after)|(?:the )?ones? (?:presented|described|shown)|as (?:mentioned|described|shown"
    r"|noted|discussed|explained|stated|seen) (?:above|below|earlier|before"
    r"|previously|in (?:section|chapter|figure|table))|the (?:former|latter)|(?:the )?above-?mentioned|aforementioned"
    r"|(?:mentioned|described|listed|shown|given|outlined|defined|discussed) (?:above|below|earlier|previously)"
    r"|(?:previous|preceding|earlier) steps?|(?:the|this) (?:above|following)|as follows|see (?:above|below)"
    r"|(?:in|of) this (?:section|chapter|paragraph"
    r"|case))\b"
    # what its authors did, and show elsewhere
    r"|\bwe\b.*\((?:see )?(?:figure|fig\.?|table|section|sec\.|appendix) ?\d",
    "de": r"\b(?:in (?:einem|den|dem) (?:eigenen|gesonderten|separaten|entsprechenden) (?:kapiteln?|abschnitt(?:en)?"
    r"|anhang)|wie (?:oben|unten|bereits|zuvor)|siehe (?:oben|unten)|(?:oben|unten|vorstehend"
    r"|nachfolgend)(?: \w+)? (?:genannt|beschrieben|erwähnt|aufgeführt)\w*|wie folgt|obige[rsnm]?"
    r"|vorherigen? Schritte?n?|vorigen? Schritte?n?|in diesem (?:abschnitt|kapitel|fall))\b",
    "fr": r"\b(?:dans (?:le|la|une?) (?:chapitre|section|annexe) (?:dédiée?|séparée?|distincte?|correspondante?)"
    r"|étapes? précédentes?|ci-dessus|ci-dessous|susmentionnée?s?|ci-après|(?:comme|tel que) (?:indiqué|mentionné"
    r"|décrit)|dans ce (?:chapitre|cas)|dans cette section|ce dernier|cette dernière|suivante?s? :)",
    "es": r"\b(?:en (?:el|la|una?) (?:capítulo|sección|anexo) (?:dedicad[oa]|aparte|separad[oa]|correspondiente)"
    r"|mencionad[ao]s? (?:anteriormente|arriba)|arriba|anteriormente|pasos? anterior(?:es)?|a continuación|como sigue"
    r"|en est[ae] (?:sección|capítulo|caso)|est[ea] últim[ao])\b",
    "it": r"\b(?:(?:nel|nella|in una?) (?:capitolo|sezione|allegato) (?:dedicat[oa]|apposit[oa]|separat[oa]"
    r"|corrispondente)|pass[oi] precedent[ei]|sopra|sopraindicat\w+|sopracitat\w+|suddett\w+|di seguito|come segue"
    r"|in quest[ao] (?:sezione|capitolo|caso))\b",
    "pt": r"\b(?:(?:no|na|numa?|em uma?) (?:capítulo|secção|seção|anexo) (?:dedicad[oa]|próprio|própria|separad[oa]"
    r"|correspondente)|passos? anterior(?:es)?|acima|abaixo|supracitad\w+|a seguir|nest[ae] (?:secção|seção|capítulo"
    r"|caso)|est[ea] últim[ao])\b",
    "nl": r"\b(?:in (?:het|een) (?:apart|afzonderlijk|speciaal|overeenkomstige?) (?:hoofdstuk|deel)|vorige stap(?:pen)?"
    r"|hierboven|hieronder|bovengenoemde?|bovenstaande|als volgt|in dit (?:hoofdstuk|geval)|deze laatste)\b",
    "id": r"\b(?:langkah sebelumnya|di atas|di bawah(?: ini)?|sebagai berikut|seperti (?:disebutkan|dijelaskan)"
    r"|berikut ini|dalam (?:bagian|bab) ini)\b",
    "ru": r"\b(?:предыдущ\w+ шаг\w*|выше|ниже|вышеуказанн\w+|вышеупомянут\w+|следующим образом|в (?:этом"
    r"|данном) (?:разделе|случае))\b",
    "el": r"\b(?:παραπάνω|παρακάτω|προαναφερ\w+|ως εξής|ανωτέρω|κατωτέρω)\b",
    "pl": r"\b(?:powyżej|poniżej|powyższ\w+|poniższ\w+|wyżej wymienion\w+|następująco)\b",
    "cs": r"\b(?:výše|níže|uveden\w+ (?:výše|níže)|následovně)\b",
    "hu": r"\b(?:fent(?:i|ebb)?|lent(?:i|ebb)?|alább(?:i)?|fentiek|a következő(?:k|képpen))\b",
    "hr": r"\b(?:gore|dolje|navedeno (?:iznad|ispod)|gore naveden\w+|kako slijedi)\b",
    "tr": r"\b(?:yukarıda(?:ki)?|aşağıda(?:ki)?)\b",
    "ar": r"أعلاه|أدناه|كما يلي|المذكور",
    "fa": r"(?<!\w)فوق(?!\w|\u200c)|(?:یاد|ذکر) شده|نامبرده|در بالا|در زیر|به شرح زیر|مذکور",
    "zh": "上一步|上述|下述|如上|如下|以上|以下|前文|后文|见上|见下",
    "ja": "上記|下記|以下の|前述|後述",
}  # fmt: skip
_OPENINGS = openings(_POINTS_ELSEWHERE, _POINTS_ELSEWHERE_UNSPACED)


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str], Sieve]:
    inside = _ELSEWHERE_INSIDE.get(language, "(?!)") if language else "|".join(_ELSEWHERE_INSIDE.values())
    pattern = re.compile(inside, re.IGNORECASE)
    return opening_of(_OPENINGS, language), pattern, Sieve([pattern])


def points_elsewhere(sentence: str, language: str) -> bool:
    """Return whether it refers to a place in the text other than the sentence before it."""
    opening, inside, sieve = _patterns(language)
    if opening.match(sentence):
        return True
    if not sieve.possible(sentence):
        return False
    return any(not _is_of_amount(sentence, match) for match in inside.finditer(sentence))


# "powyżej 7,5 m", "acima de 10 kg", "18岁以上": more or less than an amount, not a place in the text.
_AMOUNT_BEHIND = re.compile(r"\s?(?:\w{1,3} ){0,2}(?:[$€£¥]|[A-Z]{3} )?\d")
_AMOUNT_BEFORE = re.compile(r"\d\W?[^\W\d]{0,3}\W?$|[一二三四五六七八九十百千万两][^\W\d]{0,2}$")


def _is_of_amount(sentence: str, match: re.Match[str]) -> bool:
    behind = _AMOUNT_BEHIND.match(sentence, match.end())
    return behind is not None or _AMOUNT_BEFORE.search(sentence, 0, match.start()) is not None


# What stands after "However," stands alone: that is quoted.
_CONNECTIVES = {
    "en": r"However|Therefore|Thus|Hence|Moreover|Furthermore|Additionally|In addition|Consequently|Nevertheless"
    r"|As a result|Also|Nonetheless|Accordingly|Finally|Besides|Meanwhile|In particular|In general|Generally|Uniquely"
    r"|In fact|Further|Practically|At the same time|Here|In this (?:work|paper|article|study)|Overall|Notably"
    r"|Importantly|Indeed|In practice|Currently|Whereas|Specifically|More (?:specifically|generally|broadly|precisely)"
    r"|In essence",
    "fr": r"Plus précisément|Concrètement|Cependant|Toutefois|Néanmoins|Par conséquent|En outre|De plus"
    r"|En particulier|En général|Enfin|Donc|Ainsi",
    "es": "Específicamente|Concretamente|Sin embargo|Por lo tanto|No obstante|Además|En consecuencia|En particular"
    "|En general|Por último|Finalmente|Así",
    "it": r"Tuttavia|Pertanto|Inoltre|Di conseguenza|In particolare|In generale|Infine|Quindi",
    "pt": "Especificamente|Concretamente|No entanto|Contudo|Porém|Portanto|Além disso|Consequentemente|Em particular"
    "|Em geral|Por fim|Finalmente|Assim",
    "id": r"Namun|Oleh karena itu|Selain itu|Karena itu|Dengan demikian|Secara umum|Terakhir",
    "ru": r"Таким образом|Кроме того|Тем не менее|Следовательно|В частности|В целом|Наконец",
    "el": r"Ωστόσο|Επομένως|Συνεπώς|Επιπλέον|Γενικά|Τέλος",
    "pl": r"Ponadto|Co więcej|W szczególności|Ogólnie",
    "zh": r"因此|但是|然而|此外|另外|同时|总之|一般来说|最后",
}
# That the authors found it adds nothing to what they found; in Dutch and German what follows is no main clause.
_FOUND = {
    "en": r"We (?:have )?(?:also |further )?(?:show|showed|shown|find|found|demonstrate|demonstrated|observe"
    r"|observed) that |It (?:was|has been) (?:noted|agreed|resolved|reported|decided|confirmed) that ",
    "fr": r"Nous (?:avons (?:aussi )?(?:montré|constaté|démontré)|montrons|constatons|démontrons) que ",
    "es": r"(?:(?:Hemos )?(?:mostrado|demostrado|encontrado|observado)|Mostramos|Demostramos|Encontramos) que ",
    "it": r"(?:Abbiamo (?:mostrato|dimostrato|osservato)|Mostriamo|Dimostriamo) che ",
    "pt": r"(?:Mostr[aá]mos|Demonstr[aá]mos|Verific[aá]mos|Observ[aá]mos) que ",
    "id": r"Kami (?:menunjukkan|menemukan|mengamati) bahwa ",
    "ru": r"Мы (?:показали|показываем|обнаружили|установили), что ",
    "zh": r"我们(?:发现|证明|观察到)，?",
}
# "As Figure 3 shows,": what it shows stands alone.
_AS_SHOWN = {
    "en": r"As (?:\w+ly )?(?:illustrated|shown|seen|depicted|reported|presented) (?:in|by) (?:the )?(?:[Ff]ig"
    r"|[Tt]ab)[^,]{1,30}|As (?:[Ff]ig|[Tt]ab|[Cc]hart)\S* [\w.-]+ (?:shows|illustrates)",
    "fr": r"Comme (?:le )?(?:montre|illustre|indique|l['’]illustre)(?:nt)? (?:la [Ff]igure|le [Tt]ableau)[^,]{1,20}",
    "es": r"Como (?:se )?(?:muestra|ilustra|observa|ve|indica) (?:en )?la (?:[Ff]igura|[Tt]abla)[^,]{1,20}",
    "it": r"Come (?:mostrato|illustrato|indicato|si vede) (?:in|nell[ae]) (?:[Ff]igura|[Tt]abella)[^,]{1,20}",
    "pt": r"Como (?:mostrado|ilustrado|indicado|se vê) n[ao] (?:[Ff]igura|[Tt]abela)[^,]{1,20}",
}
_CONNECTIVE = {
    code: re.compile(
        rf"(?:{words}{'|' + _AS_SHOWN[code] if code in _AS_SHOWN else ''})(?:,\s+|，)"
        + (f"|{_FOUND[code]}" if code in _FOUND else "")
    )
    for code, words in _CONNECTIVES.items()
}


def connective(sentence: str, language: str) -> str:
    """Return the words that tie the sentence to others and can be left out: "However, "; "" if there are none."""
    pattern = _CONNECTIVE.get(language)
    match = pattern.match(sentence) if pattern else None
    return match[0] if match else ""
