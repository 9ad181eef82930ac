//! Small JSON documents of our own server.

use gloo_net::http::Request;

/// A JSON document; the error is a sentence.
pub async fn json<T: serde::de::DeserializeOwned>(url: &str) -> Result<T, String> {
    let unreachable = || format!("{url} could not be reached; check the connection and reload.");
    let response = Request::get(url).send().await.map_err(|_| unreachable())?;
    if !response.ok() {
        return Err(format!(
            "The server answered {} for {url}.",
            response.status()
        ));
    }
    let text = response.text().await.map_err(|_| unreachable())?;
    serde_json::from_str(&text)
        .map_err(|_| format!("{url} is not what Toolscope expects; reload the page."))
}
