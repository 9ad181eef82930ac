//! Every binding to the browser that Leptos does not bring. Nothing else in `ui` names `js_sys`.

pub mod charts;
pub mod dom;
pub mod download;
pub mod dropped;
pub mod frames;
pub mod http;
pub mod locale;
pub mod offline;
pub mod offline_parts;
pub mod page;
pub mod parent;
pub mod press;
pub mod siblings;
pub mod sink;
pub mod storage;
