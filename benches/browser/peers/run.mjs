#!/usr/bin/env node
// Side-by-side measurement of in-browser analytics engines on one dashboard workload. See README.md.
import fs from 'node:fs';
import path from 'node:path';
import os from 'node:os';
import zlib from 'node:zlib';
import crypto from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ENGINES } from './engines.mjs';
import { filtersForRound } from './tools/filters.mjs';
import { check } from './tools/check.mjs';
import { startServer } from './tools/server.mjs';
import { cpuSnapshot, foreign, loadavg, renderers, memoryOf, resetPeak, cpuMs } from './tools/proc.mjs';
import { report } from './tools/report.mjs';

const here = path.dirname(new URL(import.meta.url).pathname);
const { values: a } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000000,10000000' },
    engines: { type: 'string' },                       // default: all entries of engines.mjs not marked default:false
    rounds: { type: 'string', default: '5' },          // timed rounds of 5 filters each
    startup: { type: 'string', default: '7' },         // start-up runs
    cold: { type: 'string', default: '5' },            // cold loads per size
    'cold-big': { type: 'string', default: '3' },      // ... from 5M rows on
    budget: { type: 'string', default: '240' },        // an engine stops after this many seconds of timed refreshes per size (but never before one whole round)
    timeout: { type: 'string', default: '600' },       // seconds for any single step
    data: { type: 'string', default: new URL('.data', import.meta.url).pathname },
    venv: { type: 'string', default: new URL('.venv', import.meta.url).pathname },
    out: { type: 'string', default: path.join(here, 'results') },
    tag: { type: 'string', default: 'latest' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    isolate: { type: 'boolean', default: false },      // serve with COOP/COEP
    root: { type: 'string', multiple: true },          // extra static root: --root ours=/path/to/dist  ->  /ours/...
    'max-load': { type: 'string', default: '0.7' },    // wait for this 1-minute load average before each phase
    'max-wait': { type: 'string', default: '0' },      // ... at most this many seconds
    'no-profile': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (a.help) { console.log(fs.readFileSync(path.join(here, 'README.md'), 'utf8')); process.exit(0); }

const sizes = a.sizes.split(',').map(Number);
const num = (k) => Number(a[k]);
const engines = a.engines
  ? a.engines.split(',').map((id) => ENGINES.find((e) => e.id === id) ?? (() => { throw new Error(`no engine "${id}" in engines.mjs`); })())
  : ENGINES.filter((e) => e.default !== false);
const log = (...x) => console.log(new Date().toISOString().slice(11, 19), ...x);
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const median = (v) => { const s = [...v].sort((x, y) => x - y), n = s.length; return n ? (n % 2 ? s[n >> 1] : (s[n / 2 - 1] + s[n / 2]) / 2) : null; };
const quant = (v, p) => { const s = [...v].sort((x, y) => x - y); return s.length ? s[Math.min(s.length - 1, Math.ceil(p * s.length) - 1)] : null; };

// ------------------------------------------------------------------ set-up
fs.mkdirSync(a.data, { recursive: true });
fs.mkdirSync(a.out, { recursive: true });
const py = path.join(a.venv, 'bin', 'python');
for (const n of sizes) {
  const args = [path.join(here, 'tools/gen_data.py'), '--rows', String(n), '--out', a.data];
  if (n <= 1_000_000) args.push('--text');
  execFileSync(py, args, { stdio: 'inherit' });
}
const hasDuckParquet = fs.existsSync(path.join(a.data, 'duckdb-ext/v1.4.3/wasm_eh/parquet.duckdb_extension.wasm'));
const build = path.join(here, '.build');
{
  const esbuild = await import('esbuild');
  const mods = [...new Set(engines.map((e) => e.module))];
  await esbuild.build({
    entryPoints: mods.map((m) => path.join(here, 'adapters', `${m}.js`)), outdir: build, bundle: true, format: 'esm', minify: true,
    target: 'es2022', conditions: ['browser'], logLevel: 'error',
  });
}

function oracle(n, filters) {
  const key = crypto.createHash('sha256').update(JSON.stringify(filters) + fs.readFileSync(path.join(here, 'tools/oracle.py')) + fs.readFileSync(path.join(here, 'tools/gen_data.py'))).digest('hex').slice(0, 16);
  const cache = path.join(a.data, `oracle-${n}-${key}.json`);
  if (!fs.existsSync(cache)) {
    log(`oracle: ${filters.length} filters over ${n} rows ...`);
    const r = spawnSync(py, [path.join(here, 'tools/oracle.py')], { input: JSON.stringify({ parquet: path.join(a.data, `events-${n}.parquet`), filters }), maxBuffer: 1 << 30 });
    if (r.status !== 0) throw new Error(`oracle failed: ${r.stderr}`);
    fs.writeFileSync(cache, r.stdout);
  }
  return JSON.parse(fs.readFileSync(cache, 'utf8'));
}

async function quiet() {
  const until = Date.now() + num('max-wait') * 1000;
  while (loadavg() > num('max-load') && Date.now() < until) await sleep(5000);
  return loadavg();
}

// ------------------------------------------------------------------ browser
const { chromium } = await import('playwright-core');
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ...(a.isolate ? ['--enable-blink-features=ForceEagerMeasureMemory'] : [])];
const toolscope = path.join(here, '../../../target/peers-dist');
const roots = { web: path.join(here, 'web'), b: build, nm: path.join(here, 'node_modules'), data: a.data, toolscope, top: toolscope };
for (const r of a.root ?? []) { const [k, v] = r.split('='); roots[k] = path.resolve(v); }
const server = await startServer({ roots, isolate: a.isolate });
const browser = await chromium.launch({ executablePath: a.chromium, headless: true, args: FLAGS, env: { ...process.env, TZ: 'UTC' } });

