//! Line icons on a 20 × 20 grid. They never stand alone: whoever shows one names it.

use leptos::prelude::*;

/// Path data by name; an unknown name draws nothing.
fn path(name: &str) -> &'static str {
    match name {
        "calendar" => {
            "M4 6.5A1.5 1.5 0 0 1 5.5 5h9A1.5 1.5 0 0 1 16 6.5v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 14.5zM4 8.8h12M7.2 3.5v3M12.8 3.5v3"
        }
        "chart" => "M4 16V9M8 16V4M12 16v-5M16 16V7",
        "check" => "M4.5 10.5l3.5 3.5 7.5-8",
        "chevron" => "M6 8l4 4 4-4",
        "close" => "M5.5 5.5l9 9M14.5 5.5l-9 9",
        "compare" => "M4 7h10l-3-3M16 13H6l3 3",
        "copy" => "M7 7h8v9H7zM5 12.5V4h7.5",
        "download" => "M10 4v8.5M6.5 9.5L10 13l3.5-3.5M4.5 16h11",
        "filter" => "M3.5 5h13l-5 6v4.5l-3-1.5v-3z",
        "globe" => {
            "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM3.5 10h13M10 3.5c2 2 2.8 4.2 2.8 6.5S12 14.500 10 16.500M10 3.500C8 5.500 7.200 7.700 7.200 10s.8 4.500 2.800 6.500"
        }
        "info" => "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM10 9.2v4M10 6.8v.1",
        "moon" => "M15.500 12.200A6.500 6.500 0 0 1 7.800 4.500a6 6 0 1 0 7.700 7.700z",
        "plus" => "M10 4.500v11M4.500 10h11",
        "redo" => "M13 4l3 3-3 3M16 7H8.500A4 4 0 0 0 8.500 15H11",
        "sun" => {
            "M10 6.800a3.200 3.200 0 1 0 0 6.400 3.200 3.200 0 0 0 0-6.400zM10 2.800v1.600M10 15.600v1.600M2.800 10h1.600M15.600 10h1.600M4.900 4.900l1.100 1.100M14 14l1.100 1.100M15.100 4.900L14 6M6 14l-1.100 1.100"
        }
        "system" => "M3.500 5h13v8.500h-13zM7.500 16.500h5M10 13.500v3",
        "table" => "M3.500 5h13v10.500h-13zM3.500 8.500h13M3.500 12h13M8 8.500v7",
        "undo" => "M7 4L4 7l3 3M4 7h7.500a4 4 0 0 1 0 8H9",
        "upload" => "M10 13V4.500M6.500 8L10 4.500 13.500 8M4.500 16h11",
        "warning" => "M10 4l6.800 12H3.200zM10 8.500v3.500M10 14v.1",
        _ => "",
    }
}

#[component]
pub fn Icon(
    /// One of the names above.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class={"icon"} viewBox={"0 0 20 20"} aria-hidden={"true"} focusable={"false"}>
            <path d=path(name) />
        </svg>
    }
}
