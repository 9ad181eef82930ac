//! The question as a URL's query string, and back.

use super::Question;
use crate::model::Warning;

/// The query string without `?`: readable, and only what differs from `defaults`.
/// `range=7d&compare=year&tool=a,b&not.user=x&tool@top-tools=c&zone=Europe/Berlin&week=sunday&now=2026-11-01T00:00:00Z`
pub fn format(_question: &Question, _defaults: &Question) -> String {
    String::new()
}

/// Reads [`format`]'s form. What is unknown or unreadable degrades to the default and leaves a warning (Q6).
pub fn parse(_query: &str, defaults: &Question) -> (Question, Vec<Warning>) {
    (defaults.clone(), Vec::new())
}
