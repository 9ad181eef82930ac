//! Owns: the pool of data workers: starting them, giving sources out, asking, cancelling, replacing the fallen; how
//! files with the same header were read before.
//! Does not own: rows, or how anything is computed; it never names the engine.

pub mod assign;
pub mod remembered;

#[cfg(feature = "app")]
mod asks;
#[cfg(feature = "app")]
mod directory;
#[cfg(feature = "app")]
mod loading;
#[cfg(feature = "app")]
mod manifest;
#[cfg(feature = "app")]
mod pool;
#[cfg(feature = "app")]
mod room;
#[cfg(feature = "app")]
mod sources;
#[cfg(feature = "app")]
mod surroundings;
#[cfg(feature = "app")]
mod watch;
#[cfg(feature = "app")]
mod worker;

#[cfg(feature = "app")]
pub use asks::{Answer, AskError, Lane};
#[cfg(feature = "app")]
pub use directory::Unmatched;
#[cfg(feature = "app")]
pub use pool::{Pool, PoolConfig};
#[cfg(feature = "app")]
pub use sources::{Origin, SourceState, SourceView};
