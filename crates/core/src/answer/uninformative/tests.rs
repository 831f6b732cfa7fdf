//! Uninformative sentences in many languages, and informative ones that begin alike.

use super::{Judgement, is_uninformative, judge, names_nothing};

#[test]
fn uninformative_sentences_in_english() {
    for text in [
        "This domain is parked.",
        "Connection timed out.",
        "Error establishing a database connection",
        "Domain parked at GoDaddy.",
        "The domain acme.com is parked at a registrar.",
        "This domain name is for sale.",
        "acme.com is listed for sale.",
        "Which Acme do you mean?",
        "Did you mean Acme Robotics or Acme Foods?",
        "Please provide the full company name.",
        "Please share more context so that I can help.",
        "As an AI, I can't browse the internet.",
        "As an AI assistant I cannot access live websites.",
        "I'm an AI and cannot browse websites.",
        "Website under construction.",
        "The website could not be reached.",
        "The site returned a 404 error.",
        "No further information available.",
        "No further details could be found.",
        "Acme Robotics could not be found.",
        "The website acme.com is currently unreachable, and no other sources mention the company.",
        "Nothing on the page says what the company does.",
        "The link is dead.",
        "The homepage is empty.",
        "There's no description on their website.",
        "The page failed to load.",
        "Domain expired.",
        "This domain has expired.",
        "There isn't enough information.",
        "I have no information on this.",
        "I can't tell.",
        "Cannot be determined from the available sources.",
        "The company seems to be inactive and has no website.",
        "The domain acme.com is parked at the moment.",
        "This domain name may be for sale.",
        "acme.com resolves to a placeholder page.",
        "The page returned an error 503.",
        "Their website is down and no other source mentions them.",
        "The site redirects to an unrelated website.",
        "Only a default Apache page is shown.",
        "Die Domain acme.de wird zum Verkauf angeboten.",
        "Please share more context so that I can help.",
        "Bitte geben Sie weitere Informationen an.",
        "I was not able to open the page. Could you paste its text?",
        "I'm afraid nothing is publicly known about this firm.",
        "No website was found, and the company does not appear in any public registry.",
        "No description could be generated.",
        "The content is not accessible without login.",
        "Login required.",
        "Sign-up page only.",
        "Cookie consent page; no content.",
        "The website requires JavaScript.",
        "The site is password protected.",
        "The text is too short to tell.",
        "Not enough context.",
        "No company by that name.",
        "This does not look like a company website.",
        "The name is ambiguous.",
        "It's a parked page.",
        "Parked page with ads.",
        "A holding page.",
        "Domain registered but no website.",
        "SSL error.",
        "DNS lookup failed.",
        "Connection timed out.",
        "The server did not respond.",
        "Site blocked by robots.txt.",
        "The page is in maintenance mode.",
        "I do not know.",
        "I don't know what this company does.",
        "We have no records for this entity.",
        "Acme has no online presence.",
    ] {
        assert!(says_nothing(text), "{text}");
    }
}

