//! One HTML file with a dashboard, its data and the application: what stands in it, and what never may.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use toolscope::export::page::{
    self, About, BOOTSTRAP, BOOTSTRAP_SHA256, Contents, DataPart, Gather, disjoint, left_out,
};
use toolscope::model::manifest::BatchKind;
use toolscope::query::{Clause, Dimension, Period, Question, url};

const HOSTILE: &str = "</title></script><script>alert(1)</script><!-- \"'&amp;\u{2028} =1+1";

fn about() -> About {
    About {
        dashboard: "executive".into(),
        name: Some(HOSTILE.into()),
        title: HOSTILE.into(),
        made: "2026-11-26T18:00:00Z".into(),
        from: HOSTILE.into(),
        search: format!("tool={HOSTILE}"),
        zone: "Europe/Berlin".into(),
        events: 12_345,
        hours: 0,
        warnings: vec![HOSTILE.into()],
    }
}

/// Every element of type script: its tag and its text. What a browser does: raw text up to the next `</script`.
fn scripts(html: &str) -> Vec<(&str, &str)> {
    let mut rest = html;
    let mut found = Vec::new();
    while let Some(at) = rest.find("<script") {
        let tag_end = at + rest[at..].find('>').unwrap() + 1;
        let close = tag_end + rest[tag_end..].find("</script").unwrap();
        found.push((&rest[at..tag_end], &rest[tag_end..close]));
        rest = &rest[close..];
        rest = &rest[rest.find('>').unwrap() + 1..];
    }
    found
}

/// Name and content of each part, as the bootstrap unpacks them.
fn parts(html: &str) -> Vec<(String, Vec<u8>)> {
    let all = scripts(html).into_iter();
    let parts = all.filter_map(|(tag, text)| {
        let name = tag.split("data-part=\"").nth(1)?.split('"').next()?;
        let packed = STANDARD.decode(text).unwrap();
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_end(&mut bytes)
            .unwrap();
        Some((name.to_owned(), bytes))
    });
    parts.collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::default())
        .read_to_end(&mut packed)
        .unwrap();
    packed
}

#[test]
fn no_name_ends_the_element_it_stands_in() {
    let contents: Vec<(String, Vec<u8>)> = vec![
        (
            "app.js".into(),
            b"</script><script>alert(2)</script>".to_vec(),
        ),
        ("/data/batches/1.ndjson".into(), HOSTILE.as_bytes().to_vec()),
        ("\"><script>alert(3)</script>".into(), Vec::new()),
    ];
    let packed: Vec<(String, Vec<u8>)> = contents
        .iter()
        .map(|(name, bytes)| (name.clone(), gzip(bytes)))
        .collect();
    let html = String::from_utf8(page::html(&about(), &packed)).unwrap();
    let scripts = scripts(&html);
    // What is told of the file, the parts, the bootstrap: nothing else is a script.
    assert_eq!(scripts.len(), 1 + contents.len() + 1);
    let told: About = serde_json::from_str(scripts[0].1).unwrap();
    assert_eq!(told, about());
    assert_eq!(scripts.last().unwrap(), &("<script>", BOOTSTRAP));
    let decoded = parts(&html);
    assert_eq!(decoded[0].1, contents[0].1);
    assert_eq!(decoded[1], contents[1]);
    assert!(decoded[2].0.starts_with("&quot;&gt;&lt;script"));
    // The title is a text with references, and ends where it should.
    let title = html.split("<title>").nth(1).unwrap();
    let title = title.split("</title>").next().unwrap();
    assert!(title.ends_with(" · Toolscope") && !title.contains('<'));
    assert!(!html.contains("<script>alert"));
}

#[test]
fn the_policy_lets_nothing_in_or_out() {
    let digest = STANDARD.encode(Sha256::digest(BOOTSTRAP.as_bytes()));
    assert_eq!(
        digest, BOOTSTRAP_SHA256,
        "write the new digest into export::page"
    );
    // Either would end the script that it is inlined in, or keep it from ending.
    assert!(!BOOTSTRAP.contains("</script") && !BOOTSTRAP.contains("<!--"));
    let policy = page::policy();
    assert!(policy.starts_with("default-src 'none'; "));
    assert!(policy.contains(&format!("'sha256-{digest}'")));
    for word in [
        "http",
        "'self'",
        "*",
        "unsafe-inline",
        "'unsafe-eval'",
        "connect-src",
        "data: 'wasm",
    ] {
        assert!(!policy.contains(word), "{word}");
    }
    assert!(policy.contains("require-trusted-types-for 'script'"));
    // Nothing in the document itself asks for anything.
    let html = String::from_utf8(page::html(&about(), &[])).unwrap();
    for word in ["src=", "http://", "https://"] {
        assert!(!html.replace(BOOTSTRAP, "").contains(word), "{word}");
    }
}

