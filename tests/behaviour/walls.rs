//! The house: which room may name which (ARCHITECTURE.md), read from the sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Room → rooms it may name.
const ROOMS: [(&str, &[&str]); 13] = [
    ("model", &[]),
    ("metrics", &["model"]),
    ("query", &["model", "metrics"]),
    ("ingest", &["model", "protocol"]),
    ("insight", &["model", "metrics"]),
    ("engine", &["model", "metrics", "query", "insight"]),
    ("export", &["model", "metrics", "query"]),
    ("protocol", &["model", "query"]),
    (
        "service",
        &[
            "model", "metrics", "query", "ingest", "engine", "export", "protocol",
        ],
    ),
    ("charts", &["model", "metrics", "query"]),
    ("client", &["model", "metrics", "query", "protocol"]),
    (
        "ui",
        &[
            "model", "metrics", "query", "protocol", "export", "charts", "client",
        ],
    ),
    (
        "native",
        &[
            "model", "metrics", "query", "ingest", "engine", "export", "protocol", "service",
        ],
    ),
];
/// What must be the same everywhere knows no browser, no clock, no chance.
const PURE: [&str; 7] = [
    "model", "metrics", "query", "ingest", "insight", "engine", "export",
];
const IMPURE: [&str; 11] = [
    "leptos",
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "charming",
    "SystemTime",
    "Instant::",
    "Utc::now",
    "Local::now",
    "rand::",
    "std::thread",
];
const LINES_MAX: usize = 420;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "node_modules", "dist", "vendor"].contains(&name.as_str())
                && !name.starts_with('.')
            {
                files(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

/// (path below src, text without comments and without test modules)
fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    let mut found = Vec::new();
    files(&src, &[".rs"], &mut found);
    found
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code: Vec<&str> = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            (
                path.strip_prefix(&src)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/"),
                code.join("\n"),
            )
        })
        .collect()
}

fn room(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap()
}

/// Rooms named by `crate::room` anywhere in the code.
fn named(code: &str) -> BTreeSet<&str> {
    let rooms: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    code.match_indices("crate::")
        .map(|(at, text)| &code[at + text.len()..])
        .filter_map(|rest| {
            rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .next()
        })
        .filter(|name| rooms.contains(name))
        .collect()
}

#[test]
fn a_room_names_only_those_below_it() {
    for (path, code) in sources() {
        let Some((here, allowed)) = ROOMS.iter().find(|(name, _)| *name == room(&path)) else {
            continue;
        };
        for name in named(&code) {
            assert!(
                name == *here || allowed.contains(&name),
                "src/{path} names {name}, which {here} must not"
            );
        }
    }
}

#[test]
fn what_computes_knows_no_browser_no_clock_and_no_chance() {
    for (path, code) in sources()
        .iter()
        .filter(|(path, _)| PURE.contains(&room(path)))
    {
        for word in IMPURE {
            assert!(!code.contains(word), "src/{path} names {word}");
        }
    }
}

#[test]
fn javascript_is_bound_in_few_places() {
    for (path, code) in sources() {
        let bound = path.starts_with("ui/browser/")
            || path.starts_with("client/")
            || path.starts_with("bin/");
        if bound {
            continue;
        }
        assert!(!code.contains("js_sys"), "src/{path} names js_sys");
        // Types of events and files may be named by the views that hear them; nothing may be done with them.
        let calls = code.contains("web_sys::window") || code.contains("Reflect::");
        assert!(
            !calls,
            "src/{path} works on the browser; src/ui/browser does that"
        );
        assert!(
            path.starts_with("ui/") || !code.contains("web_sys"),
            "src/{path} names web_sys"
        );
    }
}

#[test]
fn pages_do_not_name_each_other() {
    for (path, code) in sources()
        .iter()
        .filter(|(path, _)| path.starts_with("ui/pages/") && path != "ui/pages/mod.rs")
    {
        let own = path
            .trim_start_matches("ui/pages/")
            .split(['/', '.'])
            .next()
            .unwrap();
        for page in ["dashboard", "data", "glossary"]
            .iter()
            .filter(|page| **page != own)
        {
            assert!(
                !code.contains(&format!("pages::{page}"))
                    && !code.contains(&format!("super::{page}::")),
                "src/{path} names the page {page}"
            );
        }
    }
}

#[test]
fn nothing_unwraps_and_no_html_is_written() {
    for (path, code) in sources() {
        for word in [
            ".unwrap()",
            ".expect(",
            "inner_html",
            "todo!(",
            "unimplemented!(",
            "dbg!(",
        ] {
            assert!(!code.contains(word), "src/{path} has {word}");
        }
    }
}

/// Postcard says nothing about what it holds: what one side leaves out the other reads as something else.
#[test]
fn what_travels_leaves_no_field_out() {
    for (path, code) in sources() {
        for word in ["skip_serializing", "serde(flatten", "serde(untagged"] {
            let found = code
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(!found, "{path}: {word}");
        }
    }
}

#[test]
fn views_have_no_static_html() {
    // Leptos builds a static element through innerHTML, which the page's policy forbids; a text in braces is none.
    for (path, code) in sources().iter().filter(|(path, _)| path.starts_with("ui/")) {
        let mut before = "";
        for (at, line) in code.lines().enumerate() {
            let alone = line.trim_start().starts_with('"')
                && before.trim_end().ends_with('>')
                && !before.trim_end().ends_with("=>");
            before = line;
            let text_child = alone || (line.contains(">\"") && line.contains("\"</"));
            assert!(
                !text_child,
                "src/{path}, code line {}: a text between tags needs braces: {line}",
                at + 1
            );
        }
    }
}

#[test]
fn files_are_small_enough_to_hold_in_the_head_and_end_with_a_line() {
    for folder in ["src", "tests", "benches", "scripts", "style"] {
        let mut found = Vec::new();
        files(
            &root().join(folder),
            &[".rs", ".css", ".mjs", ".sh", ".py"],
            &mut found,
        );
        for path in found {
            let text = std::fs::read_to_string(&path).unwrap();
            let is_test = folder == "tests";
            assert!(
                is_test || text.lines().count() <= LINES_MAX,
                "{} has {} lines",
                path.display(),
                text.lines().count()
            );
            assert!(
                text.is_empty() || text.ends_with('\n'),
                "{} ends without a line end",
                path.display()
            );
        }
    }
}