function limit(p, what) {
  let t;
  return Promise.race([p, new Promise((_, no) => { t = setTimeout(() => no(new Error(`${what}: more than ${a.timeout} s`)), num('timeout') * 1000); })]).finally(() => clearTimeout(t));
}
function config(e, rows) {
  let { opts, format } = e;
  for (const b of e.byRows ?? []) if (rows >= b.from) { opts = { ...opts, ...b.opts }; format = b.format ?? format; }
  if (e.needs === 'duckdb-parquet' && !hasDuckParquet) { opts = { ...opts, parquet: false }; format = 'arrow'; }
  return { opts, format };
}
async function open(e) {
  const ctx = await browser.newContext();
  const page = await ctx.newPage();
  const errors = [];
  page.on('pageerror', (x) => errors.push(String(x)));
  page.on('crash', () => errors.push('renderer crashed'));
  await page.goto(`${server.url}/web/index.html`);
  await page.waitForFunction(() => globalThis.peersReady === true);
  const crashed = new Promise((_, no) => page.on('crash', () => no(new Error('renderer crashed (out of memory?)'))));
  crashed.catch(() => {});
  const call = (fn, arg, what) => limit(Promise.race([page.evaluate(fn, arg), crashed]), `${e.id} ${what}`);
  return { ctx, page, errors, call, close: () => ctx.close().catch(() => {}) };
}
const doInit = (p, e, rows) => p.call(([m, o]) => peers.init(m, o), [e.module, config(e, rows).opts], 'init');

async function pidOf(p) { // the renderer whose resident memory rises when the page touches a lot of it
  const rss = (r) => { try { return memoryOf(r).rss; } catch { return 0; } };
  let best = null;
  for (const mib of [64, 160, 320]) {
    const before = new Map(renderers().map((r) => [r, rss(r)]));
    await p.page.evaluate((m) => peers.hold(m), mib);
    let rise = 0.6 * mib * 2 ** 20;
    for (const r of renderers()) { const d = rss(r) - (before.get(r) ?? Infinity); if (d > rise) { rise = d; best = r; } }
    await p.page.evaluate(() => peers.hold(0));
    await collectGarbage(p);
    if (best) return best;
  }
  throw new Error('renderer process not found');
}
async function collectGarbage(p) {
  const s = await p.ctx.newCDPSession(p.page);
  for (let i = 0; i < 3; i++) await s.send('HeapProfiler.collectGarbage').catch(() => {});
  await s.detach();
}

