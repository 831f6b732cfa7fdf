//! Whole cells that say that nothing is known, by language. Data for `placeholder`.
//!
//! Words are in lower case, with one space between them and no signs around them.

/// Texts that say nothing when they stand alone, or before a remark.
#[rustfmt::skip]
pub(super) const WHOLE: &[&str] = &[
    // English, and what programs write.
    "n/a", "na", "n.a", "n a", "n/d", "n.d", "nil", "nan", "null", "none", "undefined", "unknown",
    "unavailable", "undisclosed", "unspecified", "undetermined", "unconfirmed", "unverified", "unclear",
    "uncertain", "inconclusive", "unlisted", "confidential", "redacted", "withheld", "not sure", "no idea",
    "n/k", "no data", "no info", "no information", "no results", "no result", "no answer", "no match",
    "no matches", "no description", "no value", "no response", "no content", "no ceo", "tba", "tbc", "tbd",
    "to be determined", "to be announced", "to be confirmed", "to be defined", "empty", "string",
    "not known", "not clear", "not given", "not defined", "not set", "not public", "not reported",
    "not stated", "does not exist", "doesn't exist", "coming soon", "under construction", "website under construction", "unknown company", "unknown ceo", "unknown person",
    "account suspended", "page not found", "access denied", "please wait",
    "robot check", "lorem ipsum", "insert name",
    "your name", "nothing found", "error",
    // German.
    "k.a", "k a", "keine angabe", "keine angaben", "keine", "unbekannt", "nicht bekannt",
    "nicht verfügbar", "nicht gefunden", "nicht angegeben", "nicht zutreffend", "nicht ermittelbar",
    "nicht öffentlich", "nicht öffentlich bekannt", "keine daten", "keine information",
    "keine informationen", "keine ergebnisse", "keine beschreibung", "entfällt", "fehlanzeige",
    "zugriff verweigert", "seite nicht gefunden", "ohne angabe",
    // French.
    "non disponible", "non disponibles", "indisponible", "non renseigné", "non renseignée", "inconnu",
    "inconnue", "non communiqué", "non communiquée", "non précisé", "non précisée", "non spécifié",
    "non spécifiée", "non trouvé", "non trouvée", "non divulgué", "non applicable", "non déterminé",
    "non connu", "aucune information", "aucune donnée", "aucun résultat", "aucun", "aucune", "sans objet",
    "introuvable", "information non disponible", "informations non disponibles", "données non disponibles",
    "page introuvable", "accès refusé", "n.c", "n c", "pas trouvé", "pas connu",
    // Spanish.
    "no disponible", "no disponibles", "desconocido", "desconocida", "no especificado", "no especificada",
    "no encontrado", "no encontrada", "no aplica", "no aplicable", "no informado", "no consta",
    "no divulgado", "no determinado", "no identificado", "no conocido", "no publicado", "sin información",
    "sin informacion", "sin datos", "sin especificar", "sin resultados", "sin descripción", "s/d", "n/e",
    "ninguno", "ninguna", "información no disponible", "no hay datos", "no hay información",
    "acceso denegado", "página no encontrada",
    // Portuguese.
    "não informado", "não informada", "não disponível", "não disponíveis", "não encontrado",
    "não encontrada", "não especificado", "não especificada", "não divulgado", "não divulgada",
    "não aplicável", "não identificado", "não consta", "não conhecido", "não determinado", "nao informado",
    "nao disponivel", "nao encontrado", "nao especificado", "desconhecido", "desconhecida", "indisponível",
    "sem informação", "sem informações", "sem dados", "sem resultados", "informação não disponível",
    "nenhum", "nenhuma", "nenhum resultado", "n/i", "acesso negado",
    // Italian.
    "non disponibile", "non disponibili", "sconosciuto", "sconosciuta", "non specificato",
    "non specificata", "non trovato", "non trovata", "non applicabile", "non noto", "non nota",
    "non pervenuto", "non indicato", "non divulgato", "nessuna informazione", "nessun dato",
    "nessun risultato", "dato non disponibile", "informazione non disponibile", "ignoto", "accesso negato",
    "pagina non trovata",
    // Dutch.
    "n.v.t", "nvt", "n v t", "n.b", "niet beschikbaar", "onbekend", "niet bekend", "niet gevonden",
    "niet van toepassing", "niet opgegeven", "niet gespecificeerd", "niet vermeld", "niet openbaar",
    "geen informatie", "geen gegevens", "geen data", "geen resultaten", "geen", "toegang geweigerd",
    "pagina niet gevonden",
    // Swedish, Danish, Norwegian, Finnish.
    "okänd", "okänt", "ej tillgänglig", "ej tillgängligt", "inte tillgänglig", "ej angivet", "ej angiven",
    "uppgift saknas", "saknas", "ingen uppgift", "ingen information", "hittades inte", "ukendt",
    "ikke tilgængelig", "ikke oplyst", "ikke fundet", "ingen oplysninger", "ingen data", "ukjent",
    "ikke tilgjengelig", "ikke oppgitt", "ikke funnet", "ingen informasjon", "ikke kjent", "ikke relevant",
    "ei saatavilla", "ei tiedossa", "ei tietoa", "ei löydy", "ei löytynyt", "tuntematon",
    // Polish, Czech, Slovak, Croatian, Russian, Ukrainian, Bulgarian.
    "brak danych", "brak informacji", "brak", "nieznany", "nieznana", "nieznane", "nie dotyczy",
    "niedostępne", "niedostępny", "nie znaleziono", "nie podano", "nie ujawniono", "b.d", "b/d",
    "není k dispozici", "neznámý", "neznámé", "neuvedeno", "nezjištěno", "nenalezeno",
    "nie je k dispozícii", "neznámy", "nepoznato", "nema podataka", "nije dostupno", "нет данных",
    "неизвестно", "неизвестен", "неизвестна", "не указано", "не указан", "не указана", "не найдено",
    "не найден", "не найдена", "нет информации", "нет сведений", "информация отсутствует",
    "данные отсутствуют", "отсутствует", "недоступно", "не применимо", "неприменимо", "не определено",
    "не раскрывается", "н/д", "нет", "невідомо", "немає даних", "не вказано", "няма данни",
    // Turkish, Hungarian, Romanian, Greek, Indonesian, Vietnamese, Tagalog, Hebrew, Arabic, Persian, Hindi, Thai.
    "bilinmiyor", "mevcut değil", "bilgi yok", "belirtilmemiş", "bulunamadı", "veri yok", "yok",
    "ismeretlen", "nem elérhető", "nincs adat", "nincs információ", "necunoscut", "indisponibil",
    "nespecificat", "nu este disponibil", "fără informații", "άγνωστο", "άγνωστος", "μη διαθέσιμο",
    "δεν υπάρχουν πληροφορίες", "δεν βρέθηκε", "tidak tersedia", "tidak diketahui", "tidak ada",
    "tidak ditemukan", "tidak ada informasi", "tidak ada data", "không có", "không rõ",
    "không có thông tin", "không tìm thấy", "không xác định", "chưa có thông tin", "chưa rõ", "hindi alam",
    "לא ידוע", "לא זמין", "אין מידע", "לא נמצא", "غير متوفر", "غير متوفرة", "غير معروف", "غير متاح",
    "غير محدد", "لا يوجد", "لا توجد معلومات", "لا توجد بيانات", "نامشخص", "ناموجود", "अज्ञात",
    "उपलब्ध नहीं", "उपलब्ध नहीं है", "ज्ञात नहीं", "जानकारी उपलब्ध नहीं", "कोई जानकारी नहीं", "ไม่ทราบ",
    "ไม่มีข้อมูล", "ไม่พบข้อมูล", "ไม่ระบุ",
    // Japanese, Chinese, Korean.
    "bilgi bulunamadı", "ei löytynyt tietoja", "ingen information hittades", "δεν βρέθηκαν πληροφορίες",
    "לא נמצא מידע", "कोई जानकारी नहीं मिली", "žádné informace nenalezeny", "nincs elérhető információ",
    "nu s-au găsit informații", "unverifiable", "privately held", "first last", "không tìm thấy thông tin",
    "لم يتم العثور على معلومات", "조회된 정보가 없습니다",
    "不明", "不詳", "情報なし", "情報無し", "該当なし", "データなし", "未公開", "非公開", "未定", "なし", "記載なし", "未知", "未公开", "无", "無",
    "暂无", "暂无数据", "暂无信息", "暫無", "暫無資料", "无数据", "无信息", "无资料", "不详", "未找到", "没有找到", "找不到", "未提供", "未披露",
    "未透露", "不适用", "不適用", "无法确定", "無法確定", "沒有資料", "没有信息", "沒有資訊", "未说明", "未注明", "알 수 없음", "알수없음", "정보 없음", "정보를 찾을 수 없습니다", "확인할 수 없음",
    "정보없음", "없음", "미공개", "비공개", "해당 없음", "해당없음", "데이터 없음", "미정", "찾을 수 없음", "확인 불가", "불명",
];

