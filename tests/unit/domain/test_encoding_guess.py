"""Texts whose encoding nobody told: short ones, in the encodings that their language was written in."""

from random import Random

import pytest

from pipeline_core.adapters.converters.encodings import decode_page, encoding_findings
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.text_encoding import read_text

POLISH = "Czynsz wynosi 640 zł miesięcznie. Najemca płaci go w ciągu dziesięciu dni."
RUSSIAN = "Арендная плата составляет 640 рублей в месяц. Срок аренды составляет два года."
GERMAN = "Die Miete beträgt „höchstens“ 640 € im Monat…"

NOISE = Random(7).randbytes(4000).translate(None, bytes(range(32)))

TEXTS = [
    (POLISH, "cp1250 iso8859-2 mac-latin2 cp852"),
    ("Nájemné činí 640 korun měsíčně. Nájemce je platí do deseti dnů.", "cp1250 iso8859-2"),
    ("Nájomné je 640 eur mesačne. Nájomca ho platí do desiatich dní, ľahko.", "cp1250"),
    ("A bérleti díj havonta 640 forint. A bérlő tíz napon belül fizeti, és bővíthető.", "cp1250"),
    ("Chiria este de 640 de lei pe lună. Chiriaşul o plăteşte în zece zile.", "cp1250"),
    ("Najamnina iznosi 640 eura mjesečno. Članak određuje još i visinu jamčevine.", "cp1250 iso8859-2"),
    ("Aylık kira 640 liradır. Kiracı ödemeyi on gün içinde yapar. Sözleşme iki yıl sürer.", "cp1254 iso8859-9"),
    ("Nuomos mokestis yra 640 eurų per mėnesį. Nuomininkas moka jį per dešimt dienų.", "cp1257 iso8859-13"),
    ("Īres maksa ir 640 eiro mēnesī. Īrnieks to maksā desmit dienu laikā.", "cp1257"),
    (RUSSIAN, "cp1251 koi8-r iso8859-5 cp866 mac-cyrillic"),
    ("Орендна плата становить 640 гривень на місяць. Строк оренди є два роки.", "cp1251 koi8-u"),
    ("Το ενοίκιο είναι 640 ευρώ το μήνα. Ο ενοικιαστής το πληρώνει σε δέκα ημέρες.", "cp1253 iso8859-7"),
    ("דמי השכירות הם 640 שקלים לחודש. השוכר משלם אותם תוך עשרה ימים.", "cp1255"),
    ("الإيجار هو 640 دينار في الشهر. يدفع المستأجر خلال عشرة أيام.", "cp1256 iso8859-6"),
    ("ค่าเช่าคือ 640 บาทต่อเดือน ผู้เช่าจ่ายภายในสิบวัน", "cp874"),
    ("家賃は月640円です。借主は十日以内に支払います。", "cp932 euc_jp iso2022_jp"),
    ("租金为每月640元。承租人应在十天内付款。", "gb18030"),
    ("租金為每月640元。承租人應在十天內付款。", "big5"),
    ("임대료는 한 달에 640원입니다. 세입자는 열흘 안에 지불합니다.", "euc_kr"),
    (GERMAN, "cp1252 mac-roman utf-16-le utf-16-be utf-32-le utf-32-be"),
    ("Die Miete beträgt 640 Euro im Monat. Der Mieter darf kündigen.", "cp1252 mac-roman cp850"),
    ("Le loyer est de 640 € par mois. L’été, le locataire paye à l’échéance.", "cp1252 mac-roman"),
    ("El alquiler es de 640 euros al mes. El año siguiente sube según la inflación.", "cp1252 mac-roman cp850"),
    ("Huslejen er 640 kr. om måneden. Lejer skal betale den før den første.", "cp1252"),
    ("The rent is €640 a month – no more. The tenant’s deposit is £90.", "cp1252"),
    ("The deposit is £90 for each flat and 15 °C is the lowest temperature.", "cp1252"),
    ("Nazwa;Cena\nŻarówka;12,50 zł\nŚruba;3,20 zł\nŁożysko;40 zł", "cp1250 iso8859-2 cp852"),
    ("Ürün;Fiyat\nŞişe;12 TL\nÇanta;45 TL\nIğdır;3 TL", "cp1254 iso8859-9"),
    ("ДОГОВОР АРЕНДЫ. Арендатор обязан платить 640 рублей.", "cp1251 koi8-r cp866 iso8859-5 mac-cyrillic"),
    ("Закуп износи 640 динара месечно. Закупац га плаћа у року од десет дана.", "cp1251 iso8859-5"),
    ("Příliš žluťoučký kůň úpěl ďábelské ódy", "cp1250 iso8859-2 cp852 mac-latin2"),
    ("Üür on 640 eurot kuus. Üürnik maksab selle kümne päeva jooksul, šokolaad.", "cp1257 iso8859-13 iso8859-15"),
    ("Leigan er 640 krónur á mánuði. Leigjandi greiðir hana innan tíu daga.", "cp1252"),
    ("شرکت گاز و چاپ پارس", "cp1256"),
    ("價格 500元", "big5"),
    ("가격 500원", "euc_kr"),
    ("價格は500円", "cp932 euc_jp"),
    ("5 ± 0.1 °C at 10 µm", "cp1252"),
    ("Area 35 m² and 12 m³ of the flat.", "cp1252"),
    ("The rent¹ is due within ten days. It costs ¥500 © 2020", "cp1252"),
    ("München;Köln;Düsseldorf;Zürich", "cp1252 mac-roman cp850"),
    ("Mr Kowalczyk, Wałęsa and the others of Łódź sign.", "cp1250"),
    ("Wiśniewski Łódź", "cp1250 iso8859-2"),
    # a little of another language in much English
    (
        "The tenant pays the rent within ten days of each month. " * 20 + "Umowę podpisał pan Wiśniewski z Łodzi.",
        "cp1250",
    ),
    ("The tenant pays the rent within ten days of each month. " * 20 + "The café is open.", "cp1252"),
]


