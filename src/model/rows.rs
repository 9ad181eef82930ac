//! Which rows of a result table are shown, and in which order.

use std::cmp::Ordering;

use super::{Cell, ResultTable};

/// By which column, and which way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorting {
    pub column: String,
    pub descending: bool,
}

/// What a click on a heading leads to: one way, the other way, the order of the answer. Numbers begin with the greatest.
pub fn next(sorting: Option<&Sorting>, column: &str, is_number: bool) -> Option<Sorting> {
    match sorting.filter(|sorting| sorting.column == column) {
        None => Some(Sorting {
            column: column.to_owned(),
            descending: is_number,
        }),
        Some(sorting) if sorting.descending == is_number => Some(Sorting {
            column: column.to_owned(),
            descending: !is_number,
        }),
        Some(_) => None,
    }
}

/// Positions of the rows in which some text contains what is searched, ordered.
pub fn order(table: &ResultTable, sorting: Option<&Sorting>, search: &str) -> Vec<usize> {
    let wanted = search.trim().to_lowercase();
    let found = |row: &[Cell]| {
        let mut texts = row.iter().filter_map(Cell::text);
        wanted.is_empty() || texts.any(|text| text.to_lowercase().contains(&wanted))
    };
    let rows = table.rows.iter().enumerate();
    let order: Vec<usize> = rows
        .filter(|(_, row)| found(row))
        .map(|(at, _)| at)
        .collect();
    let sorting = sorting
        .and_then(|sorting| Some((table.column_index(&sorting.column)?, sorting.descending)));
    if let Some((column, descending)) = sorting {
        // Stable: ties stay in the order of the answer.
        let mut keyed: Vec<(Key, usize)> = order
            .into_iter()
            .map(|row| (Key::of(table.rows[row].get(column)), row))
            .collect();
        keyed.sort_by(|(a, _), (b, _)| compare(a, b, descending));
        return keyed.into_iter().map(|(_, row)| row).collect();
    }
    order
}

/// What a row is sorted by.
enum Key {
    Missing,
    Number(f64),
    /// In small letters.
    Text(String),
    /// "new" is more than any change.
    New,
}

impl Key {
    fn of(cell: Option<&Cell>) -> Self {
        match cell {
            None | Some(Cell::Null) => Self::Missing,
            Some(Cell::New) => Self::New,
            Some(Cell::Text(text)) => Self::Text(text.to_lowercase()),
            Some(cell) => cell.number().map_or(Self::Missing, Self::Number),
        }
    }
}

/// Missing values stand last, whichever way the order goes.
fn compare(a: &Key, b: &Key, descending: bool) -> Ordering {
    let order = match (a, b) {
        (Key::Missing, Key::Missing) => return Ordering::Equal,
        (Key::Missing, _) => return Ordering::Greater,
        (_, Key::Missing) => return Ordering::Less,
        (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
        (Key::Text(a), Key::Text(b)) => a.cmp(b),
        (Key::New, Key::New) => Ordering::Equal,
        (Key::New, _) => Ordering::Greater,
        (_, Key::New) => Ordering::Less,
        _ => Ordering::Equal,
    };
    if descending { order.reverse() } else { order }
}

#[cfg(test)]
mod tests {
    use super::{Sorting, next, order};
    use crate::model::{Cell, ResultTable, TableColumn, Unit};

    fn table() -> ResultTable {
        let column = |name: &str, unit| TableColumn {
            name: name.into(),
            metric: name.into(),
            label: name.into(),
            unit,
            exact: true,
            error: 0.0,
        };
        let row = |name: &str, change: Cell| vec![Cell::Text(name.into()), change];
        ResultTable {
            columns: vec![column("name", Unit::Text), column("change", Unit::Change)],
            rows: vec![
                row("Zoë", Cell::Float(0.5)),
                row("ada", Cell::Null),
                row("Bo", Cell::New),
                row("cy", Cell::Float(-0.5)),
            ],
            ..ResultTable::default()
        }
    }

    fn sorted(column: &str, descending: bool) -> Vec<usize> {
        let column = column.to_owned();
        order(&table(), Some(&Sorting { column, descending }), "")
    }

    #[test]
    fn missing_values_stand_last_either_way_and_new_is_more_than_any_change() {
        assert_eq!(sorted("change", true), [2, 0, 3, 1]);
        assert_eq!(sorted("change", false), [3, 0, 2, 1]);
        assert_eq!(sorted("name", false), [1, 2, 3, 0]);
        assert_eq!(sorted("no such column", true), [0, 1, 2, 3]);
    }

    #[test]
    fn what_is_typed_is_found_in_any_letters() {
        assert_eq!(order(&table(), None, " BO "), [2]);
        assert_eq!(order(&table(), None, "zoë"), [0]);
        assert!(order(&table(), None, "nobody").is_empty());
    }

    #[test]
    fn a_third_click_gives_the_order_of_the_answer_back() {
        let first = next(None, "change", true);
        assert!(first.as_ref().is_some_and(|sorting| sorting.descending));
        let second = next(first.as_ref(), "change", true);
        assert!(second.as_ref().is_some_and(|sorting| !sorting.descending));
        assert_eq!(next(second.as_ref(), "change", true), None);
    }
}
