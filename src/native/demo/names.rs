//! Offices and the names people have there, each as written and as spelled in an e-mail address.

use chrono_tz::Tz;

/// A name and its spelling in an address.
pub type Spelled = (&'static str, &'static str);

#[derive(Debug, Clone, Copy)]
pub struct Office {
    pub zone: Tz,
    /// Share of the people, in parts of a hundred.
    pub share: u32,
    pub europe: bool,
    /// Days off, 0 is Monday.
    pub weekend: [i64; 2],
    /// Is the family name written first, without a blank?
    pub family_first: bool,
    pub given: &'static [Spelled],
    pub family: &'static [Spelled],
}

const SAT_SUN: [i64; 2] = [5, 6];
const FRI_SAT: [i64; 2] = [4, 5];

#[rustfmt::skip]
pub const OFFICES: [Office; 9] = [
    Office { zone: Tz::Europe__Berlin, share: 21, europe: true, weekend: SAT_SUN, family_first: false,
        given: &[("Anna", "anna"), ("Jürgen", "juergen"), ("Zoë", "zoe"), ("Lukas", "lukas"), ("Käthe", "kaethe"), ("Łukasz", "lukasz"), ("Çağla", "cagla"), ("Björn", "bjoern"), ("Mia", "mia"), ("Jonas", "jonas"), ("Sofía", "sofia"), ("Emre", "emre"), ("Lena", "lena"), ("Tomáš", "tomas"), ("Greta", "greta"), ("Felix", "felix")],
        family: &[("Müller", "mueller"), ("Schröder", "schroeder"), ("Weiß", "weiss"), ("Kowalski", "kowalski"), ("Yılmaz", "yilmaz"), ("Fischer", "fischer"), ("Dvořák", "dvorak"), ("Krüger", "krueger"), ("Hoffmann", "hoffmann"), ("Lindström", "lindstroem"), ("Bauer", "bauer"), ("Öztürk", "oeztuerk"), ("Nowak", "nowak"), ("Vogel", "vogel"), ("Schäfer", "schaefer"), ("Brandt", "brandt")] },
    Office { zone: Tz::America__New_York, share: 19, europe: false, weekend: SAT_SUN, family_first: false,
        given: &[("Olivia", "olivia"), ("James", "james"), ("Aaliyah", "aaliyah"), ("Noah", "noah"), ("Siobhán", "siobhan"), ("Ethan", "ethan"), ("Maya", "maya"), ("Daniel", "daniel"), ("Chloe", "chloe"), ("José", "jose"), ("Grace", "grace"), ("Malik", "malik"), ("Hannah", "hannah"), ("Ryan", "ryan"), ("Renée", "renee"), ("Caleb", "caleb")],
        family: &[("Johnson", "johnson"), ("O’Neill", "oneill"), ("García", "garcia"), ("Washington", "washington"), ("Cohen", "cohen"), ("Nguyễn", "nguyen"), ("Smith", "smith"), ("Rossi", "rossi"), ("Kim", "kim"), ("Brown", "brown"), ("Núñez", "nunez"), ("Baker", "baker"), ("Rivera", "rivera"), ("Miller", "miller"), ("D’Angelo", "dangelo"), ("Clark", "clark")] },
    Office { zone: Tz::America__Los_Angeles, share: 13, europe: false, weekend: SAT_SUN, family_first: false,
        given: &[("Emma", "emma"), ("Liam", "liam"), ("Priya", "priya"), ("Mateo", "mateo"), ("Ava", "ava"), ("Kai", "kai"), ("Jasmine", "jasmine"), ("Dylan", "dylan"), ("Xóchitl", "xochitl"), ("Lucas", "lucas"), ("Naomi", "naomi"), ("Isaac", "isaac"), ("Leilani", "leilani"), ("Owen", "owen")],
        family: &[("Hernández", "hernandez"), ("Chen", "chen"), ("Patel", "patel"), ("Williams", "williams"), ("Tran", "tran"), ("Lopez", "lopez"), ("Martínez", "martinez"), ("Davis", "davis"), ("Singh", "singh"), ("Lee", "lee"), ("Wilson", "wilson"), ("Kealoha", "kealoha"), ("Young", "young"), ("Torres", "torres")] },
    Office { zone: Tz::Europe__Paris, share: 9, europe: true, weekend: SAT_SUN, family_first: false,
        given: &[("Élodie", "elodie"), ("François", "francois"), ("Chloé", "chloe"), ("Loïc", "loic"), ("Inès", "ines"), ("Théo", "theo"), ("Aïcha", "aicha"), ("Hélène", "helene"), ("Mathis", "mathis"), ("Noémie", "noemie"), ("Rémi", "remi"), ("Gaëlle", "gaelle")],
        family: &[("Lefèvre", "lefevre"), ("Dubois", "dubois"), ("Benoît", "benoit"), ("Moreau", "moreau"), ("Gauthier", "gauthier"), ("Traoré", "traore"), ("Chevalier", "chevalier"), ("Roux", "roux"), ("Mercier", "mercier"), ("Lemaître", "lemaitre"), ("Fontaine", "fontaine"), ("Garçon", "garcon")] },
    Office { zone: Tz::Asia__Dubai, share: 8, europe: false, weekend: SAT_SUN, family_first: false,
        given: &[("أميرة", "amira"), ("محمد", "mohammed"), ("فاطمة", "fatima"), ("يوسف", "youssef"), ("ليلى", "layla"), ("عمر", "omar"), ("نور", "nour"), ("خالد", "khaled"), ("مريم", "maryam"), ("حسن", "hassan"), ("سارة", "sara"), ("طارق", "tariq")],
        family: &[("الحداد", "alhaddad"), ("المنصوري", "almansoori"), ("خليل", "khalil"), ("الفارسي", "alfarsi"), ("النجار", "alnajjar"), ("سعيد", "saeed"), ("العلي", "alali"), ("حمدان", "hamdan"), ("قاسم", "qasim"), ("الزهراني", "alzahrani")] },
    Office { zone: Tz::Asia__Riyadh, share: 3, europe: false, weekend: FRI_SAT, family_first: false,
        given: &[("عبدالله", "abdullah"), ("هند", "hind"), ("سلطان", "sultan"), ("ريم", "reem"), ("فيصل", "faisal"), ("دانة", "dana")],
        family: &[("القحطاني", "alqahtani"), ("الشهري", "alshehri"), ("العتيبي", "alotaibi"), ("الدوسري", "aldosari"), ("الغامدي", "alghamdi")] },
    Office { zone: Tz::Asia__Shanghai, share: 11, europe: false, weekend: SAT_SUN, family_first: true,
        given: &[("伟", "wei"), ("芳", "fang"), ("秀英", "xiuying"), ("敏", "min"), ("静", "jing"), ("磊", "lei"), ("洋", "yang"), ("艳", "yan"), ("勇", "yong"), ("娜", "na"), ("子涵", "zihan"), ("浩然", "haoran")],
        family: &[("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"), ("赵", "zhao"), ("黄", "huang"), ("周", "zhou"), ("吴", "wu"), ("徐", "xu"), ("孙", "sun")] },
    Office { zone: Tz::Asia__Tokyo, share: 6, europe: false, weekend: SAT_SUN, family_first: true,
        given: &[("陽菜", "hina"), ("蓮", "ren"), ("結衣", "yui"), ("大翔", "hiroto"), ("さくら", "sakura"), ("健", "ken"), ("美咲", "misaki"), ("悠真", "yuma"), ("葵", "aoi"), ("翔太", "shota")],
        family: &[("佐藤", "sato"), ("鈴木", "suzuki"), ("高橋", "takahashi"), ("田中", "tanaka"), ("伊藤", "ito"), ("渡辺", "watanabe"), ("山本", "yamamoto"), ("中村", "nakamura"), ("小林", "kobayashi"), ("加藤", "kato")] },
    Office { zone: Tz::Asia__Kolkata, share: 10, europe: false, weekend: SAT_SUN, family_first: false,
        given: &[("अनन्या", "ananya"), ("Arjun", "arjun"), ("Diya", "diya"), ("रोहन", "rohan"), ("Ishaan", "ishaan"), ("Kavya", "kavya"), ("Lakshmi", "lakshmi"), ("Vikram", "vikram"), ("Neha", "neha"), ("सिद्धार्थ", "siddharth"), ("Aditi", "aditi"), ("Rahul", "rahul")],
        family: &[("Sharma", "sharma"), ("Iyer", "iyer"), ("Reddy", "reddy"), ("Banerjee", "banerjee"), ("Gupta", "gupta"), ("Nair", "nair"), ("Kulkarni", "kulkarni"), ("Chatterjee", "chatterjee"), ("Mehta", "mehta"), ("Rao", "rao"), ("Das", "das"), ("Menon", "menon")] },
];
