//! What a reader of an outline sees.

use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ui::{
    Context, Glyphs, TimeStyle,
    action::Step,
    theme::{Depth, Theme},
};

const KEY: &str = "not-for-your-eyes";

fn context() -> Context {
    Context {
        keymap: std::sync::Arc::default(),
        blur: false,
        theme: Theme::dark(Depth::Many),
        glyphs: Glyphs::unicode(),
        time_zone: TimeZone::UTC,
        now: Timestamp::UNIX_EPOCH,
        time_style: TimeStyle::default(),
        wrap: true,
    }
}

fn outline() -> Outline {
    Outline::new(Arc::new(crate::secret::Secret::new(KEY.to_owned()).into()))
}

fn reader(outline: Outline, width: usize) -> Reader {
    let mut reader = Reader::new(outline.finish("look elsewhere"));
    reader.lay_out(width, true);
    reader
}

fn rows(reader: &Reader) -> Vec<String> {
    let lines = reader.lines(0..reader.len(), true, &context());
    let row = |line: &ratatui::text::Line<'_>| line.to_string().trim_end().to_owned();
    lines.iter().map(row).collect()
}

fn of_json(value: &serde_json::Value) -> Outline {
    let mut outline = outline();
    outline.open("Body", "", false);
    outline.json(value);
    outline.close();
    outline.put("", Tone::Plain, "after it");
    outline
}

#[test]
fn json_folds_where_the_user_is() {
    let value = json!({"a": [1, "two\n"], "b": {}, "c": null});
    let mut reader = reader(of_json(&value), 40);
    let open = [
        "▌▾ Body",
        "   ▾ {",
        "     ▾ \"a\": [",
        "         1,",
        "         \"two\\n\"",
        "       ],",
        "       \"b\": {},",
        "       \"c\": null",
        "     }",
        "   after it",
    ];
    assert_eq!(rows(&reader), open);
    reader.step(Step::Down(2), 9);
    assert_eq!(reader.open(), None);
    assert_eq!(
        rows(&reader)[2..4],
        ["▌    ▸ \"a\": [ 2 … ],", "       \"b\": {},"]
    );
    reader.step(Step::First, 9);
    reader.open();
    assert_eq!(rows(&reader), ["▌▸ Body", "   after it"]);
}

#[test]
fn of_much_json_the_depths_are_folded_at_first() {
    let item = json!({"text": "words", "start": 1.5});
    let value = json!({"segments": vec![item; 40]});
    let rows = rows(&reader(of_json(&value), 60));
    assert_eq!(rows.len(), 46);
    assert_eq!(rows[3], "       ▸ { 2 … },");
}

#[test]
fn what_is_looked_for_is_found_in_what_is_folded_and_round_the_end() {
    let value = json!({"a": {"deep": ["Needle", "hay"]}, "b": "needle"});
    let mut reader = reader(of_json(&value), 40);
    reader.open();
    assert_eq!(rows(&reader).len(), 2);
    assert!(reader.find("nEEdle"));
    let here = |reader: &Reader| {
        let rows = rows(reader);
        let here = rows.iter().find(|row| row.starts_with('▌'));
        here.map(|row| row.trim_matches(['▌', ' ', ',']).to_owned())
    };
    assert_eq!(here(&reader).as_deref(), Some("\"Needle\""));
    for (by, expected) in [
        (1, "\"b\": \"needle\""),
        (1, "\"Needle\""),
        (-1, "\"b\": \"needle\""),
    ] {
        assert!(reader.next_match(by));
        assert_eq!(here(&reader).as_deref(), Some(expected));
    }
    assert!(!reader.find("no such"));
}

#[test]
fn long_texts_go_on_under_themselves_and_columns_do_not() {
    let mut outline = outline();
    outline.put("name: ", Tone::Plain, "one two three four");
    outline.put("", Tone::Fixed, "0000  01 02 03 04 05 06");
    let rows = rows(&reader(outline, 20));
    assert_eq!(
        rows,
        [
            "▌  name: one two",
            "         three four",
            "   0000  01 02 03 0…"
        ]
    );
}

#[test]
fn whatever_was_sent_the_outline_is_small_and_says_so() {
    let item = json!({"text": "word ".repeat(2000)});
    let reader = reader(of_json(&json!(vec![item; 1000])), 80);
    let rows = rows(&reader);
    assert!(rows.len() < 6000, "{}", rows.len());
    assert!(rows.last().unwrap().contains("look elsewhere"), "{rows:?}");
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    super::tests::reader(of_json(&deep), 20);
}

#[test]
fn the_key_is_nowhere() {
    let mut outline = of_json(&json!({KEY: [KEY, format!("x{KEY}\"")]}));
    outline.put(KEY, Tone::Plain, KEY);
    outline.link(KEY, KEY, Seq(1));
    outline.open(KEY, KEY, false);
    outline.close();
    let rows = rows(&reader(outline, 200)).join("\n");
    assert!(!rows.contains(KEY), "{rows}");
    assert!(rows.contains("***"));
}

proptest! {
    #[test]
    fn nothing_from_outside_breaks_it(
        texts in prop::collection::vec(any::<String>(), 1..6),
        width in 0_usize..60,
        word in "[a-zß]{1,3}",
        steps in prop::collection::vec(0_usize..40, 0..8),
    ) {
        let mut outline = of_json(&json!({ texts[0].clone(): texts.clone() }));
        outline.wave(texts[0].as_bytes().into());
        for text in &texts {
            outline.put(text, Tone::Plain, text);
            outline.put("", Tone::Fixed, text);
        }
        let mut reader = reader(outline, width);
        for step in steps {
            reader.step(Step::Down(step), 5);
            reader.open();
            reader.find(&word);
            reader.next_match(-1);
            let seen = reader.visible(5);
            prop_assert!(seen.len() <= 5 && seen.end <= reader.len());
            for row in rows(&reader) {
                prop_assert!(!row.chars().any(char::is_control), "{row:?}");
            }
        }
    }
}
