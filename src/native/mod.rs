//! The companion. Owns: serving, demo data, the command line. Does not own: any number (`service` and below).

pub mod command_line;
pub mod demo;
pub mod precompress;
pub mod serve;
pub mod zones;