// ------------------------------------------------------------------ sizes
const sizeCache = path.join(a.data, 'compressed-sizes.json');
const compressed = fs.existsSync(sizeCache) ? JSON.parse(fs.readFileSync(sizeCache, 'utf8')) : {};
function transfer(files) {
  const out = { files: [], raw: 0, gzip: 0, brotli: 0 };
  for (const f of files) {
    const b = fs.readFileSync(f);
    const h = crypto.createHash('sha256').update(b).digest('hex');
    if (!compressed[h]) {
      compressed[h] = {
        gzip: zlib.gzipSync(b, { level: 9 }).length,
        brotli: zlib.brotliCompressSync(b, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_LGWIN]: 24, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: b.length } }).length,
      };
      fs.writeFileSync(sizeCache, JSON.stringify(compressed));
    }
    const c = compressed[h];
    out.files.push({ file: path.relative(here, f), raw: b.length, ...c });
    out.raw += b.length; out.gzip += c.gzip; out.brotli += c.brotli;
  }
  return out;
}
const engineFiles = (entries) => [...new Set(entries.filter((l) => l.file && /\.(wasm|m?js)$/.test(l.file) && !l.path.startsWith('/web/')).map((l) => l.file))];

// ------------------------------------------------------------------ measure
const results = {
  when: new Date().toISOString(), args: a, isolated: a.isolate,
  machine: { cpu: os.cpus()[0].model, cores: os.cpus().length, memGiB: +(os.totalmem() / 2 ** 30).toFixed(1), kernel: os.release() },
  versions: { chromium: browser.version(), node: process.version, flags: FLAGS }, baseline: null, startup: {}, sizes: {}, checks: [],
};
const rotate = (list, k) => list.map((_, i) => list[(i + k) % list.length]);
const save = () => fs.writeFileSync(path.join(a.out, `${a.tag}.json`), JSON.stringify(results, null, 1));
const runnable = engines.filter((e) => {
  if (e.needs === 'isolation' && !a.isolate) { log(`${e.id}: needs --isolate, skipped`); return false; }
  return true;
});
results.engines = Object.fromEntries(runnable.map((e) => [e.id, { label: e.label, module: e.module, ...config(e, 0), byRows: e.byRows }]));

