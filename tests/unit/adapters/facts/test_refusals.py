"""What is no knowledge of its document gives no fact, in any language."""

import pytest

from pipeline_core.adapters.facts.back_matter import back_matter
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.refusals import is_list_of_names, is_reference, why_refused
from pipeline_core.ports.fact_generator import ChunkInput

REFUSED = [
    ("en", "The depths reported in Table 5-1 are those of spring tides.", "needs a figure or a table"),
    ("de", "Die Werte der Tabelle 3 gelten für Springtiden.", "needs a figure or a table"),
    ("ru", "На рис. 4 глубина порта больше.", "needs a figure or a table"),
    ("zh", "港湾的深度见于图 3 的数据。", "needs a figure or a table"),
    ("en", "Both the old chart and this Report give the depth of the bay.", "it speaks of its own study"),
    ("de", "Neue Tiefen kamen in dieser Ausgabe hinzu.", "it speaks of its own study"),
    ("id", "Kedalaman baru ditambahkan dalam edisi ini.", "it speaks of its own study"),
    ("en", "The team thanks Ms Lee for her help with the survey.", "an acknowledgement"),
    ("en", "The survey was funded by a grant of the Harbour Foundation.", "an acknowledgement"),
    ("de", "Wir danken allen, die am Bericht mitgearbeitet haben.", "an acknowledgement"),
    ("fr", "Nous remercions toutes les personnes qui ont relu ce guide.", "an acknowledgement"),
    ("es", "Agradecemos a los vecinos su ayuda con la encuesta.", "an acknowledgement"),
    ("it", "Ringraziamo i colleghi per l'aiuto.", "an acknowledgement"),
    ("id", "Penulis mengucapkan terima kasih kepada para tetangga.", "an acknowledgement"),
    ("ru", "Авторы благодарят соседей за помощь.", "an acknowledgement"),
    ("hu", "Köszönjük a szomszédok segítségét.", "an acknowledgement"),
    ("tr", "Komşulara teşekkür ederiz.", "an acknowledgement"),
    ("zh", "作者感谢邻居的帮助。", "an acknowledgement"),
    ("en", "Copyright 2021 Harbour Insurance.", "rights in the text itself"),
    ("de", "Dieses Dokument steht unter einer freien Lizenz.", "rights in the text itself"),
    ("fr", "Les termes de la licence de ce document doivent être indiqués.", "rights in the text itself"),
    ("es", "Este documento se publica bajo una licencia libre.", "rights in the text itself"),
    ("en", "For more information, visit the harbour office.", "a hint where to read on"),
    ("en", "2 Port of Lund, Sweden * The pilots contributed equally.", "a note about its authors"),
    ("fr", "Harbour College, Nantes, auteur correspondant du rapport annuel.", "a note about its authors"),
    ("ar", "حقوق الطبع محفوظة لميناء المدينة.", "rights in the text itself"),
    ("fa", "اگر با بندر آشنا هستید، این متن را بخوانید.", "said to the reader, no statement"),
    *[
        (code, sentence, "it speaks of a table or section that is not there")
        for code, sentence in (
            ("en", "Captains should read the table below before they moor."),
            ("en", "Pilots should treat this section as a rule."),
            ("de", "Kapitäne lesen die nachstehende Tabelle vor dem Anlegen."),
            ("fr", "Les capitaines consultent le tableau suivant."),
            ("es", "Los capitanes consultan la tabla siguiente."),
            ("it", "I capitani consultano la tabella seguente."),
            ("pt", "Os pilotos devem tratar esta secção como regra."),
            ("nl", "Kapiteins lezen de volgende tabel."),
            ("id", "Nakhoda membaca tabel berikut sebelum berlabuh."),
            ("ru", "Капитаны читают следующую таблицу."),
            ("el", "Επισκεφτείτε τη σελίδα του λιμανιού πριν δέσετε."),
            ("zh", "船长应查看下表。"),
        )
    ],
    ("en", "Nine boats of the current study were sold.", "it speaks of its own study"),
    ("de", "Die Boote der vorliegenden Studie wurden verkauft.", "it speaks of its own study"),
    ("pt", "Os barcos deste estudo foram vendidos.", "it speaks of its own study"),
    ("ru", "Лодки в данном исследовании были проданы.", "it speaks of its own study"),
    ("en", "Quays play a very important role in modern harbours.", "a remark that tells nothing"),
    ("fr", "Le métier de pilote a considérablement changé.", "a remark that tells nothing"),
    ("it", "Il mestiere del pilota è cambiato radicalmente.", "a remark that tells nothing"),
    ("ru", "Причалы играют важную роль в порту.", "a remark that tells nothing"),
    ("en", "Table 4 shows the premiums of all ships.", "a hint where to read on"),
    ("de", "Weitere Informationen finden Sie im Anhang.", "a hint where to read on"),
    ("en", "The figure shows the premiums of all ships.", "a hint where to read on"),
    ("en", "Full documentation of the harbour is freely available.", "a hint where to read on"),
    ("de", "Die Tabelle zeigt die Prämien aller Schiffe.", "a hint where to read on"),
    ("pl", "Więcej informacji można znaleźć w porcie.", "a hint where to read on"),
    ("en", "Figure 3: Ships in the harbour.", "a caption"),
    ("fr", "Tableau 2 – Primes par navire.", "a caption"),
    ("cs", "Obrázek 2: Lodě v přístavu.", "a caption"),
    ("en", "Join us at the harbour!", "said to the reader, no statement"),
    ("en", "Members are encouraged to propose new routes.", "said to the reader, no statement"),
    ("en", "This is a placeholder for the rules of the winter.", "a placeholder"),
    ("en", "Imagine a captain who loses the anchor.", "an example story"),
    ("en", "An attacker sends a forged letter to the harbour office.", "an example story"),
    ("es", "Un atacante envía una carta falsa a la oficina.", "an example story"),
    ("id", "Seorang penyerang mengirim surat palsu ke kantor.", "an example story"),
    ("en", "Several harbours serve the coastal trade.", "too vague to be knowledge"),
    ("de", "Es gibt viele Häfen an der Küste.", "too vague to be knowledge"),
    ("es", "Hay mejores maneras de pagar.", "too vague to be knowledge"),
    ("en", "The buyer knows my lowest price of $900.", "said by a person of himself"),
    ("en", "The buyer wrote to me about the price.", "said by a person of himself"),
    ("de", "Der Käufer kennt meinen Preis von 900 Euro.", "said by a person of himself"),
    ("en", "If you are new to harbours, the chart will look full.", "said to the reader, no statement"),
    ("en", "You can read more about the cranes in the yearbook.", "said to the reader, no statement"),
    ("en", "The names of the winds may be confusing at first.", "said to the reader, no statement"),
    ("de", "Wenn Sie mit Seekarten vertraut sind, werden Sie vieles wiederfinden.", "said to the reader, no statement"),
    ("de", "Die Namen der Winde sind anfangs etwas verwirrend.", "said to the reader, no statement"),
    ("fr", "Si vous êtes habitué aux cartes marines, la légende vous parlera.", "said to the reader, no statement"),
    ("fr", "Les noms des vents sont déroutants au premier abord.", "said to the reader, no statement"),
    ("es", "Puede leer más sobre las grúas en el anuario.", "said to the reader, no statement"),
    ("it", "I nomi dei venti sono confusi all'inizio.", "said to the reader, no statement"),
    ("pt", "Se já está familiarizado com as cartas, reconhecerá os sinais.", "said to the reader, no statement"),
    ("nl", "Als u bekend bent met zeekaarten, herkent u de tekens.", "said to the reader, no statement"),
    ("id", "Jika Anda sudah terbiasa dengan peta laut, tandanya mudah dikenali.", "said to the reader, no statement"),
    ("id", "Anda dapat membaca lebih lanjut tentang derek di buku tahunan.", "said to the reader, no statement"),
    ("ru", "Если вы уже знакомы с морскими картами, знаки будут понятны.", "said to the reader, no statement"),
    ("zh", "如果您已经熟悉海图，这些标记会很清楚。", "said to the reader, no statement"),
    ("en", "[B] The captain would sell the boat for $900.", "a line of a dialogue or a role"),
    ("en", "Honestly, the captain would sell the boat for $900.", "a line of a dialogue or a role"),
    ("en", "Secret goal of the captain: a price of $900.", "a line of a dialogue or a role"),
    ("en", "You play the captain of a boat that is for sale.", "a line of a dialogue or a role"),
    ("de", "Ehrlich gesagt, der Kapitän würde für 900 Euro verkaufen.", "a line of a dialogue or a role"),
    ("fr", "Franchement, le capitaine vendrait pour 900 euros.", "a line of a dialogue or a role"),
    ("es", "Objetivo secreto del capitán: un precio de 900 euros.", "a line of a dialogue or a role"),
    ("it", "Beh, il capitano venderebbe per 900 euro.", "a line of a dialogue or a role"),
    ("pt", "Olha, o capitão venderia por 900 euros.", "a line of a dialogue or a role"),
    ("id", "Sejujurnya, kapten akan menjual kapal itu.", "a line of a dialogue or a role"),
    ("ru", "Честно говоря, капитан продал бы лодку за 900 рублей.", "a line of a dialogue or a role"),
    ("zh", "老实说，船长愿意以九百元出售。", "a line of a dialogue or a role"),
    ("en", "Which ships are insured?", "a question"),
    ("ar", "ما هي السفن المؤمن عليها؟", "a question"),
    ("en", "Duties of the captain . . . . . . . . 14", "a line of a table of contents"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "sentence", "reason"), REFUSED)
