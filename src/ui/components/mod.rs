//! Parts that know no query: icons, popovers, notices.

mod icon;
mod notices;
mod open_files;
mod popover;

pub use icon::Icon;
pub use notices::Notices;
pub use open_files::OpenFiles;
pub use popover::Popover;
