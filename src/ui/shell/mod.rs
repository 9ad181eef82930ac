//! The frame around every page: brand, navigation, theme, headings.

mod freshness;
mod header;
mod heading;
mod theme;

pub use header::Header;
pub use heading::PageHeading;
