//! Owns: the pool of data workers: starting them, giving sources out, asking, cancelling, replacing the fallen, lending
//! them to other pages of the origin; how files with the same header were read before.
//! Does not own: rows, or how anything is computed; it never names the engine.

pub mod assign;
pub mod remembered;
pub mod slices;

#[cfg(feature = "client")]
mod asks;
#[cfg(feature = "client")]
mod directory;
#[cfg(feature = "client")]
mod loading;
#[cfg(feature = "client")]
mod manifest;
#[cfg(feature = "client")]
mod pool;
#[cfg(feature = "client")]
mod room;
#[cfg(feature = "client")]
mod row_stream;
#[cfg(feature = "client")]
mod rows;
#[cfg(feature = "client")]
mod shared;
#[cfg(feature = "client")]
mod sources;
#[cfg(feature = "client")]
mod start;
#[cfg(feature = "client")]
mod surroundings;
#[cfg(feature = "client")]
mod watch;
#[cfg(feature = "client")]
mod worker;

#[cfg(feature = "client")]
pub use asks::{Answer, AskError, Lane};
#[cfg(feature = "client")]
pub use directory::Unmatched;
#[cfg(feature = "client")]
pub use pool::{Pool, PoolConfig};
#[cfg(feature = "client")]
pub use row_stream::RowsStream;
#[cfg(feature = "client")]
pub use rows::{RowsAbout, Snapshot};
#[cfg(feature = "client")]
pub use sources::{Origin, SourceState, SourceView};