#[test]
fn the_application_finds_its_data_where_it_looks_for_it() {
    let batches = vec![DataPart {
        kind: BatchKind::Raw,
        rows: 2,
        bytes: 99,
        span_us: (1_000_000, 2_500_000),
    }];
    let contents = Contents {
        organisation: Some(HOSTILE.into()),
        is_demo: true,
        now_us: 3_000_000,
        left_out: left_out(Some((0, 9_999_999)), &[Period::new(1_000_000, 5_000_000)]),
        directory: Some("{}".into()),
        batches,
    };
    let documents = page::documents(&about(), &contents);
    let of = |name: &str| -> Value {
        let (_, text) = documents.iter().find(|(held, _)| held == name).unwrap();
        serde_json::from_str(text).unwrap()
    };
    assert_eq!(of("/config.json")["manifest"], "/data/manifest.json");
    assert_eq!(of("/zones/index.json"), json!(["Europe/Berlin"]));
    let manifest = of("/data/manifest.json");
    assert_eq!(manifest["generated_at"], "1970-01-01T00:00:03Z");
    assert_eq!(manifest["batches"][0]["url"], "batches/1.ndjson");
    assert_eq!(
        manifest["batches"][0]["max_time"],
        "1970-01-01T00:00:02.500Z"
    );
    assert_eq!(DataPart::name(0), "/data/batches/1.ndjson");
    assert_eq!(
        manifest["left_out"],
        json!([
            {"from": "1970-01-01T00:00:00Z", "until": "1970-01-01T00:00:01Z"},
            {"from": "1970-01-01T00:00:05Z", "until": "1970-01-01T00:00:10Z"},
        ])
    );
}

#[test]
fn the_question_of_a_file_means_the_same_there() {
    let question = Question {
        zone: "Asia/Kolkata".into(),
        filters: vec![Clause {
            dimension: Dimension::parse("tool").unwrap(),
            exclude: true,
            values: vec![HOSTILE.into(), "a,b".into()],
            source: None,
        }],
        ..Question::default()
    };
    let search = About::search_of(&question);
    assert!(!search.contains("zone"));
    let usual = Question {
        zone: question.zone.clone(),
        ..Question::default()
    };
    assert_eq!(url::parse(&search, &usual), (question, Vec::new()));
}

#[test]
fn spans_meet_once_and_what_they_leave_out_is_known() {
    let apart = disjoint(&[
        Period::new(50, 60),
        Period::new(10, 20),
        Period::new(15, 30),
        Period::new(30, 31),
        Period::new(40, 40),
    ]);
    assert_eq!(apart, [Period::new(10, 31), Period::new(50, 60)]);
    assert!(left_out(None, &apart).is_empty());
    assert!(left_out(Some((10, 30)), &apart).is_empty());
    assert_eq!(left_out(Some((10, 31)), &apart).len(), 1);
    assert_eq!(left_out(Some((0, 70)), &apart).len(), 3);
    assert_eq!(left_out(Some((0, 70)), &[]).len(), 1);
}

#[test]
fn rows_become_batches_with_the_span_they_have() {
    let line =
        |second: u32| format!("{{\"time\":\"1970-01-01T00:00:{second:02}Z\",\"tool\":\"x\"}}\n");
    let mut gather = Gather::new(BatchKind::Raw);
    assert!(gather.finish().is_none());
    assert!(
        gather
            .push(format!("{}{}", line(1), line(2)).as_bytes(), 2, true)
            .is_none()
    );
    assert!(gather.push(line(3).as_bytes(), 1, false).is_none());
    let (part, bytes) = gather.push(line(4).as_bytes(), 1, true).unwrap();
    assert_eq!((part.rows, part.bytes), (3, bytes.len() as u64));
    assert_eq!(part.span_us, (1_000_000, 3_000_000));
    assert_eq!(gather.finish().unwrap().0.span_us, (4_000_000, 4_000_000));
    assert!(gather.finish().is_none());

    let mut hours = Gather::new(BatchKind::Aggregate);
    let rows = b"{\"hour\":\"1970-01-01T02:00:00Z\"}\n{\"hour\":\"1970-01-01T01:00:00Z\"}\n";
    assert!(hours.push(rows, 2, true).is_none());
    assert_eq!(
        hours.finish().unwrap().0.span_us,
        (3_600_000_000, 10_800_000_000)
    );
}

