//! Owns: the question a person asks (range, comparison, filters, zone), its URL form, and the queries each widget
//! makes of it. Does not own: data, or how a query is answered (`engine`).

mod advice;
pub mod buckets;
pub mod derived;
pub mod dimension;
pub mod embed;
pub mod people;
pub mod period;
pub mod places;
pub mod question;
pub mod range;
pub mod request;
mod typed;
pub mod url;
pub mod widgets;

pub use derived::DerivedTable;
pub use dimension::Dimension;
pub use people::PeopleTable;
pub use period::{Comparison, Period};
pub use places::PlaceTable;
pub use question::{Clause, Question};
pub use range::{CompareSpec, RangeSpec};
pub use request::{AskContext, OrderBy, Query};
