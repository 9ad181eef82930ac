//! Names of sheets, as Excel takes them.

use std::collections::BTreeSet;

/// Letters of a sheet's name, as Excel counts them: in UTF-16.
const SHEET_NAME_MAX: usize = 31;

/// A title that Excel takes for a sheet's name, and that no other sheet has.
pub fn sheet_name(title: &str, taken: &mut BTreeSet<String>) -> String {
    let is_allowed = |letter: &char| !"[]:*?/\\".contains(*letter) && !letter.is_control();
    let clean: String = title.chars().filter(is_allowed).collect();
    let clean = clean.trim().trim_matches('\'').trim();
    // Excel keeps this one for itself.
    let clean = match clean {
        "" => "Table",
        history if history.eq_ignore_ascii_case("history") => "History of use",
        clean => clean,
    };
    let short = |text: &str, most: usize| {
        let mut length = 0;
        let kept: String = text
            .chars()
            .take_while(|letter| {
                length += letter.len_utf16();
                length <= most
            })
            .collect();
        kept.trim_end().trim_end_matches('\'').to_owned()
    };
    let mut name = short(clean, SHEET_NAME_MAX);
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        let ending = format!(" {number}");
        name = short(clean, SHEET_NAME_MAX - ending.len()) + &ending;
        number += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::sheet_name;

    #[test]
    fn names_of_sheets_are_valid_and_each_is_there_once() {
        let mut taken = BTreeSet::new();
        let mut name = |title: &str| sheet_name(title, &mut taken);
        assert_eq!(name("Top tools"), "Top tools");
        assert_eq!(name("top TOOLS"), "top TOOLS 2");
        assert_eq!(name("a/b:[c]*?\\"), "abc");
        assert_eq!(name("'quoted'"), "quoted");
        assert_eq!(name("History"), "History of use");
        assert_eq!(name("///"), "Table");
        let long = "Executions by workspace and by client version";
        assert_eq!(name(long), "Executions by workspace and by");
        assert_eq!(name(long), "Executions by workspace and b 2");
        assert!(name(&"😀".repeat(40)).encode_utf16().count() <= 31);
    }
}
