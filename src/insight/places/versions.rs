//! Versions of clients: which is the newest, and who is on an older one (C1).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::super::frame::Frame;
use super::super::parts::Part;
use super::super::table::{count, known, metrics, names, ratio, table, text};
use super::workspaces::taken;
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable};

/// So many people on older versions are told.
const TOLD_MAX: usize = 500;

/// Columns of a version that are taken as they are.
const TAKEN: [&str; 6] = [
    "executions",
    "users",
    "success_rate",
    "success_rate_low",
    "success_rate_high",
    "last_used",
];

/// Which of two versions came later, by the numbers between their points: 1.10.0 is newer than 1.9.3, and 2.1 is 2.1.0.
/// Of equal numbers one with more to it (2.0.0-beta, 2.0.0rc1) came before the plain one.
pub fn release_order(one: &str, other: &str) -> Ordering {
    let (a, rest_a) = numbers(one);
    let (b, rest_b) = numbers(other);
    let at = |numbers: &[u128], at: usize| numbers.get(at).copied().unwrap_or(0);
    let longest = a.len().max(b.len());
    (0..longest)
        .map(|position| at(&a, position).cmp(&at(&b, position)))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| match (rest_a.is_empty(), rest_b.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => rest_a.cmp(rest_b),
        })
}

/// The numbers that a version begins with, and what follows them. A number beyond all bounds is the greatest there is.
fn numbers(version: &str) -> (Vec<u128>, &str) {
    let mut rest = version.trim();
    rest = rest.strip_prefix(['v', 'V']).unwrap_or(rest);
    let mut numbers = Vec::new();
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return (numbers, rest);
        }
        let (number, after) = rest.split_at(digits);
        numbers.push(number.parse().unwrap_or(u128::MAX));
        let Some(next) = after.strip_prefix('.') else {
            return (numbers, after);
        };
        rest = next;
    }
}

/// The versions of each client in a part by client and version, newest first.
fn by_client(part: &Part) -> BTreeMap<&str, Vec<&str>> {
    let mut clients: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in 0..part.table.rows.len() {
        if let (Some(client), Some(version)) = (part.text(row, 0), part.text(row, 1)) {
            clients.entry(client).or_default().insert(version);
        }
    }
    clients
        .into_iter()
        .map(|(client, versions)| {
            let mut versions: Vec<&str> = versions.into_iter().collect();
            versions.sort_by(|a, b| release_order(b, a));
            (client, versions)
        })
        .collect()
}

/// One row a version, by client and newest first.
pub fn client_versions(parts: &[Part], frame: &Frame) -> ResultTable {
    let [versions] = parts else {
        return ResultTable::default();
    };
    let mut row_of: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in 0..versions.table.rows.len() {
        if let (Some(client), Some(version)) = (versions.text(row, 0), versions.text(row, 1)) {
            row_of.insert((client, version), row);
        }
    }
    let mut rows = Vec::new();
    for (client, newest_first) in by_client(versions) {
        for (behind, version) in (0..).zip(newest_first) {
            let row = row_of.get(&(client, version)).copied();
            let mut cells = vec![
                text(version),
                text(client),
                known(versions.is_whole, count(behind)),
            ];
            cells.extend(TAKEN.map(|column| versions.cell(row, column)));
            rows.push(cells);
        }
    }
    let mut columns = vec![
        names("client_version", "Client version"),
        names("client", "Client"),
    ];
    columns.extend(metrics(&[MetricId::VersionsBehind]));
    columns.extend(taken(versions, &TAKEN));
    table(frame, columns, rows, versions.table.events)
}

/// What a person used of a client: the newest version, its executions and last use.
struct Use<'a> {
    client: &'a str,
    person: &'a str,
    version: &'a str,
    executions: u64,
    last_used: Cell,
}

