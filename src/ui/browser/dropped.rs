//! What was dropped on the page: files, and those in folders, as deep as they go.
//!
//! Owns: walking over folders. Does not own: what the files are, or opening them (`client`).

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::model::limits::ARCHIVE_MEMBERS_MAX;

/// Entries of a drop. They must be taken while the event is handled, and can be walked over later.
pub fn entries(transfer: &DataTransfer) -> Vec<FileSystemEntry> {
    let items = transfer.items();
    let items = (0..items.length()).filter_map(|at| items.get(at));
    items
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect()
}

/// Is a file of a chosen folder hidden, or in a hidden folder? The folder itself was meant, whatever it is called.
pub fn is_hidden(file: &File) -> bool {
    let path = Reflect::get(file, &"webkitRelativePath".into());
    let path = path
        .ok()
        .and_then(|path| path.as_string())
        .unwrap_or_default();
    path.split('/').skip(1).any(|part| part.starts_with('.'))
}

/// All files of the entries, no more than an archive may have; hidden ones are the system's own. A folder that can't be
/// read has none.
pub async fn files(entries: Vec<FileSystemEntry>) -> Vec<File> {
    let mut waiting = entries;
    let mut files = Vec::new();
    while let Some(entry) = waiting.pop() {
        if files.len() >= ARCHIVE_MEMBERS_MAX {
            break;
        }
        if entry.name().starts_with('.') {
            continue;
        }
        if entry.is_directory() {
            waiting.extend(inside(entry.unchecked_ref()).await);
        } else if let Some(file) = file(entry.unchecked_ref()).await {
            files.push(file);
        }
    }
    files
}

/// A folder's entries, which come in portions; an empty one is the last.
async fn inside(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        let portion = Promise::new(&mut |resolve, reject| {
            // A refusal comes through the second function, too.
            let _ = reader.read_entries_with_callback_and_callback(&resolve, &reject);
        });
        let Ok(portion) = JsFuture::from(portion).await else {
            return entries;
        };
        let portion: Array = portion.unchecked_into();
        if portion.length() == 0 || entries.len() >= ARCHIVE_MEMBERS_MAX {
            return entries;
        }
        entries.extend(
            portion
                .iter()
                .map(JsCast::unchecked_into::<FileSystemEntry>),
        );
    }
}

async fn file(entry: &FileSystemFileEntry) -> Option<File> {
    let file = Promise::new(&mut |resolve, reject| {
        entry.file_with_callback_and_callback(&resolve, &reject);
    });
    JsFuture::from(file).await.ok()?.dyn_into().ok()
}