#[test]
fn uninformative_sentences_in_other_languages() {
    for text in [
        "Diese Domain steht zum Verkauf.",
        "Die Seite ist derzeit nicht erreichbar.",
        "Die Webseite befindet sich im Aufbau.",
        "Welche Firma meinen Sie?",
        "Es konnten keine weiteren Informationen gefunden werden.",
        "Bitte geben Sie weitere Informationen an.",
        "Über das Unternehmen ist nichts Näheres bekannt.",
        "Ce domaine est à vendre.",
        "Le site est en construction.",
        "Le site web n'est pas accessible.",
        "Aucune information supplémentaire disponible.",
        "Pouvez-vous préciser de quelle entreprise il s'agit ?",
        "Este dominio está en venta.",
        "El sitio web no está disponible.",
        "La página está en construcción.",
        "No hay más información disponible.",
        "No se pudo acceder al sitio web.",
        "Este domínio está à venda.",
        "O site está em construção.",
        "Não foi possível acessar o site.",
        "Não há mais informações disponíveis.",
        "Questo dominio è in vendita.",
        "Il sito è in costruzione.",
        "Impossibile accedere al sito web.",
        "Non ci sono ulteriori informazioni disponibili.",
        "Dit domein is te koop.",
        "De website is in aanbouw.",
        "Er is geen verdere informatie beschikbaar.",
        "Domena jest na sprzedaż.",
        "Strona w budowie.",
        "Nie znaleziono żadnych informacji o firmie.",
        "Strona internetowa jest niedostępna.",
        "Doména je na prodej.",
        "Webové stránky nejsou dostupné.",
        "O společnosti nebyly nalezeny žádné informace.",
        "Domänen är till salu.",
        "Webbplatsen kunde inte nås.",
        "Ingen ytterligare information hittades.",
        "Domænet er til salg.",
        "Hjemmesiden er ikke tilgængelig.",
        "Der blev ikke fundet yderligere oplysninger.",
        "Domenet er til salgs.",
        "Nettsiden er ikke tilgjengelig.",
        "Det ble ikke funnet mer informasjon om selskapet.",
        "Verkkotunnus on myynnissä.",
        "Verkkosivusto ei ole saatavilla.",
        "Yrityksestä ei löytynyt lisätietoja.",
        "Bu alan adı satılıktır.",
        "Web sitesi yapım aşamasında.",
        "Siteye erişilemiyor.",
        "Şirket hakkında daha fazla bilgi bulunamadı.",
        "Домен продаётся.",
        "Сайт находится в разработке.",
        "Дополнительная информация отсутствует.",
        "О компании ничего не известно.",
        "Домен продається.",
        "Сайт недоступний.",
        "Інформацію про компанію не знайдено.",
        "このドメインは販売中です。",
        "サイトは準備中です。",
        "会社に関する情報は見つかりませんでした。",
        "ウェブサイトにアクセスできませんでした。",
        "该域名正在出售。",
        "网站正在建设中。",
        "没有更多信息。",
        "無法訪問該網站。",
        "이 도메인은 판매 중입니다.",
        "웹사이트가 준비 중입니다.",
        "추가 정보를 찾을 수 없습니다.",
        "هذا النطاق معروض للبيع.",
        "الموقع قيد الإنشاء.",
        "لا توجد معلومات إضافية.",
        "تعذر الوصول إلى الموقع.",
        "यह डोमेन बिक्री के लिए है।",
        "वेबसाइट निर्माणाधीन है।",
        "कोई और जानकारी उपलब्ध नहीं है।",
        "A domain eladó.",
        "Az oldal nem elérhető.",
        "A cégről nem található további információ.",
        "Domeniul este de vânzare.",
        "Site-ul este în construcție.",
        "Nu există informații suplimentare despre companie.",
        "Το domain πωλείται.",
        "Η ιστοσελίδα δεν είναι διαθέσιμη.",
        "Δεν βρέθηκαν περισσότερες πληροφορίες για την εταιρεία.",
        "Domain ini dijual.",
        "Situs web tidak dapat diakses.",
        "Tidak ditemukan informasi lebih lanjut tentang perusahaan ini.",
        "Tên miền này đang được bán.",
        "Trang web không thể truy cập.",
        "Không có thêm thông tin về công ty.",
        "Acme Robotics GmbH konnte nicht identifiziert werden.",
        "L'entreprise Acme n'a pas pu être trouvée.",
        "La empresa Acme no fue encontrada.",
        "Acme は見つかりませんでした。",
        "Acme公司的信息无法找到。",
        "Ich kann als KI nicht auf das Internet zugreifen.",
        "En tant qu'IA, je ne peux pas naviguer sur Internet.",
        "Como modelo de lenguaje, no puedo navegar por internet.",
        "Como uma IA, não tenho acesso à internet.",
        "Non posso navigare su internet.",
        "Als AI-taalmodel kan ik niet op internet zoeken.",
        "Jako model AI nie mogę przeglądać internetu.",
        "Som AI kan jag inte surfa på nätet.",
        "Yapay zeka olarak internete erişimim yok.",
        "Как ИИ, я не могу просматривать сайты.",
        "AIとして、インターネットを閲覧できません。",
        "作为AI，我无法浏览互联网。",
        "AI로서 인터넷을 검색할 수 없습니다.",
        "Seite nicht gefunden (404).",
        "Seite im Aufbau.",
        "Hier entsteht eine neue Internetpräsenz.",
        "Bald verfügbar.",
        "Página en construcción.",
        "Próximamente.",
        "Em breve.",
        "Prossimamente online.",
        "Bientôt disponible.",
        "Binnenkort online.",
        "Wkrótce.",
        "Kommer snart.",
        "Pian tulossa.",
        "Yakında.",
        "Скоро открытие.",
        "Hamarosan.",
        "În curând.",
        "Σύντομα κοντά σας.",
        "Segera hadir.",
        "Sắp ra mắt.",
        "قريبا.",
        "जल्द आ रहा है।",
        "近日公開。",
        "敬请期待。",
        "준비 중입니다.",
        "Pas d'informations complémentaires.",
        "Rien à signaler.",
        "Keine weiteren Angaben.",
        "Kein Eintrag vorhanden.",
        "Sin más información.",
        "Nessun'altra informazione.",
    ] {
        assert!(says_nothing(text), "{text}");
    }
}