def test_refused(language: str, sentence: str, reason: str) -> None:
    assert why_refused(sentence, language) == reason


OF_AUTHORS = {
    "en": [
        "We have decided to close the northern quay.",
        "Our findings are in line with the fees.",
        "In a future edition fees will be listed.",
        "The dashed line is the fee of 2020.",
        "Appendix B describes the cranes of the port.",
        "Mooring a large ship can be difficult.",
        "The subject had been seen at the quay.",
        "On May 3, 1990, the suspect, who had waited, fatally shot a guard.",
        "After the storm he walked to the quay.",
        "We have reworded many fees.",
        "Italics indicate fees of ferries.",
        "Future versions will list the fees.",
        "On May 3, 1990, the suspect was shooting at a ferry.",
        "The fees appear in Table 3.",
        "Fees are as described in the previous chapter.",
        "Harbours can no longer be ignored.",
    ],
    "de": [
        "Wir haben uns für den Kran entschieden.",
        "In einer zukünftigen Ausgabe stehen die Gebühren.",
        "Die gestrichelte Linie ist die Gebühr.",
        "Dieser Abschnitt deckt die Kräne ab.",
        "Das Anlegen kann schwierig sein.",
        "Der Täter hatte am Kai gewartet.",
    ],
    "fr": [
        "Nous avons décidé de fermer le quai.",
        "Dans une prochaine édition, les taxes seront listées.",
        "La grue est décrite dans la section 3.",
        "Amarrer un navire peut être difficile.",
        "Le suspect avait attendu sur le quai.",
    ],
    "es": [
        "Hemos decidido cerrar el muelle.",
        "En una futura edición figuran las tasas.",
        "La grúa se describe en la sección 3.",
        "El sospechoso había esperado en el muelle.",
    ],
    "it": ["Abbiamo deciso di chiudere il molo.", "Nella prossima edizione ci sono le tasse."],
    "pt": ["Nas futuras versões queremos novos portos.", "A grua é descrita na seção 3."],
    "nl": ["In een toekomstige versie staan de tarieven.", "Aanmeren kan moeilijk zijn."],
    "id": ["Di versi mendatang, tarif akan dicantumkan.", "Kami ingin menutup dermaga."],
    "ru": ["Мы решили закрыть причал.", "В будущей версии будут указаны сборы.", "Кран описан в разделе 3."],
    "el": ["Σε μελλοντικές εκδόσεις υπάρχουν τέλη.", "Θέλουμε να κλείσουμε την αποβάθρα."],
    "pl": ["Postanowiliśmy zamknąć nabrzeże.", "W przyszłych wersjach będą opłaty."],
    "zh": ["我们决定关闭码头。", "在未来的版本中将列出费用。"],
}


