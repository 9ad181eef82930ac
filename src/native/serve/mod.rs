//! `toolscope serve`: the application and its batches over HTTP.
//! Owns: sockets, what may be read, caching and security headers. Does not own: who may see what (access comes with the
//! companion's sign-in), what is in a batch.

mod mime;
mod policy;
mod respond;
pub mod site;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::net::TcpListener;

use crate::model::Manifest;
use site::Site;

pub use policy::{content_security_policy, inline_script_hashes};

/// Ports tried after the wanted one.
const PORTS_TRIED: u16 = 20;
/// How long open downloads may take after Ctrl-C.
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Folder of the built application.
    pub app: Option<PathBuf>,
    /// A manifest, or the folder it is in.
    pub data: Option<PathBuf>,
    pub host: String,
    pub port: u16,
    /// Further origins the page may fetch from.
    pub connect: Vec<String>,
    /// Origins that may frame an embed, besides our own; empty: nobody.
    pub frame_ancestors: Vec<String>,
    /// What the data of each worker of a page may take, MiB.
    pub memory_budget_mib: Option<u64>,
}

/// Why serving could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("There is no built application in {0}: index.html is missing. “make build” makes it.")]
    NoApplication(PathBuf),
    #[error("There is no manifest at {0}. “toolscope demo --out DIR” makes demo data with one.")]
    NoManifest(PathBuf),
    #[error("There is nothing to serve: give --app, --data, or both.")]
    Nothing,
    #[error("No free port was found on {host} from {port} on: {reason}")]
    NoPort {
        host: String,
        port: u16,
        reason: std::io::Error,
    },
    #[error(transparent)]
    Source(#[from] policy::BadSource),
    #[error(transparent)]
    Origin(#[from] policy::BadOrigin),
}

/// A bound socket and what it will serve.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    site: Arc<Site>,
    pub address: SocketAddr,
    /// The wanted port was taken, this one is used.
    pub moved: bool,
}

/// Checks the folders and takes a port: the wanted one, else the next free one.
pub async fn bind(options: &ServeOptions) -> Result<Server, ServeError> {
    let site = Arc::new(site(options)?);
    let (listener, moved) = listen(&options.host, options.port).await?;
    let no_address = |reason| ServeError::NoPort {
        host: options.host.clone(),
        port: options.port,
        reason,
    };
    let address = listener.local_addr().map_err(no_address)?;
    Ok(Server {
        listener,
        site,
        address,
        moved,
    })
}

impl Server {
    /// Answers until `stop` is ready, then lets open answers finish for a moment.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let router = Router::new().fallback(answer).with_state(self.site);
        let (told, mut heard) = tokio::sync::watch::channel(false);
        let stop = async move {
            stop.await;
            // Nobody listening any more is fine.
            let _ = told.send(true);
        };
        let serve = axum::serve(self.listener, router).with_graceful_shutdown(stop);
        let farewell = async move {
            if heard.wait_for(|told| *told).await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(FAREWELL).await;
        };
        tokio::select! {
            ended = serve => ended,
            () = farewell => Ok(()),
        }
    }
}

async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    respond::respond(site, request.method(), request.uri(), request.headers()).await
}

async fn listen(host: &str, port: u16) -> Result<(TcpListener, bool), ServeError> {
    let mut refused = None;
    for step in 0..=PORTS_TRIED {
        let Some(candidate) = port.checked_add(step) else {
            break;
        };
        match TcpListener::bind((host, candidate)).await {
            Ok(listener) => return Ok((listener, step > 0)),
            Err(error) => {
                let taken = error.kind() == std::io::ErrorKind::AddrInUse;
                refused.get_or_insert(error);
                // A port that is not ours to take, or a host that does not exist, does not get better further up.
                if !taken {
                    break;
                }
            }
        }
    }
    let reason = refused.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into());
    Err(ServeError::NoPort {
        host: host.to_owned(),
        port,
        reason,
    })
}

fn site(options: &ServeOptions) -> Result<Site, ServeError> {
    policy::check_sources(&options.connect)?;
    policy::check_origins(&options.frame_ancestors)?;
    if options.app.is_none() && options.data.is_none() {
        return Err(ServeError::Nothing);
    }
    let app = match &options.app {
        Some(folder) if folder.join("index.html").is_file() => folder.canonicalize().ok(),
        Some(folder) => return Err(ServeError::NoApplication(folder.clone())),
        None => None,
    };
    let data = options.data.as_deref().map(data_root).transpose()?;
    let config = config(
        data.as_ref()
            .map(|(_, name, manifest)| (name.as_str(), manifest)),
        options.memory_budget_mib,
        &options.frame_ancestors,
    );
    let mut site = Site::new(app, data.map(|(folder, _, _)| folder), config);
    site.connect.clone_from(&options.connect);
    site.frame_ancestors.clone_from(&options.frame_ancestors);
    Ok(site)
}

/// Folder, name and content of the manifest a person pointed at.
fn data_root(path: &Path) -> Result<(PathBuf, String, Option<Manifest>), ServeError> {
    let missing = || ServeError::NoManifest(path.to_path_buf());
    let file = if path.is_dir() {
        path.join("manifest.json")
    } else {
        path.to_path_buf()
    };
    let file = file.canonicalize().map_err(|_| missing())?;
    let text = std::fs::read(&file).map_err(|_| missing())?;
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(missing)?
        .to_owned();
    let folder = file.parent().ok_or_else(missing)?.to_path_buf();
    // A manifest that can't be read is served all the same: the application says what is wrong with it.
    Ok((folder, name, serde_json::from_slice(&text).ok()))
}

/// `/config.json`: what the application asks for first.
fn config(
    data: Option<(&str, &Option<Manifest>)>,
    memory_budget_mib: Option<u64>,
    frame_ancestors: &[String],
) -> Vec<u8> {
    let manifest = data.map(|(name, _)| format!("/{}/{name}", site::DATA_PREFIX));
    let organisation = data.and_then(|(_, manifest)| manifest.as_ref()?.organisation.clone());
    let config = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "manifest": manifest,
        "organisation": organisation,
        "memory_budget_mib": memory_budget_mib,
        "frame_ancestors": frame_ancestors,
    });
    config.to_string().into_bytes()
}
