//! `toolscope serve`, spoken to over a socket as a browser would.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const HELLO: &str = "hello\n";
/// `printf 'hello\n' | sha256sum`
const HELLO_SHA256: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
/// The example of MDN's page on script-src: the script and its hash.
const SCRIPT: &str = "alert('Hello, world.');";
const SCRIPT_HASH: &str = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";

struct Serving {
    child: Child,
    address: String,
    said: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An application and batches on disk, and a secret beside them.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    let index = format!(
        "<!DOCTYPE html><title>Toolscope</title><script type=\"module\">{SCRIPT}</script><script src=\"/x.js\"></script>"
    );
    write("app/index.html", &index);
    write("app/app-0123456789abcdef.js", "export {}");
    write("app/app-0123456789abcdef_bg.wasm", "\0asm");
    write("app/worker.js", "self");
    write("app/.env", "hidden");
    write("app/long.css", &"body { margin: 0 }\n".repeat(200));
    write(
        "data/manifest.json",
        r#"{"version":1,"organisation":"Meridian","batches":[]}"#,
    );
    write("data/batches/hello.arrow", HELLO);
    write("secret.txt", "secret");
    folder
}

fn serve(extra: &[&str]) -> Serving {
    let folder = folder();
    serve_folder(folder, extra)
}

fn serve_folder(folder: tempfile::TempDir, extra: &[&str]) -> Serving {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolscope"));
    command
        .arg("serve")
        .arg("--app")
        .arg(folder.path().join("app"))
        .arg("--data")
        .arg(folder.path().join("data"))
        .args(extra)
        .stdout(Stdio::piped());
    if !extra.contains(&"--port") {
        command.args(["--port", "0"]);
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    let address = loop {
        let line = lines.next().expect("an address is printed").unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .map(|rest| rest.split(' ').next().unwrap().to_owned());
        said.push(line);
        if let Some(address) = address {
            break address;
        }
    };
    Serving {
        child,
        address,
        said,
        _folder: folder,
    }
}

impl Serving {
    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers)
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        stream
            .write_all(format!("{request}\r\n").as_bytes())
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Answer {
            status,
            headers,
            body: answer[end + 4..].to_vec(),
        }
    }
}