/// Whether a field with this text would be unknown: uninformative here, or a placeholder in any cell.
fn says_nothing(text: &str) -> bool {
    is_uninformative(text) || crate::is_placeholder(text)
}

#[test]
fn informative_sentences_are_kept() {
    for text in [
        "Parked Media sells ads.",
        "Not Found Books is a bookshop.",
        "Unknown Worlds Entertainment makes games.",
        "Publisher of information that is not publicly available.",
        "Acme is a registrar for domains that are for sale.",
        "A marketplace for expired domains.",
        "Website monitoring that tells you when your site is down.",
        "No-code website builder.",
        "Company registry search and data provider.",
        "Offline maps for hikers.",
        "Error tracking for websites.",
        "Consulting firm.",
        "No Name Furniture Company",
        "Blank is a design studio.",
        "Which? is a consumer organisation.",
        "Can you keep a secret? Acme makes safes.",
        "Please Hold produces music.",
        "Keine Sorge GmbH ist ein Versicherungsmakler.",
        "Sans Domaine est un vigneron.",
        "Brak to marka farb.",
        "Nic Film produkuje filmy.",
        "Tom Domain vende libros.",
        "Bez Chemie prodává mýdla.",
        "Без Паники — служба такси.",
        "Boş Defter kırtasiye satar.",
        "情報セキュリティ会社。",
        "无人机公司。",
        "不明水の調査会社。",
        "데이터 분석 회사입니다.",
        "شركة لا تنام تقدم خدمات التوصيل.",
        "Missing People is a charity.",
        "Unlimited data for companies.",
        "Tanpa Batas menjual tas.",
        "Không Gian bán nội thất.",
        "Helps firms that are not found online get listed.",
        "Domain sales and hosting.",
        "Null Island makes maps.",
        "Data protection officer as a service.",
        "Search firm for executives.",
        "Limited edition sneakers.",
        "Acme is under new management and bakes bread.",
        "Acme Robotics",
        "Jane Doe",
        "Domain-driven design training.",
        "We could tell you, but try our cakes.",
        "Bahnhof Nicht Weit vermietet Zimmer.",
        "Acme is not a bank but insures cars.",
    ] {
        assert!(!says_nothing(text), "{text}");
    }
}

#[test]
fn every_sentence_counts() {
    assert!(says_nothing(
        "The website is down. No other sources were found. Please provide the company name."
    ));
    assert!(!says_nothing("Acme bakes bread. The website is down."));
    assert!(!is_uninformative("The website is down. Acme bakes bread."));
    assert_eq!(judge("The company has a website"), Judgement::Uninformative);
}

#[test]
fn items_without_a_name_are_detected() {
    for item in [
        "No evidence of Kubernetes",
        "Not using SAP",
        "https://stack.example.com/acme",
        "Source: job ads",
        "Not detected",
        "see website",
    ] {
        assert!(names_nothing(item), "{item}");
    }
    for item in [
        "Rust",
        ".NET",
        "C",
        "Source Control",
        "None.js",
        "NoSQL",
        "Not Diamond",
        "Open Source",
        "Via Labs",
        "R",
    ] {
        assert!(!names_nothing(item), "{item}");
    }
}

#[test]
fn a_long_text_is_judged_in_bounded_time() {
    assert!(!is_uninformative(&"no ".repeat(100_000)));
    assert!(!is_uninformative(&"無".repeat(190)) || is_uninformative("無無"));
}

proptest::proptest! {
    #[test]
    fn no_text_causes_a_panic(text in "(no |the |無|公司|Acme |acme\\.com|[.?*'’]|\\PC){0,40}") {
        is_uninformative(&text);
        names_nothing(&text);
    }
}
