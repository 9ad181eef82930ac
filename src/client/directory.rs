//! The directory all workers share, and who of an opened table was not in it.
//!
//! Owns: giving it to the workers, merging tables of people. Does not own: how people meet (`model::directory`).
//! Privacy: who matched nobody is for the Data page; warnings say only how many.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::pool::{Inner, Pool};
use crate::model::{Directory, Warning};
use crate::protocol::Request;

/// People of an opened table who matched nobody in the directory that was held, and were added to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// The name of the table.
    pub source: String,
    /// Their ids, in the order of the table.
    pub people: Vec<String>,
}

impl Pool {
    /// Replaces the directory everywhere.
    pub fn set_directory(&self, directory: Option<Directory>) {
        self.0.borrow_mut().set_directory(directory);
        self.changed();
    }

    pub fn directory(&self) -> Option<Arc<Directory>> {
        self.0.borrow().directory.clone()
    }

    pub fn unmatched(&self) -> Vec<Unmatched> {
        self.0.borrow().unmatched.clone()
    }
}

impl Inner {
    /// A directory that was opened: in the place of the one that is held, or its people into that one.
    pub fn join_directory(&mut self, source: String, directory: Directory) {
        let held = self.directory.as_deref().cloned();
        let (joined, people) = Directory::joined(held, directory);
        // Whoever was added before is still in it, unless this one took its place.
        let index = joined.people_index();
        let mut unmatched = std::mem::take(&mut self.unmatched);
        for table in &mut unmatched {
            table
                .people
                .retain(|person| index.contains_key(&person.to_lowercase()));
        }
        unmatched.push(Unmatched { source, people });
        unmatched.retain(|table| !table.people.is_empty());
        self.set_directory(Some(joined));
        self.unmatched = unmatched;
    }

    pub fn set_directory(&mut self, directory: Option<Directory>) {
        self.send_all(&Request::SetDirectory(directory.clone()));
        self.directories += 1;
        self.directory = directory.map(Arc::new);
        self.unmatched.clear();
    }

    /// What has to be said about it with every answer.
    pub fn directory_warnings(&self) -> impl Iterator<Item = Warning> {
        self.unmatched
            .iter()
            .filter_map(|table| Directory::unmatched(&table.source, table.people.len()))
    }
}