#[test]
fn a_batch_is_sent_with_a_strong_tag_that_saves_sending_it_again() {
    let server = serve(&[]);
    let first = server.get("/data/batches/hello.arrow", &[]);
    assert_eq!((first.status, first.text().as_str()), (200, HELLO));
    assert_eq!(first.header("etag"), format!("\"{HELLO_SHA256}\""));
    assert_eq!(
        first.header("content-type"),
        "application/vnd.apache.arrow.file"
    );
    assert_eq!(first.header("cache-control"), "no-cache");
    assert_eq!(first.header("content-length"), "6");
    assert_eq!(first.header("x-content-type-options"), "nosniff");

    let tags = format!("\"other\", W/\"{HELLO_SHA256}\"");
    let again = server.get("/data/batches/hello.arrow", &[("If-None-Match", &tags)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    let changed = server.get(
        "/data/batches/hello.arrow",
        &[("If-None-Match", "\"other\"")],
    );
    assert_eq!(changed.status, 200);
}

#[test]
fn a_download_that_broke_off_resumes_by_range() {
    let server = serve(&[]);
    let path = "/data/batches/hello.arrow";
    let tag = format!("\"{HELLO_SHA256}\"");
    let cases: [(&[(&str, &str)], u16, &str, &str); 9] = [
        (&[("Range", "bytes=2-")], 206, "llo\n", "bytes 2-5/6"),
        (&[("Range", "bytes=1-2")], 206, "el", "bytes 1-2/6"),
        (&[("Range", "bytes=-2")], 206, "o\n", "bytes 4-5/6"),
        (&[("Range", "bytes=4-99")], 206, "o\n", "bytes 4-5/6"),
        (&[("Range", "bytes=6-")], 416, "", "bytes */6"),
        (&[("Range", "bytes=0-1,3-4")], 200, HELLO, ""),
        (&[("Range", "lines=1-2")], 200, HELLO, ""),
        (
            &[("Range", "bytes=2-"), ("If-Range", &tag)],
            206,
            "llo\n",
            "bytes 2-5/6",
        ),
        (
            &[("Range", "bytes=2-"), ("If-Range", "\"old\"")],
            200,
            HELLO,
            "",
        ),
    ];
    for (headers, status, body, range) in cases {
        let answer = server.get(path, headers);
        assert_eq!(
            (
                answer.status,
                answer.text().as_str(),
                answer.header("content-range")
            ),
            (status, body, range),
            "{headers:?}"
        );
    }
}

#[test]
fn a_compressed_copy_is_sent_to_those_who_can_read_it_and_never_in_ranges() {
    let folder = folder();
    let app = folder.path().join("app");
    let made = Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .arg("precompress")
        .arg(&app)
        .output()
        .unwrap();
    assert!(made.status.success());
    assert!(app.join("long.css.br").is_file());
    assert!(!app.join("worker.js.br").exists(), "too small to gain");
    let plain = std::fs::read(app.join("long.css")).unwrap();
    let server = serve_folder(folder, &[]);

    let packed = server.get("/long.css", &[("Accept-Encoding", "gzip, br")]);
    assert_eq!(packed.header("content-encoding"), "br");
    assert_eq!(packed.header("vary"), "Accept-Encoding");
    assert_eq!(packed.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(
        packed.header("content-length"),
        packed.body.len().to_string()
    );
    assert!(packed.body.len() < plain.len() / 4);
    let mut unpacked = Vec::new();
    brotli::Decompressor::new(packed.body.as_slice(), 4096)
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain);

    for refusal in ["gzip", "br;q=0", "identity, *;q=0"] {
        let answer = server.get("/long.css", &[("Accept-Encoding", refusal)]);
        assert_eq!(
            (answer.header("content-encoding"), answer.body == plain),
            ("", true),
            "{refusal}"
        );
        assert_eq!(answer.header("vary"), "Accept-Encoding");
        assert_ne!(
            answer.header("etag"),
            packed.header("etag"),
            "two forms, two tags"
        );
    }
    let part = server.get(
        "/long.css",
        &[("Accept-Encoding", "br"), ("Range", "bytes=0-3")],
    );
    assert_eq!((part.status, part.text().as_str()), (206, "body"));
    assert_eq!(part.header("content-encoding"), "");
    let tag = packed.header("etag").to_owned();
    let again = server.get(
        "/long.css",
        &[("Accept-Encoding", "br"), ("If-None-Match", &tag)],
    );
    assert_eq!(again.status, 304);
}

#[test]
fn a_compressed_copy_older_than_its_file_is_not_sent() {
    let folder = folder();
    let app = folder.path().join("app");
    std::fs::write(app.join("long.css.br"), "stale").unwrap();
    let before = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    std::fs::File::options()
        .write(true)
        .open(app.join("long.css.br"))
        .unwrap()
        .set_modified(before)
        .unwrap();
    let server = serve_folder(folder, &[]);
    let answer = server.get("/long.css", &[("Accept-Encoding", "br")]);
    assert_eq!(answer.header("content-encoding"), "");
}

#[test]
fn documents_and_scripts_carry_the_policy_of_the_house() {
    let server = serve(&[
        "--connect",
        "https://stats.example.org",
        "--frame-ancestors",
        "https://portal.example.org",
    ]);
    let expected = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {SCRIPT_HASH}; style-src 'self'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self' https://stats.example.org; worker-src 'self'; \
         frame-src 'self'; base-uri 'self'; form-action 'none'; object-src 'none'; require-trusted-types-for 'script'; \
         trusted-types default; frame-ancestors 'self'"
    );
    let of_embeds = format!("{expected} https://portal.example.org");
    for (path, expected) in [
        ("/", &expected),
        ("/index.html", &expected),
        ("/worker.js", &expected),
        ("/executive", &expected),
        ("/embed", &expected),
        ("/%65mbed/kpi", &expected),
        ("/embedded/kpi", &expected),
        ("/embed/kpi", &of_embeds),
        ("/embed/kpi?range=7d", &of_embeds),
    ] {
        let answer = server.get(path, &[]);
        assert_eq!(
            answer.header("content-security-policy"),
            *expected,
            "{path}"
        );
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(
            answer
                .header("permissions-policy")
                .contains("geolocation=()")
        );
    }
    assert_eq!(
        server
            .get("/data/batches/hello.arrow", &[])
            .header("content-security-policy"),
        ""
    );
    let default = serve(&[]);
    for path in ["/", "/embed/kpi"] {
        let answer = default.get(path, &[]);
        let policy = answer.header("content-security-policy");
        assert!(policy.ends_with("; frame-ancestors 'self'"), "{path}");
    }
}

#[test]
fn the_page_hears_who_may_frame_it_and_only_whole_origins_may() {
    let listed = |server: &Serving| -> serde_json::Value {
        let config = server.get("/config.json", &[]).text();
        serde_json::from_str::<serde_json::Value>(&config).unwrap()["frame_ancestors"].clone()
    };
    assert_eq!(listed(&serve(&[])), serde_json::json!([]));
    let portal = "https://portal.example.org:8443";
    let server = serve(&["--frame-ancestors", portal]);
    assert_eq!(listed(&server), serde_json::json!([portal]));
    for bad in [
        "*",
        "https:",
        "https://*.example.org",
        "https://portal.example.org/",
        "https://portal.example.org/path",
        "portal.example.org",
        "https://Portal.example.org",
        "https://a b",
        "https://a;script-src *",
        "https://user@example.org",
        "'self'",
        "null",
        "data:",
    ] {
        let folder = folder();
        let output = Command::new(env!("CARGO_BIN_EXE_toolscope"))
            .args(["serve", "--port", "0", "--frame-ancestors", bad, "--app"])
            .arg(folder.path().join("app"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains("is no origin"),
            "{bad}: {said}"
        );
    }
}

#[test]
fn only_the_element_may_be_loaded_by_other_origins() {
    let folder = folder();
    std::fs::write(folder.path().join("app/toolscope-embed.js"), "export {}").unwrap();
    let server = serve_folder(folder, &[]);
    let allowed = |path| {
        let answer = server.get(path, &[("Origin", "https://portal.example.org")]);
        answer.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(allowed("/toolscope-embed.js"), "*");
    for path in [
        "/",
        "/config.json",
        "/worker.js",
        "/data/manifest.json",
        "/embed/kpi",
    ] {
        assert_eq!(allowed(path), "", "{path}");
    }
}

#[test]
fn names_that_hold_a_hash_are_kept_for_good_and_others_are_asked_for_again() {
    let server = serve(&[]);
    let caching = |path| server.get(path, &[]).header("cache-control").to_owned();
    assert_eq!(
        caching("/app-0123456789abcdef.js"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        caching("/app-0123456789abcdef_bg.wasm"),
        "public, max-age=31536000, immutable"
    );
    for path in [
        "/",
        "/worker.js",
        "/long.css",
        "/config.json",
        "/data/manifest.json",
    ] {
        assert_eq!(caching(path), "no-cache", "{path}");
    }
    assert_eq!(
        server
            .get("/app-0123456789abcdef_bg.wasm", &[])
            .header("content-type"),
        "application/wasm"
    );
}

#[test]
fn routes_of_the_application_get_its_document_and_missing_files_do_not() {
    let server = serve(&[]);
    let html = [
        ("Accept", "text/html,*/*;q=0.8"),
        ("Sec-Fetch-Mode", "navigate"),
    ];
    for route in [
        "/",
        "/data-page",
        "/tools/search_code?range=7d",
        "/users/ada@example.org",
        "/tools/a%2Eb",
    ] {
        let answer = server.get(route, &html);
        assert_eq!(answer.status, 200, "{route}");
        assert!(
            answer.text().contains("<title>Toolscope</title>"),
            "{route}"
        );
    }
    for missing in [
        "/missing.js",
        "/zones/Nowhere.json",
        "/users/batches/none.arrow",
        "/data/batches/none",
        "/data/none.arrow",
    ] {
        assert_eq!(server.get(missing, &html).status, 404, "{missing}");
    }
    let fetched = server.get(
        "/tools/search_code",
        &[("Sec-Fetch-Mode", "cors"), ("Accept", "*/*")],
    );
    assert_eq!(
        fetched.status, 404,
        "a script that fetches wants data, not a document"
    );
}

#[test]
fn nothing_outside_its_folders_and_nothing_hidden_is_read() {
    let folder = folder();
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        folder.path().join("secret.txt"),
        folder.path().join("data/link.txt"),
    )
    .unwrap();
    let server = serve_folder(folder, &[]);
    for path in [
        "/../secret.txt",
        "/data/../../secret.txt",
        "/data/%2e%2e/%2e%2e/secret.txt",
        "/data/..%2f..%2fsecret.txt",
        "/data/..%5c..%5csecret.txt",
        "/data/%252e%252e/secret.txt",
        "//secret.txt",
        "/data//etc/passwd",
        "/data/batches/hello.arrow%00.txt",
        "/.env",
        "/%2eenv",
        "/data/link.txt",
    ] {
        let answer = server.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            !answer.text().contains("secret") && !answer.text().contains("hidden"),
            "{path}"
        );
    }
}

#[test]
fn only_reading_is_possible() {
    let server = serve(&[]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = server.ask(method, "/data/manifest.json", &[("Content-Length", "0")]);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, "GET, HEAD"),
            "{method}"
        );
    }
    let head = server.ask("HEAD", "/data/batches/hello.arrow", &[]);
    assert_eq!(
        (head.status, head.body.len(), head.header("content-length")),
        (200, 0, "6")
    );
}

