"""Words by language of what serves a text and is no knowledge of it: thanks, rights, captions, references, hints."""

_THIS_WORK = (
    r"(?:this|the) (?:work|document|publication|book|text)|diese[sr]? (?:werk|dokument|veröffentlichung|publikation"
    r"|text)(?:e?s)?|(?:ce|cette|cet) (?:travail|document|œuvre|oeuvre|ouvrage|publication)|(?:este|esta) (?:trabajo"
    r"|documento|obra|publicación)|(?:questo|questa|quest['’]) ?(?:lavoro|documento|opera|pubblicazione)|(?:n?d?este"
    r"|n?d?esta) (?:trabalho|documento|obra|publicação)|(?:dit|deze) (?:werk|document|publicatie)|(?:karya|dokumen) ini"
    r"|(?:эт\w+|данн\w+) (?:работ\w+|документ\w*|произведени\w+)|(?:αυτ\w+|του παρόντος) (?:το |του |της "
    r"|η )?(?:έργο\w*|εγγράφ\w+|έγγραφο|εργασία\w*)|(?:tej|tego|ten|ta|niniejsz\w+) (?:prac\w+|dokument\w*|dzieł\w+"
    r"|utw\w+)|(?:本|此)(?:作品|文档|文件)|هذا العمل|هذا المستند|هذه الوثيقة|این (?:اثر|سند|کار)"
)
_LICENCE = (
    r"licen[sc]\w*|lizenz\w*|licences?|licencias?|licenz[ae]|licen[çc]as?|licencia\w*|licenties?|lisensi\w*|лицензи\w+"
    r"|άδεια\w*|άδειας|αδειών|licencj\w+|许可|授权|ترخيص|رخصة|مجوز|لیسانس"
)
# Licence and work in one sentence, in any order: of another thing's licence it may well speak.
_OF_THIS_WORK = rf"(?:{_LICENCE})\b.{{0,80}}?\b(?:{_THIS_WORK})|\b(?:{_THIS_WORK})\b.{{0,80}}?(?:{_LICENCE})"
_LABELS = (
    r"figure|fig\.|table|listing|chart|photo|exhibit|plate|algorithm|box|abbildung|abb\.|bild|tabelle|tab\.|grafik"
    r"|tableau|graphique|encadré|figura|tabla|gráfico|cuadro|tabella|grafico|tabela|quadro|figuur|afbeelding|tabel"
    r"|grafiek|gambar|рис(?:унок|\.)|табл(?:ица|\.)|график|εικόνα|πίνακας|σχήμα|rysunek|rys\.|wykres|obrázek|obr\."
    r"|tabulka|graf|slika|tablica|şekil|tablo"
)
# "L(W, b) is the residual and n is the number of points": the formula that they are in is not given.
_SYMBOL = r"(?-i:[A-Za-zΑ-Ωα-ω]{1,8}~?\((?:[A-Za-zα-ω](?:[,;] ?[A-Za-zα-ω])*)\)|[B-HJ-Zb-zα-ω])"
_SUBSCRIBED = rf"(?:{_SYMBOL}|(?-i:[A-Z]~?[A-Za-z]~?))"
_MEANS = (
    r" (?:is|are|denotes?|represents?|stands? for|ist|sind|bezeichnet|est|sont|désigne|es|son|denota|è|sono|é|são"
    r"|adalah) (?:the|an?|der|die|das|eine?|les?|la|l['’]|une?|el|los|las|una?|il|lo|i|gli|os?|as?|uma?) ?\w"
)
APPARATUS = {
    "an acknowledgement": {
        "en": r"\b(?:thanks? (?:to|you)\b|(?:we|i|she|he|they|authors?|[A-Z]{2,4}) (?:\w+ ){0,3}(?:thanks?"
        r"|acknowledges?)\b|(?:grateful|gratitude|indebted|thankful)\b|(?:is|was|were|are|been) (?:\w+ly "
        r"|in part )?(?:funded|supported) (?:\w+ ){0,3}by\b.{0,200}\b(?:grants?|fund\w*|foundation|fellowship|award"
        r"|council|institute|agency)\b|acknowledges? (?:\w+ ){0,2}(?:support|funding|contributions?|help|assistance"
        r"|guidance)|\bpartial (?:support|funding)\b|received (?:\w+ ){0,2}funding from)",
        "de": r"\b(?:danken|dankt|dank (?:an|all|gilt)|bedank\w+|dankbar|danksagung|herzlichen dank|vielen dank)\b",
        "fr": r"\b(?:merci|remerci\w+|reconnaissants?|gratitude)\b",
        "es": r"\b(?:gracias a|agradec\w+|agradecimientos?|gratitud)\b",
        "it": r"\b(?:grazie a (?:tutti|chi)|ringrazi\w+|gratitudine)\b",
        "pt": r"\b(?:obrigad[oa]s? a|agradec\w+|agradecimentos?|gratidão)\b",
        "nl": r"\b(?:dank (?:aan|je|u)|bedank\w+|dankwoord|dankbaar)\b",
        "id": r"\b(?:terima kasih|berterima kasih)\b",
        "ru": r"\b(?:благодар\w+|признательн\w+|спасибо)\b",
        "el": r"ευχαριστ\w+|ευγνωμοσύνη",
        "pl": r"\b(?:dziękuj\w+|podziękowani\w+|wdzięczn\w+)\b",
        "cs": r"\b(?:děkuj\w+|poděkování|vděčn\w+)\b",
        "hu": r"\b(?:köszön(?:jük|öm|et|etet|ettel)\w*|hálás\w*)\b",
        "hr": r"\b(?:zahvalj\w+|zahval\w+|hvala)\b",
        "tr": r"\b(?:teşekkür\w*|minnettar\w*)\b",
        "sv": r"\b(?:tacka[rt]?|tack till|tacksam\w*)\b",
        "zh": "感谢|致谢|謝|鸣谢",
        "ja": "感謝|謝辞",
        "ar": "نشكر|شكرا|الشكر|شكر وتقدير|نود أن نشكر",
        "fa": "تشکر|سپاس|قدردانی",
    },
    "rights in the text itself": {
        "": r"©|\(c\) ?\d{4}|\bcopyright\b|creative commons|\bcc[ -]by\b|\bisbn\b|\bissn\b|\ball rights reserved\b"
        r"|\bfor any reuse or distribution\b|\balle rechte vorbehalten\b|\burheberrecht\w* (?:©|19|20)"
        r"|\btous droits réservés\b|\bdroits? d['’]auteur (?:©|19|20)|\btodos los derechos reservados\b"
        r"|\btutti i diritti riservati\b|\btodos os direitos reservados\b|\bhak cipta\b|\bвсе права защищены\b"
        r"|\bавторск\w+ прав\w* (?:©|19|20)|版权所有|保留所有权利|حقوق (?:الطبع|النشر|التأليف).{0,15}محفوظة"
        r"|جميع الحقوق محفوظة|(?:حق نشر|حقوق).{0,25}محفوظ است|"
        f"{_OF_THIS_WORK}",
    },
    "a caption": {
        "": rf"^\W*(?:{_LABELS})\s*[A-Z]?[-.]?\d+\s*[:.–—|-]|^\W*\d+\.\s*(?:ábra|táblázat)\b"
        r"|^\W*(?:[图表図]|الشكل|الجدول|شكل|جدول|شکل)\s*\d+"
        r"|^\W*(?:source|quelle|fuente|fonte|bron|sumber|источник)\s?:|\((?:preview|continued|expanded in)\b"
        r"|^headline result:",
    },
    "a hint where to read on": {
        "": r"https?://|\bwww\.|^\W*\S+@\S+\W*$",
        "en": r"\b(?:appears?|are|is|was|were) (?:\w+ )?in (?:table|figure|fig\.|section|appendix|chapter) \d"
        r"|\bin the (?:previous|next|preceding|following|last) (?:chapter|section|paragraph|subsection)s?\b|^(?:the "
        r"|this )?(?:tables?|figures?|charts?|graphs?)\b(?! of\b)|\bmay not (?:sum|add) (?:up )?to\b|\b(?:documentation"
        r"|tutorials?|source code|examples?)\b.{0,80}\b(?:is|are) (?:\w+ly |also )?(?:available|hosted)\b|\b(?:(?:for"
        r"|find) (?:more|further|additional|full|a full)? ?(?:information|details?|reading|description)\b(?! (?:is|are"
        r"|must|shall))|see (?:also|section|chapter|appendix|table|figure|the)\b|\bsee notes?\b|refer to (?:the|section"
        r"|appendix|table|figure)\b|(?:can|may) be found (?:here|in (?:the|our|table|section|appendix|several|\[|\())"
        r"|(?:is|are) (?:deferred to|detailed in (?:section|appendix)|available (?:here|at|on github)|(?:listed"
        r"|summari[sz]ed|shown|given|presented|described|reported|illustrated|provided|documented|discussed) (?:here"
        r"|in (?:section|appendix|chapter|table|fig\w*|annex|the following|\d)))|in the following (?:tables?|sections?"
        r"|chapters?)|(?:remainder|rest) of (?:this|the) (?:paper|document|chapter|section)|th(?:is|e) (?:section"
        r"|chapter|appendix|paper|article|report|document|guide) (?:will )?(?:use the|uses the term|describes|presents"
        r"|discusses|introduces|explains|contains|provides|is organi[sz]ed|outlines)|(?:tables?|figures?"
        r"|fig\.) ?\d+\S* (?:shows?|lists?|gives?|presents?|reports?|summari[sz]es|compares?|illustrates?|provides?"
        r"|depicts?|contains?))",
        "de": r"\bim (?:vorherigen|vorigen|nächsten|folgenden|letzten) (?:kapitel|abschnitt)\b|^(?:die "
        r"|diese )?(?:tabellen?|abbildung(?:en)?|grafik(?:en)?)\b|\b(?:weitere informationen|weitere details"
        r"|mehr (?:informationen|details|dazu)|siehe (?:auch|abschnitt|kapitel|anhang|tabelle|abbildung)|(?:finden sie"
        r"|findet sich|finden sich) (?:hier|unter|in|auf)|(?:tabelle|abbildung) \d+ zeigt|diese[sr] (?:abschnitt"
        r"|kapitel) (?:beschreibt|enthält|behandelt))",
        "fr": r"\b(?:au|dans le) (?:chapitre|paragraphe) (?:précédent|suivant)\b|\b(?:à|dans) la section (?:précédente"
        r"|suivante)\b|^(?:le |la |les |ce |cette )?(?:tableaux?|figures?|graphiques?)\b|(?:plus d['’]informations"
        r"|informations (?:complémentaires|supplémentaires)|voir (?:aussi|également|section|annexe|tableau|figure|le"
        r"|la)|se référer|reportez-vous|(?:tableau|figure) \d+ (?:montre|présente|indique)|(?:ce chapitre"
        r"|cette section) (?:décrit|présente|contient))",
        "es": r"\ben (?:el capítulo|la sección|el apartado) (?:anterior|siguiente)\b|^(?:la |el |las |los "
        r"|esta )?(?:tablas?|figuras?|gráficos?)\b|\b(?:más información|más detalles|ver también|véase|consulte"
        r"|(?:tabla|figura) \d+ (?:muestra|presenta)|(?:esta sección|este capítulo) (?:describe|presenta|contiene))",
        "it": r"\bnel(?:la)? (?:capitolo|sezione|paragrafo) (?:precedente|successiv[oa]|seguente)\b|^(?:la |il "
        r"|le |questa )?(?:tabell[ae]|figur[ae]|grafic[io])\b|\b(?:ulteriori informazioni|maggiori"
        r" (?:informazioni|dettagli)|vedi anche|si veda|si rimanda"
        r"|(?:tabella|figura) \d+ mostra|(?:questa sezione|questo capitolo) (?:descrive|presenta|contiene))",
        "pt": r"\bn[oa] (?:capítulo|se(?:c)?ção) (?:anterior|seguinte)\b|^(?:a |o |as |os |esta )?(?:tabelas?|figuras?"
        r"|gráficos?)\b|\b(?:mais informaç(?:ões|ão)|mais detalhes|ver também|veja também|consulte|(?:tabela"
        r"|figura) \d+ (?:mostra|apresenta)|(?:esta secção|esta seção|este capítulo) (?:descreve|apresenta|contém))",
        "nl": r"\bin (?:het|de) (?:vorige|volgende) (?:hoofdstuk|paragraaf)\b|\b(?:meer informatie|zie ook"
        r"|zie (?:hoofdstuk|bijlage|tabel|figuur)|(?:tabel|figuur) \d+ toont)",
        "id": r"\b(?:pada|di|dalam) (?:bab|bagian) (?:sebelumnya|berikutnya)\b|\b(?:informasi lebih lanjut"
        r"|lihat (?:juga|tabel|gambar|bagian)|(?:tabel|gambar) \d+ menunjukkan)",
        "ru": r"\bв (?:предыдущ|следующ)\w+ (?:глав|раздел)\w+|(?:дополнительн\w+ информаци\w+|подробнее|см\. |смотрите"
        r"|(?:таблица|рисунок) \d+ показ\w+|в (?:этом|данном) разделе)",
        "el": r"στ(?:ο|ην) (?:προηγούμεν|επόμεν)\w+ (?:κεφάλαιο|ενότητα)|(?:περισσότερες πληροφορίες"
        r"|δείτε (?:επίσης|το|την)|βλ\. |ανατρέξτε)",
        "pl": r"\bw (?:poprzedni|następn)\w+ (?:rozdzia|sekcj)\w+|\b(?:więcej informacji|zobacz (?:też|także)|patrz)\b",
        "cs": r"\bv (?:předchoz|následujíc)\w+ (?:kapitol|oddíl)\w+|\b(?:více informací|další informace"
        r"|viz (?:též|také|tabulka|kapitola))\b",
        "hu": r"\b(?:további információ\w*|lásd)\b",
        "hr": r"\b(?:više informacija|dodatne informacije|vidi|pogledajte)\b",
        "tr": r"\b(?:daha fazla bilgi|bakınız|bkz)\b",
        "zh": r"(?:上|下)一?(?:章|节)|更多信息|参见|请参阅|详见|另见",
        "ja": "詳細は|を参照|ご覧ください",
        "ar": "لمزيد من المعلومات|انظر أيضا|راجع",
        "fa": "برای اطلاعات بیشتر|مراجعه کنید|رجوع کنید",
    },
    # With a figure in brackets a sentence says enough; with one that it speaks of ("as reported in Table 5-1") it
    # does not.
    "needs a figure or a table": {
        "": r"^(?:[^()]|\([^()]*\))*(?<![\w(])(?:fig(?:ures?|s?\.)|tables?|exhibits?|abb(?:ildung(?:en)?|\.)"
        r"|tab(?:elle|\.)|tableaux?|figur[ae]s?|tablas?|tabell[ae]|tabelas?|gambar|tabel|рис(?:\.|унк\w*)"
        r"|табл(?:\.|иц\w*)|rys(?:\.|unek)|obr(?:\.|ázek))\s?[A-Z]{0,3}[-.]?\d|^[^（）]*(?:图|表)\s?\d",
    },
    "an entry of a bibliography": {
        "": r"\bdoi\b|\barxiv\b|\bhttps?://doi|\bet al\.$|\bpp?\. ?\d+|\bvol\. ?\d+|\(\d{1,4}\): ?\d+[–-]\d+"
        r"|^\W*\[\d{1,3}\]\s"
        r"|^[^\W\d_][\w'’.-]+, (?:[^\W\d_][\w.’'-]*,? ){1,12}(?:and [^.]{3,60}\. )?\(?(?:19|20)\d\d[a-z]?\)?\.",
    },
    "a placeholder": {
        "": r"\blorem ipsum\b|\btbd\b|^\W*n/?a\W*$",
        "en": r"\bplaceholder\b|\[(?:deleted|moved|removed|modified|split|added)\b|\b(?:left"
        r"|intentionally left) blank\b|\bto be (?:completed|determined|announced|written|defined)\b",
        "de": r"\bplatzhalter\b|\[(?:gelöscht|verschoben)\b|\bnoch zu (?:ergänzen|klären)\b",
        "fr": r"\bespace réservé\b|\[(?:supprimé|déplacé)\b|\bà compléter\b",
        "es": r"\bmarcador de posición\b|\[(?:eliminado|movido)\b|\bpor completar\b",
        "it": r"\bsegnaposto\b|\[(?:eliminato|spostato|cancellato)\b|\bda completare\b",
        "pt": r"\b(?:espaço reservado|marcador de posição)\b|\[(?:excluído|eliminado|movido)\b|\ba completar\b",
        "nl": r"\b(?:plaatshouder|nog in te vullen)\b",
        "id": r"\bplaceholder\b|\[dihapus\b",
        "ru": r"\bзаполнитель\b|\[удален\w*",
    },
    "it explains the symbols of a formula that is not given": {
        "": rf"^{_SUBSCRIBED}{_MEANS}[^.]*(?:,| and| und| et| y| e| dan)+ {_SYMBOL}{_MEANS}"
        rf"|^{_SYMBOL}{_MEANS}[^.]*(?:,| and| und| et| y| e| dan)+ {_SUBSCRIBED}{_MEANS}"
    },
}