/// The newest version that each person used of each client, by client and person.
fn uses(people: &Part) -> Vec<Use<'_>> {
    let mut newest: BTreeMap<(&str, &str), (&str, usize)> = BTreeMap::new();
    for row in 0..people.table.rows.len() {
        let texts = [0, 1, 2].map(|at| people.text(row, at));
        let [Some(client), Some(version), Some(person)] = texts else {
            continue;
        };
        let is_active =
            people.count(row, MetricId::Users) > 0 || people.count(row, MetricId::Executions) > 0;
        if !is_active {
            continue;
        }
        let held = newest.entry((client, person)).or_insert((version, row));
        if release_order(version, held.0).is_gt() {
            *held = (version, row);
        }
    }
    newest
        .into_iter()
        .map(|((client, person), (version, row))| Use {
            client,
            person,
            version,
            executions: people.count(row, MetricId::Executions),
            last_used: people.cell(Some(row), MetricId::LastUsed.id()),
        })
        .collect()
}

/// One row a client: how many of its people did not use its newest version. No rows where hours do not tell versions
/// or people.
pub fn older_versions(parts: &[Part], frame: &Frame) -> ResultTable {
    let [people] = parts else {
        return ResultTable::default();
    };
    let mut rows = Vec::new();
    if people.is_whole {
        let uses = uses(people);
        for (client, versions) in by_client(people) {
            let of_client = || uses.iter().filter(|one| one.client == client);
            let all = of_client().count() as u64;
            let older = of_client().filter(|one| one.version != versions[0]);
            let older = older.count() as u64;
            rows.push(vec![
                text(client),
                text(versions[0]),
                count(all),
                count(older),
                ratio(older, all),
            ]);
        }
    }
    rows.sort_by(|a, b| {
        b[3].number()
            .unwrap_or(0.0)
            .total_cmp(&a[3].number().unwrap_or(0.0))
    });
    let mut columns = vec![names("client", "Client")];
    columns.extend(metrics(&[
        MetricId::NewestVersion,
        MetricId::Users,
        MetricId::OlderVersionUsers,
        MetricId::OlderVersionShare,
    ]));
    table(frame, columns, rows, people.table.events)
}

/// Who they are, with the newest version that each used; those with the most executions on it first.
pub fn people_on_older_versions(parts: &[Part], frame: &Frame) -> ResultTable {
    let [people] = parts else {
        return ResultTable::default();
    };
    let versions = by_client(people);
    let mut older: Vec<Use> = uses(people);
    older.retain(|one| people.is_whole && versions[one.client][0] != one.version);
    older.sort_by_key(|one| std::cmp::Reverse(one.executions));
    let groups = older.len() as u64;
    older.truncate(TOLD_MAX);
    let row = |one: Use| {
        let newest = versions[one.client][0];
        vec![
            text(one.person),
            text(one.client),
            text(one.version),
            text(newest),
            count(one.executions),
            one.last_used,
        ]
    };
    let mut columns = vec![
        names("user", "Person"),
        names("client", "Client"),
        names("client_version", "Client version"),
    ];
    columns.extend(metrics(&[
        MetricId::NewestVersion,
        MetricId::Executions,
        MetricId::LastUsed,
    ]));
    ResultTable {
        groups,
        ..table(
            frame,
            columns,
            older.into_iter().map(row).collect(),
            people.table.events,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::release_order;
    use std::cmp::Ordering;

    #[test]
    fn versions_go_by_their_numbers_and_a_preview_comes_before_its_release() {
        let ascending = [
            "",
            "0.9",
            "1.9.3",
            "1.10.0",
            "2.0.0-beta",
            "2.0.0",
            "v2.0.1",
            "2026.1",
            "2026.1.3",
            "99999999999999999999999999999999999999999.1",
        ];
        for (at, one) in ascending.iter().enumerate() {
            for (other_at, other) in ascending.iter().enumerate() {
                assert_eq!(
                    release_order(one, other),
                    at.cmp(&other_at),
                    "{one} {other}"
                );
            }
        }
        assert_eq!(release_order("2.1", "2.1.0"), Ordering::Equal);
    }
}
