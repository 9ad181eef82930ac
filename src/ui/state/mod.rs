//! The screen's state, shared above the routes. Each module owns one fact and the ways to change it.

mod address;
pub mod board;
pub mod data;
pub mod embed;
pub mod embedding;
mod engine;
mod filing;
pub mod html_file;
pub mod mappings;
pub mod notices;
pub mod preferences;
pub mod question;
pub mod refresh;
pub mod views;
mod widget;
pub mod zones;