@pytest.mark.parametrize(("language", "sentence"), [(code, s) for code, rows in OF_AUTHORS.items() for s in rows])
def test_what_authors_say_of_themselves_and_of_their_drawings(language: str, sentence: str) -> None:
    assert why_refused(sentence, language) is not None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The premium of a ship must be paid by May."),
        ("en", "The licence of a captain expires after ten years."),
        ("en", "An attacker may read the letters of the harbour office."),
        ("en", "Some 40 harbours have a crane."),
        ("en", "Figures of the premium are rounded to full dollars."),
        ("en", "If you are insured, the harbour pays the crane."),
        ("en", "The labels of the chart may be confusing to people who cannot see red."),
        ("en", "The public position of the light is 54° north."),
        ("en", "You are the owner once the price is paid."),
        ("en", "President Obama praised the port when he opened it."),
        ("en", "The attackers need a single open door."),
        ("en", "Our maximum liability is $500 for each anchor."),
        ("en", "We recommend a crane of 40 tons."),
        ("en", "We pay $500 for each lost anchor."),
        ("en", "The use of TLS 1.2 or a later version is required."),
        ("fr", "Un navire de 1990 ou d'une version ultérieure paie moins."),
        ("en", "The driver must report the loss within 30 days."),
        ("de", "Wir empfehlen einen Kran von 40 Tonnen."),
        ("de", "Wenn Sie versichert sind, zahlt der Hafen den Kran."),
        ("fr", "Si vous êtes assuré, le port paie la grue."),
        ("id", "Jika Anda diasuransikan, pelabuhan membayar derek."),
        ("es", "La posición pública del faro es 54° norte."),
        ("de", "Die Lizenz eines Kapitäns läuft nach zehn Jahren ab."),
        ("fr", "La licence d'un capitaine expire après dix ans."),
        ("es", "La prima de un barco debe pagarse en mayo."),
        ("pt", "O prémio de um navio deve ser pago em maio."),
        ("ru", "Страховой взнос за судно уплачивается в мае."),
        ("zh", "船舶的保险费应在五月前支付。"),
        ("en", "The bay is 12 m deep at low tide (Table 5-1)."),
        ("en", "This policy covers boats in the bay."),
        ("en", "Each table seats 12 guests."),
    ],
)
def test_kept(language: str, sentence: str) -> None:
    assert why_refused(sentence, language) is None


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("References", "references"),
        ("7. Literaturverzeichnis", "references"),
        ("Références", "references"),
        ("Danksagung", "acknowledgements"),
        ("Ucapan Terima Kasih", "acknowledgements"),
        ("Sommaire", "contents"),
        ("Περιεχόμενα", "contents"),
        ("Author contributions", "authors"),
        ("Copyright und Lizenz", "licence"),
        ("Example Attack Scenarios", "examples"),
        ("Exemplos de Cenários de Ataque", "examples"),
        ("Reference values", None),
        ("Contents insurance", None),
        ("Licence of the captain", None),
    ],
)
def test_sections_are_known_by_their_headings(heading: str, kind: str | None) -> None:
    assert back_matter(("Guide", heading)) == kind


