//! The three things that are read out of content before it is dropped: an error flag, the name of the tool in a
//! request, the name of a server. Nothing else of it is ever kept.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// `isError` of a result, or of the result inside of a response.
#[derive(serde::Deserialize)]
struct Flagged<'a> {
    #[serde(rename = "isError", alias = "is_error", default)]
    is_error: Option<bool>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
}

/// Does a structured flag in this JSON say that the tool failed?
pub fn is_error(json: &str) -> bool {
    if !json.trim_start().starts_with('{') {
        return false;
    }
    match serde_json::from_str::<Flagged<'_>>(json) {
        Ok(flagged) => {
            flagged.is_error == Some(true)
                || flagged.result.is_some_and(|result| is_error(result.get()))
        }
        // Exporters cut long attributes: then the flag counts where it stands as a field, unescaped.
        Err(error) => error.is_eof() && has_flag(json),
    }
}

fn has_flag(json: &str) -> bool {
    ["\"isError\"", "\"is_error\""].iter().any(|name| {
        json.match_indices(name).any(|(at, _)| {
            let rest = json[at + name.len()..].trim_start();
            rest.strip_prefix(':')
                .is_some_and(|value| value.trim_start().starts_with("true"))
        })
    })
}

#[derive(serde::Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    params: Params<'a>,
}

#[derive(serde::Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// `params.name` of a `tools/call` request.
pub fn requested_tool(json: &str) -> Option<String> {
    serde_json::from_str::<Request<'_>>(json)
        .ok()
        .map(|request| request.params.name.into_owned())
}

#[derive(serde::Deserialize)]
struct Parameters<'a> {
    #[serde(borrow)]
    mcp_server_name: Option<Cow<'a, str>>,
}

/// The MCP server that the parameters of a call name.
pub fn server_name(json: &str) -> Option<String> {
    let parameters = serde_json::from_str::<Parameters<'_>>(json).ok()?;
    parameters.mcp_server_name.map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_structured_flag_is_a_failure() {
        assert!(is_error(r#"{"content":[],"isError":true}"#));
        assert!(is_error(r#"{"result":{"isError" : true}}"#));
        assert!(!is_error(
            r#"{"content":[{"text":"{\"isError\":true}"}],"isError":false}"#
        ));
        assert!(!is_error("isError: true"));
        assert!(is_error(r#"{"isError":true,"content":[{"text":"cut of"#));
        assert!(!is_error(r#"{"content":[{"text":"\"isError\":true"#));
    }
}