/// What a build leaves behind, as far as its names go.
fn build(folder: &Path) {
    let index = r#"<!doctype html><head><link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/base-1.css" integrity="sha384-x"/><link rel="stylesheet" href="/more-2.css"/>
        <link rel="modulepreload" href="/app-3.js" crossorigin="anonymous"><link rel="preload" href="/app-3_bg.wasm" as="fetch"></head>"#;
    let files = [
        ("index.html", index),
        ("base-1.css", "a{}"),
        ("more-2.css", "b{}"),
        ("app-3.js", "app glue"),
        ("app-3_bg.wasm", "app module"),
        ("toolscope-worker.js", "worker glue"),
        ("toolscope-worker_bg.wasm", "worker module"),
        ("vendor/echarts.min.js", "charts"),
    ];
    std::fs::create_dir_all(folder.join("vendor")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn toolscope(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toolscope"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn made(folder: &Path, arguments: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut all = vec!["query"];
    all.extend(arguments);
    all.extend(["--out", "made.html"]);
    let output = toolscope(folder, &all);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("The file holds the application"), "{said}");
    parts(&std::fs::read_to_string(folder.join("made.html")).unwrap())
}

fn tables(folder: &Path, arguments: &[&str]) -> Value {
    let mut all = vec!["query"];
    all.extend(arguments);
    all.extend(["--format", "json"]);
    let output = toolscope(folder, &all);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["tables"].clone()
}

#[test]
fn what_is_in_a_file_answers_like_what_it_was_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    build(&folder.join("dist"));
    let demo = [
        "demo",
        "--events",
        "5000",
        "--out",
        "demo",
        "--plain",
        "--aggregate-days",
        "200",
        "--now",
        "2026-06-01T00:00:00Z",
    ];
    assert!(toolscope(folder, &demo).status.success());
    let asked = [
        "--range",
        "90d",
        "--compare",
        "previous",
        "--zone",
        "Asia/Kolkata",
    ];
    for dashboard in ["executive", "tools", "users", "workspaces", "clients"] {
        let mut question = vec!["--dashboard", dashboard];
        question.extend(asked);
        let mut arguments = vec!["demo"];
        arguments.extend(&question);
        // Filters stay live, so they leave nothing out.
        let mut filtered = arguments.clone();
        filtered.extend(["--where", "outcome=failure"]);
        let parts = made(folder, &filtered);
        for (name, bytes) in &parts {
            if let Some(path) = name.strip_prefix("/data/") {
                let path = folder.join(dashboard).join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
        }
        let mut inside = vec![dashboard];
        inside.extend(&question);
        let (before, after) = (tables(folder, &arguments), tables(folder, &inside));
        let ids = |tables: &Value| -> Vec<String> {
            let tables = tables.as_array().unwrap().iter();
            tables.map(|table| table["id"].to_string()).collect()
        };
        assert_eq!(ids(&before), ids(&after));
        for (before, after) in before
            .as_array()
            .unwrap()
            .iter()
            .zip(after.as_array().unwrap())
        {
            assert_eq!(before, after, "{dashboard}: {}", before["id"]);
        }
        let of = |wanted: &str| &parts.iter().find(|(name, _)| name == wanted).unwrap().1;
        assert_eq!(of("app.css"), b"a{}\nb{}\n");
        assert_eq!(of("app.wasm"), b"app module");
        assert!(of("/zones/Asia/Kolkata.json").starts_with(b"{\"name\":\"Asia/Kolkata\""));
    }
}

#[test]
fn a_file_has_no_content_of_anybody() {
    let Some(corpus) = crate::corpus::corpus() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    build(&folder.path().join("dist"));
    let canaries = std::fs::read_to_string(corpus.join("canaries.txt")).unwrap();
    let canaries: Vec<String> = canaries
        .lines()
        .map(str::to_lowercase)
        .filter(|line| !line.is_empty())
        .collect();
    assert!(canaries.len() > 10);
    let source = corpus.to_str().unwrap();
    let parts = made(folder.path(), &[source, "--dashboard", "executive"]);
    let rows = parts.iter().filter(|(name, _)| name.contains("/batches/"));
    assert!(rows.map(|(_, bytes)| bytes.len()).sum::<usize>() > 10_000);
    for (name, bytes) in &parts {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for canary in &canaries {
            assert!(!text.contains(canary), "{name}: {canary}");
        }
    }
}

#[test]
fn what_is_no_file_to_be_made_is_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (arguments, code, sentence) in [
        (
            vec![
                "none.ndjson",
                "--dashboard",
                "executive",
                "--format",
                "html",
            ],
            2,
            "--out",
        ),
        (
            vec!["none.ndjson", "--widget", "kpi", "--out", "x.html"],
            2,
            "--dashboard",
        ),
        (
            vec!["none.ndjson", "--dashboard", "executive", "--out", "x.html"],
            1,
            "make build",
        ),
        (
            vec![
                "none.ndjson",
                "--dashboard",
                "executive",
                "--out",
                "x.html",
                "--app",
                ".",
            ],
            1,
            "no built application in .",
        ),
    ] {
        let mut all = vec!["query"];
        all.extend(arguments);
        let output = toolscope(folder, &all);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(sentence), "{said}");
        assert!(!folder.join("x.html").exists());
    }
    std::fs::write(folder.join("index.html"), "<html></html>").unwrap();
    let output = toolscope(
        folder,
        &[
            "query",
            "none.ndjson",
            "--dashboard",
            "executive",
            "--out",
            "x.html",
            "--app",
            ".",
        ],
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("lacks its style sheets"));
}
