"""Words that tell a table's header from its rows: names of columns, and names of what a schedule states."""

# English first, then what other European languages call the same.
COLUMN_WORDS = frozenset(
    """
    amount amounts answer area article attribute availability balance capacity category change class classification
    code column comment comments component condition content copay cost costs count country coverage currency date day
    default deductible definition department deposit description detail details dimension discount duration due email
    employee entry example explanation factor feature fee fees field format frequency from function group hours id
    identifier index item items key kind label language length level limit limits location maximum meaning measure
    metric min minimum max model month name no notes note number occupancy operator option order outcome owner
    parameter part penalty percent percentage period person phone place plan points position premium price prices
    priority product property purpose quantity qty question range rank rate rates rating reading readings reason ref
    reference region remark remarks rent requirement requirements result results role row rule salary scope score
    section service setting severity share size source standard state status step subject sum surface symbol target task
    tax term test threshold time title to topic total type unit units usage use user value values variable version
    volume weight width year yes/no
    anzahl art artikel bedeutung bemerkung beschreibung betrag bezeichnung datum einheit frist gebühr kategorie kosten
    menge miete preis rolle satz status stufe summe wert zeit
    catégorie coût date désignation durée loyer montant nom nombre prix quantité rôle statut taux unité valeur
    alquiler cantidad categoría código coste descripción fecha importe nombre número plazo precio tasa tipo unidad valor
    canone categoria codice costo data descrizione importo nome numero prezzo quantità tipo unità valore
    descrição montante preço taxa unidade prazo
    aantal bedrag beschrijving eenheid huur naam prijs soort waarde
    biaya catatan deskripsi harga jenis jumlah kategori keterangan kode nama nilai satuan tanggal tingkat
    cena data ilość kod kwota nazwa opis rodzaj stawka wartość
    дата значение категория код количество название наименование описание примечание сумма тип уровень цена
    αξία ημερομηνία κατηγορία κωδικός όνομα περιγραφή ποσό τιμή
    说明 描述 名称 编号 金额 日期 类型 级别 单位 数量 价格 備考 名前 説明 種類
    値 数値 价钱 数值 参数值 値段 価格 料金 값 가격 요금 القيمة السعر الثمن قیمت مقدار ערך מחיר मान मूल्य कीमत ค่า ราคา giá
    wartość hodnota érték ár valoare preț vrijednost vrednost arvo hinta väärtus hind vērtība vertė kaina värde pris
    værdi verdi değer fiyat ціна значення цена стойност вредност nilai
    """.split()  # noqa: SIM905
)

# What heads the names in a table of names and what holds for each, whatever the other column is called.
PROPERTY_WORDS = frozenset(
    """
    property attribute feature parameter characteristic item specification merkmal eigenschaft kennwert caractéristique
    propriété paramètre característica propiedad parámetro propriedade parâmetro caratteristica proprietà parametro
    kenmerk eigenschap egenskab egenskap ominaisuus tulajdonság caracteristică właściwość cecha vlastnost özellik
    характеристика параметр показатель властивість характеристика χαρακτηριστικό ιδιότητα الخاصية ویژگی מאפיין विशेषता
    คุณสมบัติ 項目 项目 항목
    """.split()  # noqa: SIM905
)

STATED_NAMES = frozenset(
    """
    account address agent agreement amount applicant area author bank beneficiary birth borrower branch broker building
    buyer capital carrier cap city client commencement company contact contract coverage currency customer date deadline
    deductible delivery department deposit discount duration effective email employee employer end excess expiry fax fee
    fees frequency guarantor holder iban insured insurer interest invoice issue issued landlord lender lessee lessor
    limit location manager maturity name notice number occupant occupation owner party payable payee payment penalty
    period phone place policy policyholder premium price principal project purchaser purpose rate reference registered
    registration renewal rent salary seller signed start subject sum supplier surcharge telephone tenant term title
    total valid validity vat vendor version website
    adresse beginn datum ende firma frist kaution kunde kündigungsfrist laufzeit miete mieter name nummer preis prämie
    telefon vermieter vertrag vertragsnummer
    acheteur adresse bailleur caution contrat durée locataire loyer montant nom numéro préavis prix prime téléphone
    alquiler arrendador arrendatario contrato depósito dirección fianza importe inquilino nombre número plazo precio
    prima renta teléfono
    affitto canone caparra cliente conduttore contratto deposito durata indirizzo inquilino locatore nome numero premio
    prezzo telefono
    aluguel aluguer caução endereço inquilino nome prazo prémio renda senhorio telefone
    adres borg contract huur huurder naam opzegtermijn prijs premie telefoon verhuurder
    """.split()  # noqa: SIM905
)

# What a cell says of its column's name, where the column asks whether.
YES_OR_NO = frozenset(
    """
    yes no ja nein oui non sí si sì sim não nao nee tak nie ano ne áno nej ja igen nem da nu evet hayır ya tidak
    kyllä ei ναι όχι да нет так ні نعم لا بله خیر כן לא हाँ नहीं có không 是 否 有 无 無 はい いいえ 예 네 아니요 아니오
    """.split()  # noqa: SIM905
)
