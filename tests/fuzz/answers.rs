//! What comes in beside files: the question of a URL, messages, states of other shards, sketches.

use std::cell::RefCell;
use std::sync::LazyLock;

use toolscope::engine::PartialAnswer;
use toolscope::engine::sketch::{DdSketch, HyperLogLog};
use toolscope::model::limits::WORKER_BYTES_MAX;
use toolscope::model::zone::DAY_US;
use toolscope::model::{Directory, Zone};
use toolscope::native::zones;
use toolscope::protocol::{self, LoadOptions, Memory, Proposal, Request, Response};
use toolscope::query::{CompareSpec, Dimension, Question, RangeSpec, url, widgets};
use toolscope::service::{Loaded, Service};

use crate::mutate::{Pool, mutated};
use crate::targets::{Target, context, owned, people_queries, queries, question};
use crate::{seeds, texts};

pub const URL: Target = Target {
    name: "url",
    is_reader: false,
    seeds: || owned(&texts::URLS),
    tokens: texts::URL_WORDS,
    make: mutated,
    run: url_question,
};

pub const MESSAGES: Target = Target {
    name: "messages",
    is_reader: false,
    seeds: messages,
    tokens: &[],
    make: mutated,
    run: message,
};

pub const PARTIAL: Target = Target {
    name: "partial",
    is_reader: false,
    seeds: partials,
    tokens: &[],
    make: mutated,
    run: partial,
};

pub const SKETCHES: Target = Target {
    name: "sketches",
    is_reader: false,
    seeds: seeds::sketches,
    tokens: &[],
    make: mutated,
    run: sketch,
};

pub fn sketch_pool() -> &'static Pool {
    static POOL: LazyLock<Pool> = LazyLock::new(|| Pool {
        seeds: seeds::sketches(),
        tokens: &[],
    });
    &POOL
}

/// A shard with events and hours of everything.
fn shard() -> Service {
    let mut service = Service::new("fuzz");
    service.set_zone(zones::zone("Europe/Berlin").unwrap_or_default());
    for (source, bytes) in (1..).zip([texts::LINES.into(), seeds::aggregates().swap_remove(0)]) {
        let bytes: Vec<u8> = bytes;
        assert!(service.load(source, "file", &bytes, None).is_ok());
    }
    if let Ok(Loaded::Directory(directory, _)) =
        service.load(9, "people", texts::DIRECTORY.as_bytes(), None)
    {
        service.set_directory(Some(directory));
    }
    service
}

thread_local! {
    static SHARD: RefCell<Service> = RefCell::new(shard());
}

/// Every text is a question; what it is understood as is written so that it is read as the same again; and it has an
/// answer.
fn url_question(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let defaults = Question::default();
    let (question, _) = url::parse(&text, &defaults);
    let written = url::format(&question, &defaults);
    if written.len() < 64 * 1024 {
        let (again, warnings) = url::parse(&written, &defaults);
        assert_eq!(again, question, "{written}");
        assert!(warnings.is_empty(), "{written}: {warnings:?}");
    }
    for part in text.split(['&', '=']) {
        if let Some(range) = RangeSpec::parse(part) {
            assert_eq!(
                RangeSpec::parse(&range.to_text()).as_ref(),
                Some(&range),
                "{part}"
            );
            assert!(!range.label().is_empty());
        }
        if let Some(compare) = CompareSpec::parse(part) {
            assert_eq!(
                CompareSpec::parse(&compare.to_text()),
                Some(compare),
                "{part}"
            );
        }
        if let Some(dimension) = Dimension::parse(part) {
            assert_eq!(Dimension::parse(dimension.name()), Some(dimension));
        }
    }
    SHARD.with_borrow_mut(|service| {
        let mut context = context(service);
        context.now_us = question.now_us.unwrap_or(context.now_us);
        let zone = zones::zone(&question.zone).unwrap_or_default();
        service.set_zone(zone.clone());
        let (period, _) = question.periods(&context, &zone);
        assert!(period.from_us <= period.until_us);
        // Thousands of years by days take their time: a few of those are enough.
        let is_long = period.length_us() / DAY_US > 4_000;
        if is_long && bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>() % 32 != 0 {
            return;
        }
        let queries: Vec<_> = widgets::DASHBOARDS
            .iter()
            .flat_map(|dashboard| dashboard.widgets)
            .flat_map(|id| widgets::queries(id, &question, &context, &zone))
            .collect();
        assert!(service.ask(&question, &queries, &context).is_ok());
    });
}

