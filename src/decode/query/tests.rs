use proptest::prelude::*;

use super::*;

fn pairs(raw: &str) -> Vec<(String, String)> {
    parse(raw).pairs
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn the_forms_of_every_era_are_read_alike() {
    let (key, uid) = (pair("key", "S"), pair("uid", "U"));
    let rate = pair("sample_rate", "16000");
    assert_eq!(pairs("key=S?uid=U"), [key.clone(), uid.clone()]);
    assert_eq!(pairs("key=S&uid=U"), [key.clone(), uid.clone()]);
    let sound = [key, rate, uid];
    assert_eq!(pairs("key=S?sample_rate=16000&uid=U"), sound);
    assert_eq!(pairs("key=S&sample_rate=16000&uid=U"), sound);
    assert_eq!(pairs(""), []);
}

#[test]
fn only_a_mark_before_a_senders_name_is_repaired() {
    assert!(parse("key=S?uid=U").repaired);
    assert!(parse("?uid=U").repaired);
    for sound in [
        "key=S&uid=U",
        "key=what?now&uid=U",
        "key=S%3Fuid=U",
        "key=S?uids=U",
        "key=S?uid",
    ] {
        assert!(!parse(sound).repaired, "{sound}");
    }
    assert_eq!(pairs("key=p%3Fq%2Br%2Fs+t")[0], pair("key", "p?q+r/s t"));
}

#[test]
fn the_senders_uid_is_the_last_and_the_users_key_the_first() {
    let query = parse("key=S&uid=mine?uid=U&key=other");
    assert_eq!(
        (query.first("key"), query.last("uid")),
        (Some("S"), Some("U"))
    );
    assert_eq!(query.first("no such"), None);
}

#[test]
fn a_key_is_offered_repaired_and_as_it_stands() {
    for (raw, keys) in [
        ("key=S&uid=U", vec!["S"]),
        ("key=S?uid=U", vec!["S", "S?uid=U"]),
        (
            "key=S?sample_rate=16000&uid=U",
            vec!["S", "S?sample_rate=16000"],
        ),
        ("key=what?now?uid=U", vec!["what?now", "what?now?uid=U"]),
        ("key=S%3Fuid=x&uid=U", vec!["S?uid=x"]),
        ("uid=U", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(key_candidates(raw), keys, "{raw}");
    }
}

#[test]
fn a_masked_query_keeps_all_but_the_key() {
    for (raw, shown) in [
        ("key=S&uid=U", "key=***&uid=U"),
        ("key=S?uid=U", "key=***?uid=U"),
        (
            "key=S?sample_rate=16000&uid=U",
            "key=***?sample_rate=16000&uid=U",
        ),
        ("uid=U&key=S&key=T", "uid=U&key=***&key=***"),
        ("uid=U&KEY=S", "uid=U&key=***"),
        ("%6B%65y=S&uid=U", "key=***&uid=U"),
        ("key%3DS&uid=U", "key=***&uid=U"),
        ("key=p?q=r;s&uid=U", "key=***&uid=U"),
        ("uid=U?key=S", "uid=U?key=***"),
        ("monkey=S&keys=T&uid=U", "monkey=S&keys=T&uid=U"),
        ("", ""),
    ] {
        assert_eq!(masked(raw), shown, "{raw}");
    }
}

#[test]
fn what_may_belong_to_the_key_is_masked_with_it() {
    assert_eq!(masked("key=S?uid=x&uid=U"), "key=***&uid=U");
    assert_eq!(masked("key=S?uid=x?uid=U"), "key=***");
}

#[test]
fn keys_stood_only_where_a_key_can_stand() {
    let cases: [(&str, &[&str]); 7] = [
        ("key=***&uid=U", &["key=", "&uid=U"]),
        ("uid=U&key=***?uid=U", &["uid=U&key=", "?uid=U"]),
        ("key=***&key=***", &["key=", "&key=", ""]),
        ("monkey=***&x=***", &["monkey=***&x=***"]),
        ("key=****&x=key=***", &["key=****&x=key=***"]),
        ("***", &["***"]),
        ("", &[""]),
    ];
    for (masked, parts) in cases {
        assert_eq!(around_keys(masked), parts, "{masked}");
    }
}

/// A secret that no other part of a query can hold by chance, with all that is hard in a query.
fn secret() -> impl Strategy<Value = String> {
    r"[?&=+%;/ aé]{0,6}(\?uid=|\?sample_rate=|&uid=)?[?&=+%;/ aé]{0,6}"
        .prop_map(|odd| format!("QX{odd}XQ"))
}

proptest! {
    #[test]
    fn nothing_of_an_encoded_key_survives_masking(secret in secret(), name in "(k|K|%6b)ey", mark in "[?&]") {
        let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let raw = format!("a=1&{name}={encoded}{mark}uid=U");
        prop_assert!(!masked(&raw).contains(['Q', 'X']), "{}", masked(&raw));
        if name == "key" {
            prop_assert!(key_candidates(&raw).contains(&secret));
        }
    }

    #[test]
    fn nothing_of_a_key_with_bare_marks_survives_masking(secret in secret(), mark in "[?&]") {
        let bare = secret.replace(['&', '%', '+'], "");
        let raw = format!("key={bare}{mark}uid=U");
        prop_assert!(!masked(&raw).contains(['Q', 'X']), "{}", masked(&raw));
    }

    #[test]
    fn any_text_is_a_query(raw in any::<String>()) {
        let _ = (parse(&raw), key_candidates(&raw), masked(&raw));
    }

    #[test]
    fn no_candidate_for_the_key_is_shown(raw in "[ky=&?;%]{0,4}(key|%6bey)=[QX?=;%]{3,9}(\\?uid=U|&uid=U|\\?sample_rate=8)?[&=?]{0,2}") {
        let shown = masked(&raw);
        for key in key_candidates(&raw).iter().filter(|key| key.contains(['Q', 'X'])) {
            prop_assert!(!shown.contains(key.as_str()), "{raw} is shown as {shown}");
        }
    }
}
