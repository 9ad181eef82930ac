//! One module a page. Pages don't name each other.

mod dashboard;
mod data;
mod glossary;

pub use dashboard::{DashboardPage, FileDashboard};
pub use data::{DataPage, FileIntake, MappingDialog};
pub use glossary::GlossaryPage;