try {
  { // an empty page, for comparison
    const p = await open({ id: 'blank' });
    const pid = await pidOf(p);
    await collectGarbage(p);
    results.baseline = memoryOf(pid);
    await p.close();
  }

  // --- start-up: fetch from 127.0.0.1 + compile + instantiate, in a fresh browser context each time
  log(`start-up x${a.startup}, load ${await quiet()}`);
  for (let r = 0; r < num('startup'); r++) {
    for (const e of rotate(runnable, r)) {
      const from = server.log.length;
      const p = await open(e);
      try {
        const s1 = cpuSnapshot();
        const v = await doInit(p, e, sizes[0]);
        const st = (results.startup[e.id] ??= { ms: [], importMs: [], instantiateMs: [], foreign: [], version: v.version });
        st.foreign.push(foreign(s1, cpuSnapshot()));
        st.ms.push(v.ms); st.importMs.push(v.importMs); st.instantiateMs.push(v.instantiateMs);
        st.fetched ??= engineFiles(server.log.slice(from));
      } catch (err) { (results.startup[e.id] ??= { ms: [] }).error = String(err); log(`${e.id} start-up:`, String(err)); }
      await p.close();
    }
  }
  for (const [id, s] of Object.entries(results.startup)) {
    s.median = median(s.ms);
    if (s.fetched) { s.transfer = transfer(s.fetched); delete s.fetched; }
    log(`  ${id}: ${s.median?.toFixed(0)} ms, ${(s.transfer?.brotli / 2 ** 20).toFixed(2)} MiB brotli`);
  }
  save();

  for (const rows of sizes) {
    const coldRuns = rows >= 5_000_000 ? num('cold-big') : num('cold');
    const rounds = num('rounds');
    const warm = rows >= 5_000_000 ? 1 : 2;                       // untimed rounds
    const plan = Array.from({ length: warm + rounds }, (_, r) => filtersForRound(r));
    const expected = oracle(rows, plan.flat()).expected;
    const want = (f) => expected[f.round * 5 + Number(f.id.slice(1)) - 1];
    const S = (results.sizes[rows] = { engines: {}, rounds, warmRounds: warm });
    const E = (id) => (S.engines[id] ??= { cold: [], refresh: [], errors: [], checks: { ok: 0, bad: [] } });
    const verify = (id, f, r) => {
      const bad = check(r, want(f));
      const c = E(id).checks;
      if (bad.length) { c.bad.push({ filter: f.id, round: f.round, bad: bad.slice(0, 5) }); log(`  WRONG ${id} ${f.id}/${f.round}: ${bad.slice(0, 3).join('; ')}`); } else c.ok++;
    };
    const alive = new Set(runnable.filter((e) => {
      if (e.maxRows && rows > e.maxRows) { E(e.id).skipped = `not measured above ${e.maxRows} rows`; return false; }
      return true;
    }));
    const pages = new Map();

    // --- cold load; the page of the last run stays open for the refreshes
    log(`${rows} rows: cold load x${coldRuns}, load ${await quiet()}`);
    for (let r = 0; r < coldRuns; r++) {
      for (const e of rotate(runnable, r)) {
        if (!alive.has(e)) continue;
        const { format } = config(e, rows);
        const p = await open(e);
        let keep = false;
        try {
          await doInit(p, e, rows);
          const bytes = await p.call((u) => peers.fetch(u), `/data/events-${rows}.${format}`, 'fetch');
          const last = r === coldRuns - 1;
          const pid = await pidOf(p);
          if (last) { E(e.id).memoryBefore = memoryOf(pid); resetPeak(pid); }
          const f = filtersForRound(0)[0];
          const s1 = cpuSnapshot(), c1 = cpuMs(pid);
          const v = await p.call(([fm, fl]) => peers.cold(fm, fl), [format, f], 'cold load');
          const cpu = cpuMs(pid) - c1;
          const fo = foreign(s1, cpuSnapshot());
          verify(e.id, f, v.result);
          delete v.result;
          E(e.id).cold.push({ ...v, cpu, foreign: fo });
          Object.assign(E(e.id), { format, bytes });
          if (last) {
            const peak = memoryOf(pid).peakRss;
            await collectGarbage(p);
            E(e.id).memoryLoaded = { ...memoryOf(pid), peakRssDuringColdLoad: peak };
            if (a.isolate) E(e.id).memoryLoaded.userAgentSpecific = await p.call(() => peers.memory(), null, 'memory').catch((x) => String(x));
            E(e.id).pid = pid;
            keep = true;
            pages.set(e.id, p);
          }
        } catch (err) {
          E(e.id).errors.push(`cold load: ${String(err).split('\n')[0]}`);
          log(`  ${e.id}: ${String(err).split('\n')[0]} ${p.errors.join(' | ')}`);
          alive.delete(e);
        }
        if (!keep) await p.close();
      }
    }
    for (const [id, v] of Object.entries(S.engines)) if (v.cold.length) log(`  ${id}: cold ${median(v.cold.map((c) => c.ms)).toFixed(0)} ms (load ${median(v.cold.map((c) => c.loadMs)).toFixed(0)})`);
    save();

    // --- refreshes: for every filter, every engine in turn
    log(`${rows} rows: refresh, ${warm} warm-up + ${rounds} timed rounds x 5 filters, load ${await quiet()}`);
    const spent = Object.fromEntries([...alive].map((e) => [e.id, 0]));
    let turn = 0;
    for (let r = 0; r < plan.length; r++) {
      const active = [...alive].filter((e) => r <= warm || spent[e.id] < num('budget'));
      for (const f of plan[r]) {
        for (const e of rotate(active, turn++)) {
          if (!alive.has(e)) continue;
          const p = pages.get(e.id);
          try {
            const s1 = cpuSnapshot();
            const c1 = cpuMs(E(e.id).pid);
            const v = await p.call(([fl]) => peers.refresh(fl, true), [f], 'refresh');
            const cpu = cpuMs(E(e.id).pid) - c1;
            const fo = foreign(s1, cpuSnapshot());
            verify(e.id, f, v.result);
            if (r >= warm) { E(e.id).refresh.push({ filter: f.id, round: r, ms: v.ms, cpu, foreign: fo }); spent[e.id] += v.ms / 1000; }
          } catch (err) {
            E(e.id).errors.push(`refresh ${f.id}: ${String(err).split('\n')[0]}`);
            log(`  ${e.id}: ${String(err).split('\n')[0]} ${p.errors.join(' | ')}`);
            alive.delete(e);
          }
        }
      }
      save();
    }

    for (const e of runnable) {
      const v = E(e.id), p = pages.get(e.id);
      if (v.refresh.length) {
        const ms = v.refresh.map((x) => x.ms);
        v.refreshMedian = median(ms); v.refreshP95 = quant(ms, 0.95); v.refreshMin = Math.min(...ms);
        v.byFilter = Object.fromEntries(['F1', 'F2', 'F3', 'F4', 'F5'].map((id) => [id, median(v.refresh.filter((x) => x.filter === id).map((x) => x.ms))]));
        v.cpuMedian = median(v.refresh.map((x) => x.cpu));
        v.cpuByFilter = Object.fromEntries(['F1', 'F2', 'F3', 'F4', 'F5'].map((id) => [id, median(v.refresh.filter((x) => x.filter === id).map((x) => x.cpu))]));
        const calm = v.refresh.filter((x) => x.foreign < 0.1);
        v.calm = { samples: calm.length, median: median(calm.map((x) => x.ms)) };
      }
      if (v.cold.length) v.coldMedian = median(v.cold.map((x) => x.ms));
      if (p && alive.has(e)) {
        try {
          if (v.pid) { await collectGarbage(p); v.memoryAfter = memoryOf(v.pid); }
          if (a.isolate) v.memoryAfter.userAgentSpecific = await p.call(() => peers.memory(), null, 'memory').catch((x) => String(x));
          if (!a['no-profile']) {
            v.profile = {};
            const slow = v.refreshMedian > 5000;
            for (const f of slow ? [filtersForRound(90)[0]] : [filtersForRound(90)[0], filtersForRound(91)[1]]) {
              if (!slow) await p.call((fl) => peers.profile(fl), f, 'profile'); // warm
              v.profile[f.id] = await p.call((fl) => peers.profile(fl), { ...f, from: f.from + 777, to: f.to + 777, prevFrom: f.prevFrom + 777, prevTo: f.prevTo + 777 }, 'profile');
            }
          }
        } catch (err) { v.errors.push(`profile: ${String(err).split('\n')[0]}`); }
      }
      await p?.close();
      log(`  ${e.id}: refresh median ${v.refreshMedian?.toFixed(1)} p95 ${v.refreshP95?.toFixed(1)} cpu ${v.cpuMedian?.toFixed(1)} ms (n=${v.refresh.length}); check: ${v.checks.ok} ok, ${v.checks.bad.length} wrong${v.errors.length ? '; ' + v.errors.join('; ') : ''}`);
    }
    save();
  }
} finally {
  await browser.close().catch(() => {});
  await server.close();
}
save();
const md = report(results);
fs.writeFileSync(path.join(a.out, `${a.tag}.md`), md);
console.log('\n' + md);
process.exit(Object.values(results.sizes).some((s) => Object.values(s.engines).some((v) => v.checks.bad.length)) ? 1 : 0);
