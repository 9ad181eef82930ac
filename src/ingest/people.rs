//! A directory's people as CSV (D6): `id, email, name, department, team, role, invited_at, first_login_at, seat`.

use super::names::Terms;
use super::records::{Next, Records};
use super::{Format, IngestError, Tally, encoding, sniff, values};
use crate::model::directory::Person;
use crate::model::{Directory, TimeUs};
use crate::protocol::LoadOptions;

const HEADERS: [&str; 9] = [
    "id",
    "email",
    "name",
    "department",
    "team",
    "role",
    "invited_at",
    "first_login_at",
    "seat",
];
/// Tables of events may have the others.
const TELLING: [&str; 5] = ["department", "role", "invited_at", "first_login_at", "seat"];
const DIRECTORY_VERSION: u32 = 1;

/// Do these headers say people? (A table with a time never gets here.)
pub fn is_directory(headers: &[String]) -> bool {
    let has = |name: &&str| place(headers, name).is_some();
    ["id", "email"].iter().any(has) && TELLING.iter().any(has)
}

fn place(headers: &[String], name: &str) -> Option<usize> {
    headers
        .iter()
        .position(|header| header.eq_ignore_ascii_case(name))
}

/// Reads the people. Rows without an id and an e-mail are set aside.
pub fn read(bytes: &[u8]) -> Result<(Directory, Tally), IngestError> {
    let options = LoadOptions::default();
    let text = encoding::of_table(bytes);
    let table = sniff::sniff(text.bytes(), &Terms::new(&options))
        .ok_or(IngestError::Internal(Format::DirectoryCsv))?;
    let places = HEADERS.map(|name| place(&table.headers, name));
    let mut tally = Tally::default();
    if text.was_windows() {
        tally.note(encoding::WAS_WINDOWS);
    }
    let mut people = Vec::new();
    let mut records = Records::of(&text, table.start, table.separator);
    let _ = records.read(None);
    loop {
        let (line, result) = match records.read(Some(table.headers.len())) {
            Next::End => break,
            Next::Bad(reason, line) => (line, Err(reason)),
            Next::Row(row) => {
                let cells = places.map(|place| {
                    let cell = place.map(|place| row.cell(place).trim());
                    cell.filter(|cell| !cell.is_empty())
                });
                (row.line, person(cells, &mut tally))
            }
        };
        tally.rows_read += 1;
        match result {
            Ok(person) => people.push(person),
            Err(reason) => tally.set_aside(reason, || format!("line {line}")),
        }
    }
    let directory = Directory {
        version: DIRECTORY_VERSION,
        people,
        ..Directory::default()
    };
    Ok((directory, tally))
}

fn person(
    cells: [Option<&str>; HEADERS.len()],
    tally: &mut Tally,
) -> Result<Person, values::Reason> {
    let [
        id,
        email,
        name,
        department,
        team,
        role,
        invited,
        first_login,
        seat,
    ] = cells;
    let mut time = |cell: Option<&str>| -> Result<Option<TimeUs>, values::Reason> {
        cell.map(|cell| values::time(&values::Raw::Text(cell.into()), None, tally))
            .transpose()
    };
    let owned = |cell: Option<&str>| cell.map(str::to_owned);
    Ok(Person {
        id: owned(id.or(email)).ok_or("There is neither an id nor an e-mail.")?,
        invited_at: time(invited)?,
        first_login_at: time(first_login)?,
        email: owned(email),
        name: owned(name),
        department: owned(department),
        team: owned(team),
        role: owned(role),
        seat: match seat.map(str::to_ascii_lowercase).as_deref() {
            None | Some("true" | "1" | "yes" | "y") => true,
            Some("false" | "0" | "no" | "n") => false,
            Some(_) => return Err("The seat is neither true nor false."),
        },
    })
}