@pytest.mark.parametrize(("text", "encoding"), [(text, name) for text, names in TEXTS for name in names.split()])
def test_a_short_text_is_read_in_its_encoding(text: str, encoding: str) -> None:
    decoded = read_text(text.encode(encoding))
    assert decoded is not None
    assert decoded.text == text


@pytest.mark.parametrize("data", [b"\xff" * 400, NOISE, bytes(range(1, 256)) * 3])
def test_bytes_that_are_no_text_are_not_guessed(data: bytes) -> None:
    assert read_text(data) is None


def test_what_was_guessed_is_said_with_the_words_that_it_gave() -> None:
    decoded = read_text(("The tenant pays. " * 20 + POLISH).encode("cp1250"))
    assert decoded is not None
    [finding] = encoding_findings(decoded)
    assert (finding.code, finding.severity) == ("encoding_guessed", Severity.INFO)
    assert "cp1250" in finding.message
    assert "zł miesięcznie" in finding.message


def test_a_close_guess_is_a_warning_that_names_the_other() -> None:
    text = "Najamnina iznosi 640 eura mjesečno. Članak određuje još i visinu jamčevine."
    decoded = read_text(text.encode("iso8859-2"))
    assert decoded is not None
    assert decoded.other == "cp1257"
    [finding] = encoding_findings(decoded)
    assert finding.severity is Severity.WARNING
    assert "cp1257 as well" in finding.message


def test_nothing_is_said_of_what_is_no_guess() -> None:
    for data in (POLISH.encode(), POLISH.encode("utf-16"), b"plain"):
        decoded = read_text(data)
        assert decoded is not None
        assert list(encoding_findings(decoded)) == []


LEASE = "The tenant pays the rent of $640 within ten days of each month, and the deposit of two months. " * 40


def damaged(text: str, share: float) -> bytes:
    random, data = Random(3), bytearray(text.encode())
    for at in range(len(data)):
        if random.random() < share:
            data[at] ^= 1 << random.randrange(8)
    return bytes(data)


@pytest.mark.parametrize("data", [damaged(LEASE, 0.01), damaged(LEASE, 0.03), LEASE.encode("cp037")])
def test_words_of_no_language_wait_for_a_person(data: bytes) -> None:
    decoded = read_text(data)
    findings = () if decoded is None else encoding_findings(decoded)
    assert decoded is None or Severity.CRITICAL in [finding.severity for finding in findings]  # None: refused


def test_broken_characters_are_told_with_their_words() -> None:
    decoded = read_text(("Größe und Länge. " * 20).encode() + "Die Fläche".encode("cp1252"))
    assert decoded is not None
    [finding] = encoding_findings(decoded)
    assert (finding.code, finding.severity) == ("characters_broken", Severity.WARNING)
    assert "Die Fl\ufffdche" in finding.message


def test_a_stray_byte_is_no_east_asian_sign() -> None:
    decoded = read_text(LEASE.encode() + b" the end\xa1 of it")
    assert decoded is not None
    assert decoded.text.startswith(LEASE + " the end")
    assert decoded.text.endswith(" of it")


STYLES = "<style>" + "p { color: black }\n" * 200 + "</style>"


@pytest.mark.parametrize(
    ("head", "text", "encoding"),
    [
        ('<meta charset="windows-1251">', RUSSIAN, "cp1251"),
        (STYLES + '<meta charset="koi8-r">', RUSSIAN, "koi8-r"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', GERMAN, "cp1252"),
        ("<meta charset=latin1>", GERMAN, "cp1252"),
        ("<meta charset=us-ascii>", GERMAN, "cp1252"),
        ("<meta charset=gb2312>", "租金镕為640元", "gbk"),
        ("<meta charset=shift_jis>", "家賃①は月640円", "cp932"),
        ("<meta charset=iso-8859-9>", "Kiracı ödemeyi yapar…", "cp1254"),
        ('<!-- <meta charset="koi8-r"> --><meta charset="windows-1251">', RUSSIAN, "cp1251"),
        ('<script>"<meta charset=koi8-r>"</script>', RUSSIAN, "cp1251"),
        ("<meta charset=windows-1251>", GERMAN, "utf-8"),  # it is UTF-8, whatever it says
        ("<meta charset=utf-8>", RUSSIAN, "cp1251"),  # it is not what it says
        ("<meta charset=no-such>", RUSSIAN, "cp1251"),
        ("<meta charset=utf-16>", RUSSIAN, "cp1251"),
        ("<meta charset=koi8-r>", GERMAN, "utf-16"),
        ("", RUSSIAN, "cp1251"),
        ("", RUSSIAN, "utf-16-le"),
    ],
)
def test_a_page_is_read_as_browsers_read_it(head: str, text: str, encoding: str) -> None:
    page = f"<!doctype html><html><head>{head}</head><body><p>{text}</p></body></html>"
    decoded = decode_page(page.encode(encoding))
    assert decoded is not None
    assert text in decoded.text


def test_an_xml_declaration_counts() -> None:
    page = f'<?xml version="1.0" encoding="windows-1251"?><html><body><p>{RUSSIAN}</p></body></html>'
    decoded = decode_page(page.encode("cp1251"))
    assert decoded is not None
    assert (decoded.encoding, decoded.guessed) == ("cp1251", False)
