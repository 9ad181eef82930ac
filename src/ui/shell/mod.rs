//! The frame around every page: brand, navigation, theme, headings.

mod freshness;
mod header;
mod heading;
mod not_found;
mod offline;
mod theme;

pub use header::Header;
pub use heading::PageHeading;
pub use not_found::NotFound;
pub use offline::{FileHeader, FileNote};
