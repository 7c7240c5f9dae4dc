"""Names of a document for itself and its makers: "this policy", "本合同", "both parties" are names anywhere."""

import re
from functools import cache

# What points at it.
_THIS = {
    "en": r"this",
    "de": r"diese[rsmn]?|d(?:ie|er|as|en|em) vorliegende[nrsm]?",
    "fr": r"ce|cet|cette|l[ea] présente?|du présent",
    "es": r"est[ea]|l?[ea]l? presente",
    "it": r"quest[oa]|(?:il|la|del|della) presente",
    "pt": r"[dn]?est[ea]|[oa] presente",
    "nl": r"dit|deze",
    "ru": r"эт\w{1,3}|данн\w{2,3}|настоящ\w{2,3}",
    "uk": r"ц\w{1,4}",
    "pl": r"t(?:en|a|o|ej|ego|ym|emu)|niniejsz\w+",
    "cs": r"t(?:ento|ato|oto|ohoto|éto|omto|uto)",
    "hr": r"ov(?:aj|a|o|og|oga|e|im|oj|om)",
    "hu": r"(?:ez|ezen|ennek) az?|jelen",
    "tr": r"(?:iş)?bu",
    "ro": r"acest|această|prezent(?:ul|a)",
    "sv": r"den här|det här|detta|denna",
    "da": r"denne|dette",
    "no": r"denne|dette",
    "fi": r"täm[äa]\w{0,3}|tässä|tätä",
    "el": r"αυτ\w+ (?:η|το|ο|την?|τον?|της|του)|(?:η|το|ο|του|της) παρ\w+",
    "id": "",  # it stands behind
    "zh": "本|该|此",
    "ja": "本|この",
    "ko": "본|이",
    "ar": "هذا|هذه",
    "fa": "این",
}
# Stems of what documents are, so that the endings of cases fit.
_DOCUMENTS = {
    "en": r"policy|document|agreement|contract|insurance|plan|standard|guide|guideline|manual|licen[sc]e|certificate"
    r"|endorsement|report|software|package|library|regulation|act|law|directive|procedure|protocol|notice|statute"
    r"|ordinance|charter|lease|handbook|leaflet|specification|tender|invoice|warranty",
    "de": r"Dokument|Vertrag|Vertrage?s|Police|Versicherung|Standard|Leitfaden|Handbuch|Richtlinie|Norm|Gesetz"
    r"|Verordnung|Bericht|Anleitung|Satzung|\w*[oO]rdnung|Merkblatt|Bescheid|Garantie|Mietvertrag",
    "fr": r"document|contrat|police|assurance|norme|guide|manuel|règlement|rapport|loi|référentiel|protocole|charte"
    r"|arrêté|décret|bail|notice|garantie",
    "es": r"documento|contrato|póliza|seguro|norma|guía|manual|reglamento|informe|ley|estándar|protocolo|decreto"
    r"|pliego|garantía",
    "it": "documento|contratto|polizza|assicurazione|norma|guida|manuale|regolamento|rapporto|legge|standard|protocollo"
    "|decreto|bando|statuto|garanzia",
    "pt": r"documento|contrato|apólice|seguro|norma|guia|manual|regulamento|relatório|lei|protocolo|decreto|edital"
    r"|pregão|garantia",
    "nl": r"document|overeenkomst|polis|verzekering|norm|gids|handleiding|rapport|wet|protocol|reglement"
    r"|verordening|garantie",
    "ru": r"(?:договор|закон|инструкци|регламент|положени|политик|стандарт|приказ)\w{0,2}|правил(?:ами|ах)?"
    r"|(?<=и )правила|(?<=ие )правила",
    "uk": r"(?:договор|закон|інструкці|регламент|положен|політик|стандарт|наказ)\w{0,3}|договір|правил(?:ами|ах)?"
    r"|(?<=і )правила",
    "pl": r"(?:umow|ustaw|regulamin|polityk|instrukcj|dokumen|statu|zarządzeni)\w{1,3}|regulamin",
    "cs": r"(?:smlouv|zákon|řád|vyhlášk|směrnic|pravid|dokument)\w{0,3}",
    "hr": r"(?:ugovor|zakon|pravilnik|dokument)\w{0,3}",
    "hu": r"(?:szerződés|törvény|szabályzat|rendelet|dokumentum|megállapodás)\w{0,4}",
    "tr": r"(?:sözleşme|yönetmeli|kanun|yönerge|kılavuz|politika|belge)\w{0,4}",
    "ro": r"(?:contract|regulament|document)\w{0,3}|leg[ei]\w?",
    "sv": r"avtal\w{0,3}|lag(?:en)?|policy|föreskrift(?:en)?|dokument(?:et)?",
    "da": r"aftale|lov|politik|kontrakt|dokument|vejledning",
    "no": r"avtalen?|loven?|kontrakten?|dokumentet?|veiledningen?",
    "fi": r"(?:sopimu|sään|ohje|asiakirj)\w{1,5}|laki|lain|laissa",
    "el": r"(?:σύμβασ|συμβάσ|νόμ|κανονισμ|έγγραφ|εγγράφ|οδηγ|πολιτικ)\w{1,4}",
    "id": r"(?:dokumen|polis|perjanjian|standar|panduan|laporan|undang-undang|peraturan|kontrak) (?:ini|tersebut)",
    "zh": "合同|协议|政策|规定|办法|条例|说明书|手册|标准|规则|法|公约|须知",
    "ja": "契約|規約|規程|規則|(?:取扱)?説明書|仕様書|手順書|マニュアル|法律|条例|保証書|基準|約款",
    "ko": " ?(?:계약|약관|규정|정책|설명서|법|규칙|지침|안내서)",
    "ar": " ?(?:العقد|الاتفاقية|اللائحة|السياسة|القانون|الدليل|النظام|الوثيقة)",
    "fa": " ?(?:قرارداد|آیین‌نامه|قانون|سند|راهنما|دستورالعمل)",
}
# There are always two.
_PARTIES = {
    "en": r"(?:both|neither)(?: of)?(?: the)? part(?:y|ies)",
    "de": r"(?:die |der |den )?beiden? \w*(?:parteien|partnern?)",
    "fr": r"les deux parties",
    "es": r"ambas partes",
    "it": r"entrambe le parti",
    "pt": r"ambas as partes",
    "nl": r"beide partijen",
    "ru": r"об\w{1,3} сторон\w{0,3}",
    "uk": r"об\w{1,5} сторон\w{0,3}",
    "pl": r"ob\w{1,5} stron\w{0,2}",
    "cs": r"ob\w{1,3} (?:smluvní\w? )?stran\w{0,3}",
    "sv": r"båda parter(?:na)?",
    "da": r"begge parter",
    "no": r"begge parter",
}
_UNSPACED = ("zh", "ja", "ko", "ar", "fa")
_NAME = "Document"


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """Return the pattern of the language; of all languages where it is not known."""
    codes = [code for code in _DOCUMENTS if language in (code, "")]
    return re.compile("|".join(map(_words, codes)) or "(?!)", re.IGNORECASE)


def _words(code: str) -> str:
    this, documents = _THIS[code], _DOCUMENTS[code]
    if code in _UNSPACED:
        return f"(?:{this})(?:{documents})"
    words = f"(?:{this}) (?:{documents})" if this else documents
    return rf"(?<!\w)(?:{words}{'|' + _PARTIES[code] if code in _PARTIES else ''})(?!\w)"


def with_name(sentence: str, language: str) -> str:
    """The sentence with a name where it points at its own document or the parties to it."""
    return _pattern(language).sub(_NAME, sentence)