#[test]
fn the_application_is_told_where_the_data_is() {
    let server = serve(&[]);
    let answer = server.get("/config.json", &[]);
    let config: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(config["manifest"], "/data/manifest.json");
    assert_eq!(config["organisation"], "Meridian");
    assert_eq!(config["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(answer.header("content-type"), "application/json");
    let tag = answer.header("etag").to_owned();
    assert_eq!(
        server
            .get("/config.json", &[("If-None-Match", &tag)])
            .status,
        304
    );
}

#[test]
fn the_application_is_told_how_much_memory_its_workers_may_take_when_somebody_says_so() {
    let budget = |extra: &[&str]| {
        let answer = serve(extra).get("/config.json", &[]);
        let config: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        config["memory_budget_mib"].clone()
    };
    assert_eq!(budget(&[]), serde_json::Value::Null);
    assert_eq!(budget(&["--memory-budget", "256"]), 256);
    for wrong in ["0", "2049", "much"] {
        let status = Command::new(env!("CARGO_BIN_EXE_toolscope"))
            .args(["serve", "--data", ".", "--memory-budget", wrong])
            .stderr(Stdio::null())
            .status();
        assert_eq!(status.unwrap().code(), Some(2), "{wrong}");
    }
}

#[test]
fn a_taken_port_leads_to_the_next_free_one_and_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let server = serve(&["--port", &port.to_string()]);
    assert!(
        server.said[0].contains(&format!("Port {port} is taken")),
        "{:?}",
        server.said
    );
    assert_ne!(server.address, format!("127.0.0.1:{port}"));
    assert_eq!(server.get("/", &[]).status, 200);
}

#[test]
fn what_can_not_be_served_is_said_in_a_sentence() {
    let folder = folder();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_toolscope"))
            .current_dir(folder.path())
            .arg("serve")
            .args(arguments)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (code, sentence) = run(&["--app", "data"]);
    assert!(
        code == Some(1) && sentence.contains("index.html is missing"),
        "{sentence}"
    );
    let (code, sentence) = run(&["--data", "app"]);
    assert!(
        code == Some(1) && sentence.contains("no manifest"),
        "{sentence}"
    );
    let (code, sentence) = run(&[
        "--app",
        "app",
        "--connect",
        "https://a.example; script-src *",
    ]);
    assert!(
        code == Some(1) && sentence.contains("Content-Security-Policy"),
        "{sentence}"
    );
    let (code, _) = run(&["--port", "99999"]);
    assert_eq!(code, Some(2));
    assert!(Path::new(&folder.path().join("secret.txt")).exists());
}

#[cfg(unix)]
#[test]
fn it_ends_by_itself_when_told_to() {
    let mut server = serve(&[]);
    // A connection that stays open must not hold it up for long.
    let _open = TcpStream::connect(&server.address).unwrap();
    let id = server.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let began = std::time::Instant::now();
    let status = server.child.wait().unwrap();
    assert!(
        status.success() && began.elapsed().as_secs() < 5,
        "{status}"
    );
}