fn messages() -> Vec<Vec<u8>> {
    let (question, queries) = (question(), queries());
    let service = shard();
    let context = context(&service);
    let ask = Request::Ask {
        id: 7,
        question: url::parse(texts::URLS[0], &question).0,
        queries: queries.clone(),
        context: context.clone(),
        partial: true,
    };
    let merge = Request::Merge {
        id: 7,
        question,
        queries: queries[1..].to_vec(),
        context,
    };
    let load = Request::LoadUrl {
        source: 1,
        name: "a".into(),
        url: "https://example.org/a".into(),
        bytes: 10,
        sha256: Some("00".into()),
        options: LoadOptions::default(),
    };
    let zone = Request::SetZone(zones::zone("America/New_York").unwrap_or_default());
    let directory: Option<Directory> = serde_json::from_str(texts::DIRECTORY).ok();
    let mut all: Vec<Vec<u8>> = [
        ask,
        merge,
        load,
        zone,
        Request::SetBudget(1 << 20),
        Request::SetDirectory(directory),
        Request::Ping,
    ]
    .iter()
    .filter_map(|request| protocol::encode(request).ok())
    .collect();
    let loaded = Response::Loaded {
        source: 1,
        receipt: service.receipts().next().cloned().unwrap_or_default(),
        members: Vec::new(),
        directory: None,
        proposals: vec![Proposal::default()],
        memory: Memory::default(),
    };
    all.extend(protocol::encode(&loaded));
    all
}

/// Bytes are a message or none; what was read is written so that it is read again; and a request can be served.
fn message(bytes: &[u8]) {
    if let Ok(response) = protocol::decode::<Response>(bytes) {
        let written = protocol::encode(&response).unwrap();
        let again: Response = protocol::decode(&written).unwrap();
        assert_eq!(protocol::encode(&again).unwrap(), written);
    }
    let Ok(request) = protocol::decode::<Request>(bytes) else {
        return;
    };
    let written = protocol::encode(&request).unwrap();
    let again: Request = protocol::decode(&written).unwrap();
    assert_eq!(protocol::encode(&again).unwrap(), written);
    SHARD.with_borrow_mut(|service| {
        service.set_zone(Zone::utc());
        match request {
            Request::SetZone(zone) => {
                service.set_zone(zone);
                let context = context(service);
                assert!(service.ask(&question(), &queries(), &context).is_ok());
                service.set_zone(Zone::utc());
            }
            Request::SetBudget(bytes) => {
                service.set_budget(bytes);
                assert!(service.memory().percent() < u64::MAX);
                service.set_budget(WORKER_BYTES_MAX);
            }
            Request::SetDirectory(directory) => service.set_directory(directory),
            Request::Ask {
                question,
                queries,
                context,
                ..
            }
            | Request::Merge {
                question,
                queries,
                context,
                ..
            } => {
                let _ = service.ask(&question, &queries, &context);
            }
            _ => {}
        }
    });
}

fn partials() -> Vec<Vec<u8>> {
    let mut service = shard();
    let context = context(&service);
    let empty = Service::new("fuzz");
    let mut all = Vec::new();
    let mut asking = service.begin_ask(&question(), &queries(), &context);
    while !service.step(&mut asking, 1_000) {}
    all.extend(service.finish(asking, 1.0));
    let mut asking = service.begin_ask(&question(), &queries()[1..2], &context);
    while !service.step(&mut asking, 1_000) {}
    all.extend(service.finish(asking, 1.0));
    let people = people_queries(&context);
    let mut asking = service.begin_ask(&question(), &people, &context);
    while !service.step(&mut asking, 1_000) {}
    all.extend(service.finish(asking, 1.0));
    let mut nothing = empty;
    let asking = nothing.begin_ask(&question(), &queries(), &context);
    all.extend(nothing.finish(asking, 1.0));
    all
}

/// States of another shard, alone and beside good ones.
fn partial(bytes: &[u8]) {
    let _ = PartialAnswer::decode(bytes);
    SHARD.with_borrow_mut(|service| {
        service.set_zone(Zone::utc());
        let context = context(service);
        let good = GOOD.with_borrow(Clone::clone);
        let hostile = bytes.to_vec();
        for shards in [vec![hostile.clone()], vec![good, hostile.clone(), hostile]] {
            for queries in [queries(), people_queries(&context)] {
                let _ = service.merge(&shards, &question(), &queries, &context);
            }
        }
    });
}

thread_local! {
    static GOOD: RefCell<Vec<u8>> = RefCell::new(partials().swap_remove(0));
}

/// A sketch that is read is written as itself, and merging it twice changes a set in nothing.
fn sketch(bytes: &[u8]) {
    if let Ok(sketch) = DdSketch::decode(bytes) {
        let again = DdSketch::decode(&sketch.encode());
        assert_eq!(again.as_ref(), Ok(&sketch));
        let mut both = sketch.clone();
        both.merge(&sketch);
        for q in [0.0, 0.5, 0.99, 1.0] {
            assert!(both.quantile(q).is_none_or(f64::is_finite));
        }
    }
    if let Ok(sketch) = HyperLogLog::decode(bytes) {
        assert_eq!(HyperLogLog::decode(&sketch.encode()).as_ref(), Ok(&sketch));
        let mut both = sketch.clone();
        both.merge(&sketch);
        assert_eq!(both.encode(), sketch.encode());
        assert!(both.estimate() >= 0.0);
    }
}
