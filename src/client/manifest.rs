//! Opening a manifest and looking for news of it: fetch, check, and turn its batches into sources that wait for a
//! question.

use gloo_net::http::Request;

use super::pool::{Inner, Pool};
use super::sources::{Origin, SourceState};
use crate::model::manifest::{BatchRef, MANIFEST_VERSION};
use crate::model::{Directory, Manifest};
use crate::protocol::{Request as WorkerRequest, SourceId};

/// Opens a manifest in the place of an earlier one. The error is a sentence.
pub async fn open(pool: &Pool, url: &str) -> Result<(), String> {
    let base = absolute(url, None)?;
    let manifest = fetch_manifest(&base).await?;
    if pool.0.borrow().manifest.is_some() {
        pool.close_manifest();
    }
    {
        let mut inner = pool.0.borrow_mut();
        for batch in &manifest.batches {
            inner.add_batch(batch, &base)?;
        }
        inner.assign_workers();
        inner.manifest = Some(manifest.clone());
        inner.manifest_url = Some(base.clone());
    }
    // Batches can come while the directory does.
    pool.changed();
    open_directory(pool, &manifest, &base).await
}

/// Looks for news (D11): new and changed batches begin to load, those that are gone leave, all others stay as they are.
/// Was there any?
pub async fn refresh(pool: &Pool) -> Result<bool, String> {
    let Some(base) = pool.0.borrow().manifest_url.clone() else {
        return Ok(false);
    };
    let manifest = fetch_manifest(&base).await?;
    let before = pool.0.borrow().manifest.clone();
    if before.as_ref() == Some(&manifest) {
        return Ok(false);
    }
    {
        let mut inner = pool.0.borrow_mut();
        inner.remove_where(|held| match &held.origin {
            Origin::Manifest { batch, .. } => {
                !manifest.batches.iter().any(|new| new.url == batch.url)
            }
            Origin::File(_) => false,
        });
        for new in &manifest.batches {
            inner.renew_batch(new, &base)?;
        }
        inner.manifest = Some(manifest.clone());
        inner.pump();
    }
    pool.changed();
    if before.and_then(|before| before.directory) != manifest.directory {
        open_directory(pool, &manifest, &base).await?;
    }
    Ok(true)
}

async fn fetch_manifest(base: &str) -> Result<Manifest, String> {
    let manifest: Manifest = fetch_json(base, "manifest").await?;
    if manifest.version != MANIFEST_VERSION {
        return Err(format!(
            "The manifest is of version {}, this page reads version {MANIFEST_VERSION}; update Toolscope.",
            manifest.version
        ));
    }
    Ok(manifest)
}

async fn open_directory(pool: &Pool, manifest: &Manifest, base: &str) -> Result<(), String> {
    let Some(reference) = &manifest.directory else {
        return Ok(());
    };
    let url = absolute(&reference.url, Some(base))?;
    let directory = fetch_json::<Directory>(&url, "directory").await?;
    pool.0.borrow_mut().set_directory(Some(directory));
    pool.changed();
    Ok(())
}

impl Inner {
    /// A batch that waits for a question.
    fn add_batch(&mut self, batch: &BatchRef, base: &str) -> Result<SourceId, String> {
        let url = absolute(&batch.url, Some(base))?;
        let batch = batch.clone();
        let name = batch.url.clone();
        Ok(self.add_source(name, Origin::Manifest { batch, url }, SourceState::Idle))
    }

    /// Takes over what the manifest says now of one batch.
    fn renew_batch(&mut self, new: &BatchRef, base: &str) -> Result<(), String> {
        let held = self.sources.iter_mut().find(
            |held| matches!(&held.origin, Origin::Manifest { batch, .. } if batch.url == new.url),
        );
        let Some(held) = held else {
            let id = self.add_batch(new, base)?;
            self.gather(id);
            return Ok(());
        };
        let Origin::Manifest { batch, .. } = &mut held.origin else {
            return Ok(());
        };
        if batch == new {
            return Ok(());
        }
        *batch = new.clone();
        held.loads += 1;
        held.crashes = 0;
        let (id, worker) = (held.id, held.worker);
        let is_loading = matches!(held.state, SourceState::Loading { .. });
        if held.state != SourceState::Idle {
            held.state = SourceState::Waiting;
        }
        if is_loading {
            // What is on its way is the older one.
            self.send(worker, &WorkerRequest::Unload { source: id }, &[]);
        }
        self.gather(id);
        Ok(())
    }
}

async fn fetch_json<T: serde::de::DeserializeOwned>(url: &str, what: &str) -> Result<T, String> {
    // Always asked again: an ETag makes that cheap where nothing is new.
    let request = Request::get(url).cache(web_sys::RequestCache::NoCache);
    let response = request.send().await.map_err(|_| {
        format!("The {what} at {url} could not be reached; check the address and that the server is running.")
    })?;
    if !response.ok() {
        return Err(format!(
            "The server answered {} for the {what} at {url}.",
            response.status()
        ));
    }
    let text = response
        .text()
        .await
        .map_err(|_| format!("The {what} at {url} was cut off; try again."))?;
    serde_json::from_str(&text).map_err(|error| {
        format!(
            "The {what} at {url} is not what Toolscope expects (line {}, column {}).",
            error.line(),
            error.column()
        )
    })
}

/// Resolves an address against the manifest's, or the page's.
fn absolute(url: &str, base: Option<&str>) -> Result<String, String> {
    let page = web_sys::window()
        .and_then(|window| window.location().href().ok())
        .unwrap_or_default();
    web_sys::Url::new_with_base(url, base.unwrap_or(&page))
        .map(|url| url.href())
        .map_err(|_| format!("{url} is not an address."))
}
