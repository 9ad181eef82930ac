//! One module a page. Pages don't name each other.

mod dashboard;
mod data;
mod embed;
mod glossary;

pub use dashboard::{DashboardPage, FileDashboard};
pub use data::{DataPage, FileIntake, MappingDialog};
pub use embed::EmbedPage;
pub use glossary::GlossaryPage;