/// Single words of [`WHOLE`] that say nothing also before a remark: "unknown (private)". Others
/// are names as well: "Nothing, the maker of phones".
pub(super) const BEFORE_A_REMARK: &[&str] = &[
    "n/a",
    "n/d",
    "null",
    "none",
    "unknown",
    "unavailable",
    "undisclosed",
    "unspecified",
    "undetermined",
    "tbd",
    "k.a",
    "unbekannt",
    "n.v.t",
    "inconnu",
    "desconocido",
    "onbekend",
    "不明",
    "未知",
];

/// How a text without spaces ends that says nothing.
pub(super) const ENDINGS: &[&str] = &[
    "見つかりませんでした",
    "見つかりません",
    "確認できませんでした",
    "情報はありません",
    "情報がありません",
    "不明です",
    "公開されていません",
    "特定できませんでした",
    "未找到相关信息",
    "的相关信息",
    "没有找到相关信息",
    "找不到相关信息",
    "没有相关信息",
    "无法找到相关信息",
    "无法获取信息",
    "未找到該公司的資訊",
    "沒有找到相關資訊",
];

/// What such sentences open with before they come to the point.
pub(super) const POLITE: [&str; 14] = [
    "죄송합니다",
    "sorry",
    "unfortunately",
    "apologies",
    "but",
    "however",
    "currently",
    "regrettably",
    "leider",
    "malheureusement",
    "lamentablemente",
    "infelizmente",
    "purtroppo",
    "helaas",
];

/// Words that open a phrase before the point, up to its comma: "Based on the search results, ...".
pub(super) const LEADS: [&str; 26] = [
    "based",
    "as",
    "according",
    "after",
    "despite",
    "given",
    "from",
    "upon",
    "following",
    "at",
    "to",
    "with",
    "using",
    // "Es tut mir leid, ...", "Lo siento, ...", "К сожалению, ...".
    "es",
    "entschuldigung",
    "je",
    "désolé",
    "lo",
    "desculpe",
    "sinto",
    "mi",
    "het",
    "przykro",
    "к",
    "извините",
    "jag",
];
