//! Texts inside of HTML: no name may end what it stands in.

use serde::Serialize;

/// Between tags.
pub fn element(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A title that turns letters around or hides some would disguise the file.
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// In double quotes.
pub fn attribute(text: &str) -> String {
    element(text).replace('"', "&quot;")
}

/// JSON that may stand in a script: there are no references in it, but JSON has escapes of its own. Without `<` neither
/// `</script` nor `<!--` can come about.
pub fn json(value: &impl Serialize) -> String {
    // What is told of a file are texts and numbers, which can always be written.
    let text = serde_json::to_string(value).unwrap_or_default();
    text.replace('<', "\\u003c").replace('>', "\\u003e")
}
