//! Values as columns hold them. Times are microseconds since 1970, which hold every [`Timestamp`].

use jiff::Timestamp;
use rusqlite::{
    Error, Row, ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Type, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::event::{Generation, Seq, Uid};

impl ToSql for Seq {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        counted(self.0)
    }
}

impl FromSql for Seq {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        count(value).map(Self)
    }
}

impl ToSql for Generation {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        counted(self.0)
    }
}

impl FromSql for Generation {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        count(value).map(Self)
    }
}

/// SQLite's integers have a sign.
fn counted(count: u64) -> rusqlite::Result<ToSqlOutput<'static>> {
    i64::try_from(count)
        .map(ToSqlOutput::from)
        .map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

fn count(value: ValueRef<'_>) -> FromSqlResult<u64> {
    let number = value.as_i64()?;
    u64::try_from(number).map_err(|_| FromSqlError::OutOfRange(number))
}

/// A time as a column value.
pub(super) fn micros(time: Timestamp) -> i64 {
    as_kept(time).as_microsecond()
}

/// A time with the precision that is kept, so that what is published equals what is read later.
pub(super) fn as_kept(time: Timestamp) -> Timestamp {
    // The last second of the year 9999 has no microseconds in jiff.
    Timestamp::from_microsecond(time.as_microsecond())
        .or_else(|_| Timestamp::from_second(time.as_second()))
        .unwrap_or(time)
}

/// A time column.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    from_micros(row.get(column)?, column)
}

/// A time column that may be NULL.
pub(super) fn maybe_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let micros: Option<i64> = row.get(column)?;
    micros.map(|micros| from_micros(micros, column)).transpose()
}

fn from_micros(micros: i64, column: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Integer, error.into()))
}

/// A uid column.
pub(super) fn uid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uid> {
    parse_uid(row.get_ref(column)?.as_str()?, column)
}

/// A uid column that may be NULL.
pub(super) fn maybe_uid(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Uid>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| parse_uid(text, column)).transpose()
}

fn parse_uid(text: &str, column: usize) -> rusqlite::Result<Uid> {
    Uid::parse(text)
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

/// A column of JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    parse_json(row.get_ref(column)?.as_str()?, column)
}

/// A column of JSON that may be NULL.
pub(super) fn maybe_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| parse_json(text, column)).transpose()
}

fn parse_json<T: DeserializeOwned>(text: &str, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

/// JSON as a column value.
pub(super) fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| Error::ToSqlConversionFailure(error.into()))
}
