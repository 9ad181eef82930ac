//! Opening a manifest: fetch, check, and turn its batches into sources that wait for a question.

use gloo_net::http::Request;

use super::pool::Pool;
use super::sources::{Origin, SourceState};
use crate::model::manifest::MANIFEST_VERSION;
use crate::model::{Directory, Manifest};

/// Opens a manifest in the place of an earlier one. The error is a sentence.
pub async fn open(pool: &Pool, url: &str) -> Result<(), String> {
    let base = absolute(url, None)?;
    let manifest: Manifest = fetch_json(&base, "manifest").await?;
    if manifest.version != MANIFEST_VERSION {
        return Err(format!(
            "The manifest is of version {}, this page reads version {MANIFEST_VERSION}; update Toolscope.",
            manifest.version
        ));
    }
    let directory = match &manifest.directory {
        Some(reference) => Some(
            fetch_json::<Directory>(&absolute(&reference.url, Some(&base))?, "directory").await,
        ),
        None => None,
    };
    if pool.0.borrow().manifest.is_some() {
        pool.close_manifest();
    }
    {
        let mut inner = pool.0.borrow_mut();
        for batch in &manifest.batches {
            let url = absolute(&batch.url, Some(&base))?;
            inner.add_source(
                batch.url.clone(),
                Origin::Manifest {
                    batch: batch.clone(),
                    url,
                },
                SourceState::Idle,
            );
        }
        inner.assign_workers();
        inner.manifest = Some(manifest);
        inner.manifest_url = Some(base);
        if let Some(Ok(directory)) = &directory {
            inner.set_directory(Some(directory.clone()));
        }
    }
    pool.changed();
    directory.map_or(Ok(()), |directory| directory.map(|_| ()))
}

async fn fetch_json<T: serde::de::DeserializeOwned>(url: &str, what: &str) -> Result<T, String> {
    let response = Request::get(url).send().await.map_err(|_| {
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
