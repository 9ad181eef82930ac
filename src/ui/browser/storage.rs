//! Small preferences, kept on this machine. Without storage they last as long as the page.

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

pub fn get(name: &str) -> Option<String> {
    storage()?.get_item(&format!("toolscope.{name}")).ok()?
}

pub fn set(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or forbidden storage loses a preference, nothing else.
        let _ = storage.set_item(&format!("toolscope.{name}"), value);
    }
}
