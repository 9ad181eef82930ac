//! The files of the built application, by its index document.

/// Where each file is, from the root of the built application, without a slash before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// In their order.
    pub styles: Vec<String>,
    /// Part and file, of everything else.
    pub files: Vec<(&'static str, String)>,
}

/// The index document is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The built application lacks its {0}; “make build” (or “trunk build --release”) makes it.")]
pub struct NotBuilt(pub &'static str);

/// What the index document names (Trunk's, whose names have a digest), and the files whose names stay. The document is
/// our own build's, so that this reads tags plainly: it is no HTML parser.
pub fn application(index: &str) -> Result<Application, NotBuilt> {
    let links = || {
        index
            .split("<link ")
            .skip(1)
            .filter_map(|rest| rest.split('>').next())
    };
    let href = |rel: &str, ending: &str| {
        links()
            .filter(|link| value(link, "rel") == Some(rel))
            .filter_map(|link| value(link, "href"))
            .filter(|href| href.ends_with(ending))
            .map(|href| href.trim_start_matches('/').to_owned())
            .collect::<Vec<String>>()
    };
    let one = |rel, ending, what| {
        let found = href(rel, ending).into_iter().next();
        found.ok_or(NotBuilt(what))
    };
    let styles = href("stylesheet", ".css");
    if styles.is_empty() {
        return Err(NotBuilt("style sheets"));
    }
    Ok(Application {
        styles,
        files: vec![
            (super::APP_SCRIPT, one("modulepreload", ".js", "script")?),
            (super::APP_MODULE, one("preload", ".wasm", "module")?),
            (super::WORKER_SCRIPT, "toolscope-worker.js".to_owned()),
            (super::WORKER_MODULE, "toolscope-worker_bg.wasm".to_owned()),
            (super::CHARTS, "vendor/echarts.min.js".to_owned()),
        ],
    })
}

/// `href="…"`
fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut words = tag.split_ascii_whitespace();
    words.find_map(|word| {
        let quoted = word.strip_prefix(name)?.strip_prefix("=\"")?;
        quoted.split('"').next()
    })
}
