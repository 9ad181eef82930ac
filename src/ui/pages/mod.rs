//! One module a page. Pages don't name each other.

mod data;
mod executive;
mod not_found;

pub use data::{DataPage, FileIntake, MappingDialog};
pub use executive::ExecutivePage;
pub use not_found::NotFound;

/// Where `/` leads.
pub const fn home() -> &'static str {
    "/executive"
}
