//! The formats for programs: JSON lines, which keep the words as they came, and CSV after RFC 4180, which is made safe for
//! spreadsheets. Both are made of the same rows, whose names are stable.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::Value;

use crate::text::{json_line, neutral};

/// What ends a row of CSV.
const END: &[u8] = b"\r\n";

/// Writes a row as JSON.
pub(super) fn jsonl(row: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(json_line(row)?.as_bytes())
}

/// Writes the header of a table.
pub(super) fn head(columns: &[&str], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(columns.join(",").as_bytes())?;
    out.write_all(END)
}

/// Writes a row of a table: those of its fields that are columns.
pub(super) fn csv(row: &impl Serialize, columns: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let row = serde_json::to_value(row)?;
    let cells: Vec<String> = columns.iter().map(|name| cell(&row[*name])).collect();
    out.write_all(cells.join(",").as_bytes())?;
    out.write_all(END)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(&guarded(text)),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            quoted(&guarded(&texts.join("; ")))
        }
        Value::Array(_) | Value::Object(_) => quoted(&guarded(&value.to_string())),
    }
}

/// Text that a spreadsheet takes for text: one that would begin a formula gets a `'` before it.
fn guarded(text: &str) -> Cow<'_, str> {
    let clean = neutral(text);
    let first = clean.trim_start().chars().next();
    let formula = matches!(first, Some('=' | '+' | '-' | '@')) || text.starts_with(['\t', '\r']);
    if formula {
        Cow::Owned(format!("'{clean}"))
    } else {
        clean
    }
}

fn quoted(text: &str) -> String {
    let plain = !text.contains([',', '"', '\r', '\n']) && text.trim() == text;
    if plain {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('"', "\"\""))
    }
}