def test_what_follows_a_table_of_contents_is_none() -> None:
    assert back_matter(("Contents", "Ships")) is None
    assert back_matter(("References", "Online")) == "references"
    assert back_matter(("Example scenarios", "Scenario 1")) == "examples"


def test_the_ledger_names_the_section() -> None:
    answer = extract(ChunkInput("# Danksagung\n\nDie Schiffe sind bis 500 Euro versichert.", ()), 5)
    assert (answer.candidates, answer.reason) == ((), "a section of acknowledgements")


@pytest.mark.parametrize(
    "paragraph",
    [
        "Harbour, Jane, and Tom Quay. 2019. Ships and their owners. Dock Press.",
        "Quay. (2020). ship_count: Counting ships. Journal of Docks, 3(1), 14.",
        "Quay, T.: Counting ships at night, 2020, doi:10.1000/ships.",
    ],
)
def test_an_entry_of_a_bibliography_gives_no_sentence(paragraph: str) -> None:
    assert is_reference(paragraph)
    assert extract(ChunkInput(paragraph, ("Body",)), 5).candidates == ()


@pytest.mark.parametrize(
    "paragraph",
    [
        "The rule was made in 2019. Ships pay since.",
        "Ships are counted at night (Quay et al. 2013), and at noon (Harbour 2020). Both counts agree.",
    ],
)
def test_a_paragraph_with_years_is_none(paragraph: str) -> None:
    assert not is_reference(paragraph)


def test_a_run_of_names() -> None:
    assert is_list_of_names("Jane Harbour, Tom van der Quay and Ann B. Dock")
    assert not is_list_of_names("Ships are insured")
    assert not is_list_of_names("Harbour office 12")
