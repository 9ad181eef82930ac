//! What usually causes an error and what to do about it (T3): one table, matched on words of the error class.

/// What is known about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fix {
    /// It is this error if all words of any of these lists begin some of the class's words, in any order.
    words: &'static [&'static [&'static str]],
    pub cause: &'static str,
    pub advice: &'static str,
}

/// The first that matches holds, so what is special stands before what is general.
pub const FIXES: [Fix; 10] = [
    Fix {
        words: &[
            &["missing", "env"],
            &["environment", "variable"],
            &["env", "var"],
            &["missing", "config"],
            &["not", "configured"],
        ],
        cause: "The server lacks a setting, mostly an environment variable.",
        advice: "Set the variable where the server is started, and start it again; compare with a machine where it works.",
    },
    Fix {
        words: &[
            &["rate", "limit"],
            &["too", "many", "requests"],
            &["quota"],
            &["throttl"],
            &["429"],
        ],
        cause: "More calls than the service behind the tool allows.",
        advice: "Look for a script or agent that calls in a loop; space calls out and wait longer after each refusal, or ask for a higher quota.",
    },
    Fix {
        words: &[
            &["protocol"],
            &["version", "mismatch"],
            &["unsupported", "version"],
            &["incompatible"],
        ],
        cause: "Client and server speak different versions of the protocol.",
        advice: "Update the client, or go back to the version before; see which versions the server supports.",
    },
    Fix {
        words: &[
            &["unauth"],
            &["authent"],
            &["authoriz"],
            &["invalid", "token"],
            &["expired"],
            &["credential"],
            &["api", "key"],
            &["login"],
            &["401"],
        ],
        cause: "The credentials are missing, wrong or expired.",
        advice: "Sign in again or renew the token, and see that the server is given the new one.",
    },
    Fix {
        words: &[
            &["permission"],
            &["forbidden"],
            &["access", "denied"],
            &["not", "allowed"],
            &["403"],
        ],
        cause: "The account may not do this.",
        advice: "Give the account the right it needs, or take the tool from those who must not use it.",
    },
    Fix {
        words: &[
            &["timeout"],
            &["timed", "out"],
            &["deadline"],
            &["504"],
            &["408"],
        ],
        cause: "The service behind the tool did not answer in time.",
        advice: "See whether it is slow or down; ask for less at once, or allow more time.",
    },
    Fix {
        words: &[
            &["connection"],
            &["connect"],
            &["econn"],
            &["dns"],
            &["enotfound"],
            &["unreachable"],
            &["network"],
            &["socket"],
            &["502"],
            &["503"],
        ],
        cause: "The server can't be reached.",
        advice: "See that it runs, that its address and port are right, and that no firewall or proxy is in the way.",
    },
    Fix {
        words: &[
            &["invalid"],
            &["validation"],
            &["argument"],
            &["parameter"],
            &["schema"],
            &["parse"],
            &["bad", "request"],
            &["required"],
            &["400"],
            &["422"],
        ],
        cause: "The model called the tool with arguments that it does not take.",
        advice: "Say in the tool's description and schema what each argument may be, with an example; make the error message tell what was expected.",
    },
    Fix {
        words: &[&["not", "found"], &["no", "such"], &["missing"], &["404"]],
        cause: "What was asked for does not exist, or not under this name.",
        advice: "Offer a tool that lists what there is; see whether paths or ids changed.",
    },
    Fix {
        words: &[
            &["internal"],
            &["crash"],
            &["panic"],
            &["exception"],
            &["server", "error"],
            &["500"],
        ],
        cause: "The server failed by itself.",
        advice: "Look into its log at the time of the failures, and update it or tell those who make it.",
    },
];

/// What is known about an error class, if anything.
pub fn fix(error_class: &str) -> Option<&'static Fix> {
    let words = words(error_class);
    let has = |start: &&str| words.iter().any(|word| word.starts_with(*start));
    FIXES
        .iter()
        .find(|fix| fix.words.iter().any(|all| all.iter().all(has)))
}

/// The words of a class in small letters, also of `camelCase`, `snake_case` and `HTTP 404`.
fn words(error_class: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in error_class.chars() {
        let begins = letter.is_uppercase() && was_small;
        was_small = letter.is_lowercase();
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::fix;

    #[test]
    fn known_errors_find_their_cause_however_they_are_written() {
        for (class, word) in [
            ("missing_environment_variable", "environment variable"),
            ("Missing env var <…>", "environment variable"),
            ("rate_limited", "More calls"),
            ("HTTP 429: Too Many Requests", "More calls"),
            ("protocol_mismatch", "different versions"),
            ("UnauthorizedError", "credentials"),
            ("authentication_failed", "credentials"),
            ("token expired", "credentials"),
            ("permission_denied", "may not"),
            ("timeout", "in time"),
            ("RequestTimeout", "in time"),
            ("connection_refused", "reached"),
            ("getaddrinfo ENOTFOUND <…>", "reached"),
            ("ValidationError", "arguments"),
            ("invalid_arguments", "arguments"),
            ("not_found", "exist"),
            ("internal_error", "by itself"),
        ] {
            let found = fix(class).map(|fix| fix.cause);
            assert!(
                found.is_some_and(|cause| cause.contains(word)),
                "{class}: {found:?}"
            );
        }
        assert_eq!(fix("flux capacitor"), None);
        assert_eq!(fix(""), None);
    }
}
