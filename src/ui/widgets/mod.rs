//! A widget is a query, a chart function and a table. This module is the frame that all share.
//!
//! Owns: the card, its states, its views, its exports. Does not own: queries (`query::widgets`), numbers, drawings
//! (`charts`).

mod card;
mod changes;
mod embed;
mod explain;
mod export;
mod figure;
mod filter;
mod findings;
mod funnel;
mod heat;
mod heatmap;
mod legend;
mod matrix;
mod multiples;
mod ranking;
mod sentence;
mod series;
mod slope;
mod table;
mod tiles;
mod trend;
mod triangle;
mod words;

pub use card::Widget;
pub use embed::{EmbedButton, EmbedDialog};
pub use export::file_name;
