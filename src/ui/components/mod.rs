//! Parts that know no query: icons, popovers, notices.

mod icon;
mod notices;
mod popover;

pub use icon::Icon;
pub use notices::Notices;
pub use popover::Popover;
