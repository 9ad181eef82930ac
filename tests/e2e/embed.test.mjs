// Widgets in other people's pages (M1, M2): another origin, a strict policy, third-party storage blocked, hostile parents.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { DEMO, ROOT, open, query, ready, records, same, serve, tiles, widgetTable } from "./harness.mjs";

const PORTAL = join(ROOT, "tests/portal");
const SAMPLE = "http://127.0.0.1:8080";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css" };
const axe = readFileSync(join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8");

let portal, server, chrome, at;
/** Pages that a test brings: path → html. */
const pages = new Map();

before(async () => {
  portal = createServer((asked, answer) => {
    const path = new URL(asked.url, "http://x").pathname;
    const brought = pages.get(path);
    if (brought !== undefined) {
      answer.writeHead(200, { "content-type": TYPES[".html"] }).end(brought);
      return;
    }
    try {
      const file = path === "/" ? "/index.html" : path;
      const body = readFileSync(join(PORTAL, file), "utf8").replaceAll(SAMPLE, server.url);
      answer.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }).end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  portal.listen(0);
  await once(portal, "listening");
  const { port } = portal.address();
  at = (host) => `http://${host}:${port}`;
  server = await serve(DEMO, ["--frame-ancestors", at("localhost"), "--frame-ancestors", at("portal.test"), "--frame-ancestors", at("127.0.0.1")]);
  chrome = await chromium.launch({
    executablePath: process.env.TOOLSCOPE_BROWSER ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--test-third-party-cookie-phaseout", "--site-per-process", "--host-resolver-rules=MAP *.test 127.0.0.1",
    ],
  });
});
after(async () => {
  await chrome?.close();
  await server?.stop();
  portal?.closeAllConnections();
  portal?.close();
});

const element = (attributes, more = "") => `<toolscope-widget src="${server.url}" zone="UTC" ${attributes}>${more}</toolscope-widget>`;

/** A page of the portal with these elements; `page.posted` is everything that any frame posted to its window. */
async function portalPage(t, body, { host = "localhost", viewport = { width: 1200, height: 900 }, script = true, ...more } = {}) {
  const path = `/${Math.random().toString(36).slice(2)}.html`;
  pages.set(path, `<!doctype html><html lang="en"><meta charset="utf-8"><title>Portal</title><link rel="icon" href="data:,">
    ${script ? `<script type="module" src="${server.url}/toolscope-embed.js"></script>` : ""}<body>${body}</body></html>`);
  const context = await chrome.newContext({ viewport, timezoneId: "UTC", locale: "en-GB", ...more });
  t.after(() => context.close());
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  await page.addInitScript(() => {
    globalThis.posted = [];
    globalThis.said = [];
    globalThis.events = [];
    addEventListener("message", (event) => globalThis.posted.push({ origin: event.origin, data: String(event.data), ports: event.ports.length }));
    for (const type of ["ready", "filter", "select", "error"]) {
      addEventListener(type, (event) => event.target?.localName === "toolscope-widget" && globalThis.events.push({ type, from: event.target.getAttribute("widget"), detail: event.detail }), true);
    }
    // What comes over the ports, before the element has seen it.
    const Real = globalThis.MessageChannel;
    globalThis.MessageChannel = class extends Real {
      constructor() {
        super();
        this.port1.addEventListener("message", (event) => globalThis.said.push(event.data));
      }
    };
  });
  await page.goto(at(host) + path);
  return page;
}

const embedFrames = (page) => page.frames().filter((frame) => frame.url().startsWith(`${server.url}/embed/`));

/** The frame of a widget, once its numbers are there. */
async function shown(page, widget, timeout = 30_000) {
  const limit = Date.now() + timeout;
  for (;;) {
    const frame = embedFrames(page).find((frame) => new URL(frame.url()).pathname === `/embed/${widget}`);
    if (frame) {
      await ready(frame, timeout);
      return frame;
    }
    if (Date.now() > limit) throw new Error(`no frame of ${widget}; ${page.frames().map((frame) => frame.url())}`);
    await page.waitForTimeout(50);
  }
}

const events = (page, type) => page.evaluate((type) => globalThis.events.filter((event) => event.type === type), type);

/** Do a widget's rows agree with the command line, in the columns both have? */
async function agrees(frame, widget, ...args) {
  const rows = await widgetTable(frame, widget);
  const expected = records(query(DEMO, "--widget", widget, "--zone", "UTC", ...args).tables[0]);
  assert.equal(rows.length, expected.length);
  rows.forEach((row, at) => {
    for (const [column, value] of Object.entries(row)) {
      if (column in expected[at]) assert.ok(same(value, expected[at][column]), `${widget} ${at} ${column}: ${value} ≠ ${expected[at][column]}`);
    }
  });
  return rows;
}

/** Clicks the first name of a widget, which is asked for only once it is seen. */
async function clickName(frame, id) {
  await frame.locator(`[data-widget="${id}"]`).scrollIntoViewIfNeeded();
  await frame.locator(`[data-widget="${id}"] [data-filter]`).first().click();
}

/** Workers of data in the whole browser context, of frames in other processes too. */
async function workerCount(page) {
  const session = await chrome.newBrowserCDPSession();
  const { targetInfos } = await session.send("Target.getTargets", { filter: [{ type: "worker" }] });
  await session.detach();
  const ofPage = page.workers().length;
  return { targets: targetInfos.length, ofPage };
}

test("M1 the sample portal: its policy lets the element in, one control asks both widgets, events come out", async (t) => {
  const context = await chrome.newContext({ viewport: { width: 1200, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
  t.after(() => context.close());
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(at("localhost"));
  const tools = await shown(page, "top-tools");
  const reasons = await shown(page, "failure-reasons");
  await page.waitForFunction(() => globalThis.heard.filter((event) => event.type === "ready").length === 2);
  assert.equal(await tools.evaluate(() => document.hasStorageAccess()), false, "storage of third parties is blocked");
  await agrees(tools, "top-tools", "--range", "30d");
  await agrees(reasons, "failure-reasons", "--range", "30d");
  await page.locator("#range").selectOption("7d");
  await tools.waitForFunction(() => location.search.includes("range=7d"));
  await reasons.waitForFunction(() => location.search.includes("range=7d"));
  await ready(tools);
  await ready(reasons);
  await agrees(tools, "top-tools", "--range", "7d");
  await agrees(reasons, "failure-reasons", "--range", "7d");
  const name = tools.locator('[data-filter="tool"]').first();
  const tool = await name.innerText();
  await name.click();
  await page.waitForFunction(() => globalThis.heard.some((event) => event.type === "filter"));
  const heard = await page.evaluate(() => globalThis.heard);
  assert.deepEqual(heard.find((event) => event.type === "filter").detail.filters, [{ dimension: "tool", exclude: false, values: [tool] }]);
  assert.deepEqual(heard.find((event) => event.type === "select").detail, { widget: "top-tools", dimension: "tool", value: tool });
  assert.deepEqual(heard.filter((event) => event.type === "error"), []);
  assert.deepEqual(errors, []);
});

test("M1 several widgets on one page cost one engine, and another takes over when its page goes", async (t) => {
  const alone = await portalPage(t, element('widget="top-tools" range="7d"'));
  await shown(alone, "top-tools");
  const one = await workerCount(alone);
  t.diagnostic(`workers of one widget: ${JSON.stringify(one)}`);
  assert.ok(one.targets >= 1 && one.ofPage >= 1);
  await alone.context().close();
  const page = await portalPage(t, ["top-tools", "failure-reasons", "top-users"].map((id) => element(`widget="${id}" range="7d" id="${id}"`)).join(""));
  const frames = [];
  for (const id of ["top-tools", "failure-reasons", "top-users"]) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    frames.push(await shown(page, id));
  }
  assert.deepEqual(await workerCount(page), one);
  const engines = await Promise.all(frames.map((frame) => frame.evaluate(() => document.documentElement.dataset.engine)));
  assert.deepEqual([...engines].sort(), ["own", "shared", "shared"]);
  const owner = ["top-tools", "failure-reasons", "top-users"][engines.indexOf("own")];
  await page.evaluate((id) => document.querySelector(`#${id}`).remove(), owner);
  const left = frames.filter((_, index) => engines[index] !== "own");
  await left[0].waitForFunction(() => document.documentElement.dataset.state === "loading" || document.documentElement.dataset.engine === "own", undefined, { timeout: 5_000 });
  for (const frame of left) {
    const id = new URL(frame.url()).pathname.split("/").at(-1);
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await ready(frame);
  }
  // A new question needs workers that answer.
  await page.evaluate(() => document.querySelectorAll("toolscope-widget").forEach((widget) => widget.setQuestion({ range: "24h" })));
  for (const frame of left) {
    const id = new URL(frame.url()).pathname.split("/").at(-1);
    await frame.waitForFunction(() => location.search.includes("24h"));
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await ready(frame);
    await agrees(frame, id, "--range", "24h");
  }
  const now = await Promise.all(left.map((frame) => frame.evaluate(() => document.documentElement.dataset.engine)));
  assert.deepEqual(now.sort(), ["own", "shared"]);
  assert.deepEqual(await workerCount(page), one);
  assert.deepEqual(page.errors, []);
});

test("M1 A6 a worker of the shared engine that dies is replaced, and the widgets without workers answer again too", async (t) => {
  const page = await portalPage(t, element('widget="top-tools" range="7d"') + element('widget="failure-reasons" range="7d"'));
  const frames = [await shown(page, "top-tools"), await shown(page, "failure-reasons")];
  const [, came] = await Promise.all([page.workers()[0].evaluate(() => self.close()), page.waitForEvent("worker", { timeout: 5_000 })]);
  assert.ok(came);
  await page.evaluate(() => document.querySelectorAll("toolscope-widget").forEach((widget) => widget.setQuestion({ range: "24h" })));
  for (const frame of frames) {
    await frame.waitForFunction(() => location.search.includes("24h"));
    await ready(frame);
    await agrees(frame, new URL(frame.url()).pathname.split("/").at(-1), "--range", "24h");
  }
  assert.deepEqual((await events(page, "error")).map((event) => event.detail), []);
});

test("M1 two widgets that ask in different zones share the engine, and each cuts time in its own", async (t) => {
  const page = await portalPage(t, `${element('widget="daily-executions" range="7d" id="a"')}<toolscope-widget src="${server.url}" zone="Asia/Tokyo" widget="resource-use" range="7d"></toolscope-widget>`);
  const [utc, tokyo] = [await shown(page, "daily-executions"), await shown(page, "resource-use")];
  for (const range of ["3d", "5d", "7d"]) {
    await page.evaluate((range) => document.querySelectorAll("toolscope-widget").forEach((widget) => widget.setQuestion({ range })), range);
    await Promise.all([utc, tokyo].map((frame) => frame.waitForFunction((range) => location.search.includes(`range=${range}`), range)));
    await Promise.all([ready(utc), ready(tokyo)]);
  }
  await agrees(utc, "daily-executions", "--range", "7d");
  const rows = await widgetTable(tokyo, "resource-use");
  const expected = records(query(DEMO, "--widget", "resource-use", "--zone", "Asia/Tokyo", "--range", "7d").tables[0]);
  assert.deepEqual(rows.map((row) => Object.values(row)[0]), expected.map((row) => Object.values(row)[0]));
  assert.equal((await Promise.all([utc, tokyo].map((frame) => frame.evaluate(() => document.documentElement.dataset.engine)))).filter((engine) => engine === "own").length, 1);
});

test("M2 the question goes in by attributes and by the method; the numbers are those of the command line", async (t) => {
  const page = await portalPage(t, element('widget="kpi" range="30d" compare="none" id="w"'));
  const frame = await shown(page, "kpi");
  const check = async (...args) => {
    const expected = records(query(DEMO, "--widget", "kpi", "--zone", "UTC", ...args).tables[0])[0];
    const actual = await tiles(frame);
    for (const [metric, value] of Object.entries(actual)) assert.ok(same(value, expected[metric]), `${metric}: ${value} ≠ ${expected[metric]}`);
    return actual.executions;
  };
  const before = await check("--range", "30d", "--compare", "none");
  await page.evaluate(() => document.querySelector("#w").setQuestion({ range: "90d", filters: { client: ["Cursor"], "not.outcome": ["success"] } }));
  await frame.waitForFunction(() => location.search.includes("client=Cursor"));
  await ready(frame);
  assert.notEqual(await check("--range", "90d", "--compare", "none", "--where", "client=Cursor", "--where-not", "outcome=success"), before);
  await page.evaluate(() => { document.querySelector("#w").removeAttribute("filters"); document.querySelector("#w").setAttribute("range", "30d"); });
  await frame.waitForFunction(() => !location.search.includes("client"));
  await ready(frame);
  assert.equal(await check("--range", "30d", "--compare", "none"), before);
  assert.deepEqual(await page.evaluate(() => document.querySelector("#w").question), { range: "30d", compare: "none", zone: "UTC" });
  // What can't be understood degrades, as in an address, and is said.
  await page.evaluate(() => document.querySelector("#w").setQuestion({ range: "javascript:alert(1)", filters: "password=x&theme=dark" }));
  await page.waitForFunction(() => globalThis.events.filter((event) => event.type === "error").length >= 2);
  const said = await events(page, "error");
  assert.ok(said.every((event) => event.detail.code === "question" && typeof event.detail.message === "string"), JSON.stringify(said));
  await ready(frame);
  assert.equal(await check("--range", "30d", "--compare", "none"), before);
});

test("M2 locked filters stay whatever is clicked; open ones filter, and only they are told", async (t) => {
  const page = await portalPage(t, element('widget="executive" range="30d" filters="client=Cursor" lock="client,tool"'));
  const frame = await shown(page, "executive");
  await clickName(frame, "top-tools");
  await page.waitForFunction(() => globalThis.events.some((event) => event.type === "select"));
  assert.ok(!new URLSearchParams(await frame.evaluate(() => location.search)).has("tool@top-tools"));
  assert.deepEqual(await events(page, "filter"), []);
  await clickName(frame, "top-users");
  await page.waitForFunction(() => globalThis.events.some((event) => event.type === "filter"));
  const [{ detail }] = await events(page, "filter");
  assert.deepEqual(detail.filters.map((filter) => filter.dimension), ["user"]);
  assert.ok(!detail.question.includes("client"), detail.question);
  const address = new URLSearchParams(await frame.evaluate(() => location.search));
  assert.equal(address.get("client"), "Cursor");
  assert.equal(address.get("lock"), "tool,client");
  const all = await portalPage(t, element('widget="executive" range="30d" lock="all"'));
  const held = await shown(all, "executive");
  const address_before = await held.evaluate(() => location.search);
  for (const id of ["top-tools", "top-users"]) await clickName(held, id);
  await all.waitForFunction(() => globalThis.events.filter((event) => event.type === "select").length === 2);
  assert.equal(await held.evaluate(() => location.search), address_before);
  assert.deepEqual(await events(all, "filter"), []);
});

test("M2 the frame is as tall as what is in it, on a phone and on a wall, and grows with a panel", async (t) => {
  for (const width of [320, 1200]) {
    const page = await portalPage(t, element('widget="top-tools" range="30d"'), { viewport: { width, height: 800 } });
    const frame = await shown(page, "top-tools");
    const fits = async () => page.waitForFunction(() => document.querySelector("iframe").clientHeight !== 240);
    await fits();
    const measured = async () => ({
      inside: await frame.evaluate(() => ({ need: document.querySelector("main").scrollHeight, view: innerHeight, wide: document.documentElement.scrollWidth - innerWidth })),
      frame: await page.evaluate(() => document.querySelector("iframe").clientHeight),
    });
    await page.waitForTimeout(300);
    const before = await measured();
    assert.equal(before.inside.need, before.frame);
    assert.ok(before.inside.wide <= 0, `${width}: ${before.inside.wide} px sideways`);
    await frame.locator('[data-action="export"]').click();
    await page.waitForTimeout(400);
    const opened = await measured();
    assert.equal(opened.inside.need, opened.frame);
    await page.context().close();
  }
});

test("M2 theme, language and accent come from the attributes, and no preference is kept", async (t) => {
  const page = await portalPage(t, element('widget="top-tools" range="30d" theme="dark" lang="de" accent="ff8800" id="w"'));
  const frame = await shown(page, "top-tools");
  const look = () => frame.evaluate(() => ({
    theme: document.documentElement.dataset.theme,
    surface: getComputedStyle(document.querySelector(".card")).backgroundColor,
    ground: getComputedStyle(document.body).backgroundColor,
    accent: getComputedStyle(document.documentElement).getPropertyValue("--accent").trim(),
  }));
  assert.deepEqual(await look(), { theme: "dark", surface: "rgb(24, 27, 33)", ground: "rgb(16, 18, 23)", accent: "#ff8800" });
  const number = await frame.locator(".bar__value").first().innerText();
  assert.match(number, /^\d{1,3}(\.\d{3})+$/, "German thousands");
  await page.evaluate(() => document.querySelector("#w").setAttribute("theme", "light"));
  await frame.waitForFunction(() => document.documentElement.dataset.theme === "light");
  assert.equal((await look()).surface, "rgb(255, 255, 255)");
  assert.equal(await frame.evaluate(() => { try { return localStorage.getItem("toolscope.theme"); } catch { return null; } }), null);
  const bad = await portalPage(t, element('widget="top-tools" range="30d" theme="dark;x" accent="red;}" lang="de_DE;" lock="password"'));
  await shown(bad, "top-tools");
  await bad.waitForFunction(() => globalThis.events.filter((event) => event.type === "error").length === 4);
  assert.ok((await events(bad, "error")).every((event) => event.detail.code === "embed"));
});

test("M2 nothing but the documented messages reaches the parent", async (t) => {
  const page = await portalPage(t, element('widget="top-tools" range="30d"') + element('widget="no-such-thing"'));
  const frame = await shown(page, "top-tools");
  await frame.locator("[data-filter]").first().click();
  await page.waitForFunction(() => globalThis.events.some((event) => event.type === "filter"));
  await page.evaluate(() => document.querySelector("toolscope-widget").setQuestion({ range: "7d" }));
  await frame.waitForFunction(() => location.search.includes("range=7d"));
  await ready(frame);
  await page.waitForFunction(() => globalThis.events.some((event) => event.type === "error"));
  assert.deepEqual(await page.evaluate(() => globalThis.posted), [], "the window itself gets no message");
  const keys = { ready: "question,type,widget", size: "height,type", filter: "filters,question,type", select: "dimension,type,value,widget", error: "code,message,type" };
  const said = await page.evaluate(() => globalThis.said);
  assert.ok(said.length > 4);
  for (const text of said) {
    const message = JSON.parse(text);
    assert.equal(Object.keys(message).sort().join(), keys[message.type], text);
  }
  const [error] = await events(page, "error");
  assert.equal(error.detail.code, "unknown_widget");
});

/** Frames that show nothing of ours and have no worker; the innermost stopped by the browser, or by the page itself. */
async function isRefused(page, by = "browser") {
  const innermost = () => page.frames().at(-1);
  const limit = Date.now() + 10_000;
  const stopped = async () => {
    if (page.frames().length < 2) return false;
    if (by === "browser") return innermost().url().startsWith("chrome-error:");
    return innermost().evaluate(() => !!document.querySelector("[data-embed-refused]")).catch(() => false);
  };
  while (!(await stopped())) {
    if (Date.now() > limit) return false;
    await page.waitForTimeout(50);
  }
  await page.waitForTimeout(500);
  const cards = await Promise.all(page.frames().map((frame) => frame.evaluate(() => document.querySelectorAll("[data-widget]").length).catch(() => 0)));
  return cards.every((count) => count === 0) && page.workers().length === 0;
}

const plain = (more = "") => `<iframe src="${server.url}/embed/top-tools?range=7d" ${more}></iframe>`;

test("M1 hostile: an origin that is not on the list, and one that only begins like one", async (t) => {
  for (const host of ["evil.test", "portal.test.evil.test", "localhost.evil.test"]) {
    const page = await portalPage(t, plain(), { host, script: false });
    assert.ok(await isRefused(page), host);
    const with_element = await portalPage(t, element('widget="top-tools"'), { host });
    assert.ok(await isRefused(with_element), host);
    assert.deepEqual(await with_element.evaluate(() => globalThis.said), []);
    await page.context().close();
    await with_element.context().close();
  }
  const allowed = await portalPage(t, plain('width="600" height="500"'), { host: "portal.test", script: false });
  await shown(allowed, "top-tools");
});

test("M1 hostile: a sandboxed page of origin null, and an allowed page inside of one that is not", async (t) => {
  const inner = plain().replaceAll('"', "&quot;");
  const sandboxed = await portalPage(t, `<iframe sandbox="allow-scripts" srcdoc="${inner}"></iframe>`, { script: false });
  assert.ok(await isRefused(sandboxed), "null");
  pages.set("/framed.html", plain());
  const nested = await portalPage(t, `<iframe src="${at("localhost")}/framed.html"></iframe>`, { host: "evil.test", script: false });
  assert.ok(await isRefused(nested), "nested");
  const fine = await portalPage(t, `<iframe src="${at("localhost")}/framed.html" width="600" height="500"></iframe>`, { host: "portal.test", script: false });
  await shown(fine, "top-tools");
});

test("M1 hostile: messages without a port, of a forged origin, from a sibling, and what an embed does not know", async (t) => {
  pages.set("/sibling.html", `<script>
    const strike = () => { for (let at = 0; at < parent.frames.length; at++) if (parent.frames[at] !== window) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event) => parent.postMessage("sibling heard " + event.data, "*");
      port1.postMessage(JSON.stringify({ type: "question", search: "range=24h" }));
      try { parent.frames[at].postMessage("toolscope:connect", "*", [port2]); } catch {}
      const other = new MessageChannel();
      try { parent.frames[at].postMessage("toolscope:engine", "*", [other.port2]); } catch {}
    } };
    setInterval(strike, 50);
  </script>`);
  const page = await portalPage(t, `${plain('id="f" width="600" height="500"')}<iframe src="http://evil.test:${portal.address().port}/sibling.html"></iframe>`, { script: false });
  const strike = () => page.evaluate((origin) => {
    const target = document.querySelector("#f").contentWindow;
    for (const data of ["toolscope:connect", { origin, source: "parent", data: "toolscope:connect" }, JSON.stringify({ type: "question", search: "range=24h" }), { type: "question", search: "range=24h", origin }]) target.postMessage(data, "*");
    const two = [new MessageChannel(), new MessageChannel()];
    target.postMessage("toolscope:connect", "*", two.map((channel) => channel.port2));
    const engine = new MessageChannel();
    engine.port1.onmessage = (event) => globalThis.said.push(String(event.data));
    target.postMessage("toolscope:engine", "*", [engine.port2]);
  }, at("localhost"));
  await strike();
  const frame = await shown(page, "top-tools");
  await strike();
  await page.waitForTimeout(1_500);
  assert.match(await frame.evaluate(() => location.search), /range=7d/);
  assert.deepEqual(await page.evaluate(() => globalThis.posted), []);
  assert.deepEqual(await page.evaluate(() => globalThis.said), []);
  // The real greeting still works, and hostile values behind it are passed over or degrade.
  await page.evaluate((origin) => {
    const { port1, port2 } = new MessageChannel();
    globalThis.port = port1;
    port1.onmessage = () => {};
    document.querySelector("#f").contentWindow.postMessage("toolscope:connect", origin, [port2]);
    for (const hostile of ["{", "null", "[]", "{}", { type: "question" }, JSON.stringify({ type: "eval", code: "1" }), JSON.stringify({ type: "question", search: 7 }), "x".repeat(100_000), JSON.stringify({ type: "question", search: "y".repeat(70_000) }), JSON.stringify({ type: "theme", theme: "<script>" })]) port1.postMessage(hostile);
  }, server.url);
  await page.waitForFunction(() => globalThis.said.some((text) => JSON.parse(text).type === "error"));
  assert.match(await frame.evaluate(() => location.search), /range=7d/);
  await page.evaluate(() => globalThis.port.postMessage(JSON.stringify({ type: "question", search: "range=24h" })));
  await frame.waitForFunction(() => location.search.includes("range=24h"));
  await ready(frame);
  await agrees(frame, "top-tools", "--range", "24h");
});

test("M1 without the header, as on a server for static files, the page itself refuses whom config.json does not name", async (t) => {
  const bare = createServer((asked, answer) => {
    const through = request(server.url + asked.url, { method: asked.method, headers: { ...asked.headers, host: new URL(server.url).host } }, (from) => {
      const { "content-security-policy": _, ...headers } = from.headers;
      answer.writeHead(from.statusCode, headers);
      from.pipe(answer);
    });
    asked.pipe(through);
  });
  bare.listen(0);
  await once(bare, "listening");
  t.after(() => { bare.closeAllConnections(); bare.close(); });
  const origin = `http://127.0.0.1:${bare.address().port}`;
  const frame = `<iframe src="${origin}/embed/top-tools?range=7d" width="600" height="500"></iframe>`;
  pages.set("/bare.html", frame);
  const sandboxed = `<iframe sandbox="allow-scripts allow-same-origin" src="data:text/html,${encodeURIComponent(frame)}"></iframe>`;
  for (const [host, body] of [["evil.test", frame], ["portal.test.evil.test", frame], ["localhost", sandboxed], ["evil.test", `<iframe src="${at("localhost")}/bare.html"></iframe>`]]) {
    const page = await portalPage(t, body, { host, script: false });
    const fetched = [];
    page.on("request", (asked) => fetched.push(asked.url()));
    await page.reload();
    assert.ok(await isRefused(page, "page"), `${host} ${body}`);
    assert.deepEqual(fetched.filter((url) => url.includes("/data/") || url.includes("worker")), [], "nothing is loaded");
    await page.context().close();
  }
  const allowed = await portalPage(t, frame, { host: "localhost", script: false });
  const shownFrame = allowed.frames().find((held) => held.url().startsWith(origin));
  await ready(shownFrame);
});

test("M1 links of an embed open outside, and the application itself is in nobody's frame", async (t) => {
  const page = await portalPage(t, element('widget="top-tools" range="30d" theme="dark"'));
  const frame = await shown(page, "top-tools");
  const [opened] = await Promise.all([page.context().waitForEvent("page"), frame.locator('[data-action="open-toolscope"]').click()]);
  await ready(opened);
  assert.equal(new URL(opened.url()).pathname, "/executive");
  assert.equal(new URL(frame.url()).pathname, "/embed/top-tools");
  const whole = await portalPage(t, `<iframe src="${server.url}/executive"></iframe>`, { script: false });
  assert.ok(await isRefused(whole));
});

test("M1 storage that throws changes nothing", async (t) => {
  const page = await portalPage(t, element('widget="top-tools" range="7d"'));
  await page.context().addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) Object.defineProperty(globalThis, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
  });
  await page.reload();
  await agrees(await shown(page, "top-tools"), "top-tools", "--range", "7d");
  assert.deepEqual(page.errors, []);
});

test("M1 the Embed dialog: preview, code, locks, keyboard, axe in light and dark, no sideways scrolling at 320 px", async (t) => {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: "UTC", bypassCSP: true, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
  t.after(() => context.close());
  const page = await open(context, `${server.url}/executive?range=7d&client=Cursor`);
  const workers = page.workers().length;
  const opener = page.locator('[data-widget="top-tools"] [data-action="embed"]');
  await page.locator('[data-widget="top-tools"]').scrollIntoViewIfNeeded();
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.locator("[data-embed-dialog][open]");
  await dialog.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "embed-theme");
  const preview = async () => {
    await page.waitForFunction(() => document.querySelector("[data-embed-preview]")?.contentDocument?.documentElement?.dataset.state === "ready");
    return page.frames().find((frame) => new URL(frame.url()).pathname === "/embed/top-tools");
  };
  await agrees(await preview(), "top-tools", "--range", "7d", "--where", "client=Cursor");
  assert.equal(page.workers().length, workers, "the preview uses the workers of the page");
  await page.locator("#embed-theme").selectOption("dark");
  await page.locator('[data-lock="client"]').check();
  await page.locator("#embed-height").fill("500");
  const code = await page.locator("#embed-element").inputValue();
  assert.match(code, new RegExp(`src="${server.url}" widget="top-tools" range="7d" filters="client=Cursor" theme="dark" lock="client"`));
  const frameCode = await page.locator("#embed-frame").inputValue();
  assert.ok(frameCode.includes(`${server.url}/embed/top-tools?range=7d&amp;client=Cursor&amp;theme=dark&amp;lock=client`) && frameCode.includes('height="500"'), frameCode);
  await page.waitForFunction(() => document.querySelector("[data-embed-preview]")?.contentDocument?.documentElement?.dataset.theme === "dark");
  await page.locator('[data-copy="embed-element"]').click();
  await page.waitForFunction(() => document.querySelector("[data-embed-dialog]").innerText.includes("Copied."));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);
  // The code does what the dialog showed, on another page.
  const used = await portalPage(t, code.slice(code.indexOf("<toolscope-widget")));
  const inside = await shown(used, "top-tools");
  await agrees(inside, "top-tools", "--range", "7d", "--where", "client=Cursor");
  assert.equal(await inside.evaluate(() => document.documentElement.dataset.theme), "dark");
  // The focus stays in the dialog, whichever way the keyboard goes.
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press(step % 3 === 2 ? "Shift+Tab" : "Tab");
    const where = await page.evaluate(() => document.activeElement === document.body || !!document.activeElement.closest("[data-embed-dialog]"));
    assert.ok(where, `step ${step}`);
  }
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);
    const { violations } = await page.evaluate(() => globalThis.axe.run("[data-embed-dialog]", { iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    assert.deepEqual(violations.map((found) => `${colorScheme} ${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`), []);
    if (process.env.TOOLSCOPE_SHOTS) await page.screenshot({ path: `${process.env.TOOLSCOPE_SHOTS}/embed-dialog-${colorScheme}.png` });
  }
  for (const width of [320, 360, 768]) {
    await page.setViewportSize({ width, height: 800 });
    await page.waitForTimeout(200);
    const wide = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll("[data-embed-dialog], [data-embed-dialog] .mapping__body")].map((box) => box.scrollWidth - box.clientWidth));
    assert.ok(wide.every((extra) => extra <= 0), `${width}: ${wide}`);
    if (process.env.TOOLSCOPE_SHOTS) await page.screenshot({ path: `${process.env.TOOLSCOPE_SHOTS}/embed-dialog-${width}.png` });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.locator("#embed-theme").focus();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("[data-embed-dialog][open]"));
  assert.equal(await page.evaluate(() => document.activeElement.dataset.action), "embed");
  // A whole dashboard, and the page of one thing.
  await page.locator('.page-heading [data-action="embed"]').click();
  assert.match(await page.locator("#embed-element").inputValue(), /widget="executive"/);
  await page.goto(`${server.url}/tools/run_query`);
  await ready(page);
  await page.locator('.page-heading [data-action="embed"]').click();
  assert.match(await page.locator("#embed-element").inputValue(), /widget="tool" filters="tool=run_query"/);
});

test("M1 axe finds nothing in an embed, light and dark", async (t) => {
  const page = await portalPage(t, element('widget="executive" range="30d"'), { bypassCSP: true, reducedMotion: "reduce" });
  const frame = await shown(page, "executive");
  await frame.evaluate(axe);
  for (const theme of ["light", "dark"]) {
    await page.evaluate((theme) => document.querySelector("toolscope-widget").setAttribute("theme", theme), theme);
    await frame.waitForFunction((theme) => document.documentElement.dataset.theme === theme && !("drawing" in document.documentElement.dataset), theme);
    const { violations } = await frame.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
    assert.deepEqual(violations.map((found) => `${theme} ${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`), []);
    if (process.env.TOOLSCOPE_SHOTS) await page.screenshot({ path: `${process.env.TOOLSCOPE_SHOTS}/embed-${theme}.png` });
  }
});
