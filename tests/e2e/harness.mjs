// What every browser test needs: a companion that serves a build, a Chromium, and answers from the command line.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const TOOLSCOPE = process.env.TOOLSCOPE_BIN ?? join(ROOT, "target/release/toolscope");
export const DIST = process.env.TOOLSCOPE_DIST ?? join(ROOT, "dist");
export const DEMO = process.env.TOOLSCOPE_DEMO ?? join(ROOT, "target/demo");
export const SHARED = process.env.TOOLSCOPE_SHARED ?? join(ROOT, "../shared");

/** Starts `toolscope serve` on a free port; `{ url, stop }`. */
export async function serve(data = DEMO, more = []) {
  const child = spawn(TOOLSCOPE, ["serve", "--app", DIST, "--data", data, "--port", "0", ...more], { stdio: ["ignore", "pipe", "inherit"] });
  // A test that fails stops nothing itself.
  process.on("exit", () => child.kill());
  let said = "";
  for await (const chunk of child.stdout) {
    said += chunk;
    const found = said.match(/http:\/\/[\d.:]+/);
    if (found) {
      return { url: found[0], stop: async () => { child.kill(); await once(child, "exit"); } };
    }
  }
  throw new Error(`toolscope serve ended without an address: ${said}`);
}

/** A headless Chromium that asks nobody on the network. */
export async function browser() {
  const executablePath = process.env.TOOLSCOPE_BROWSER ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing; run scripts/setup.sh`);
  return chromium.launch({
    executablePath,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A page whose errors fail the test that opened it; `page.errors` collects them. */
export async function open(context, url) {
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  await page.goto(url);
  await ready(page);
  return page;
}

/** Waits until all the question needs is loaded and every visible widget has answered. */
export async function ready(page, timeout = 30_000) {
  await page.waitForFunction(
    () =>
      document.documentElement.dataset.state === "ready" &&
      !("drawing" in document.documentElement.dataset) &&
      (/^\/(data|glossary)/.test(location.pathname) || document.querySelectorAll("[data-widget]").length > 0) &&
      !document.querySelector('[data-widget][data-state="loading"],[data-widget][data-state="refreshing"],[data-widget][data-state="partial"]'),
    undefined,
    { timeout },
  );
}

/** `toolscope query … --format json` as an object. */
export function query(sources, ...args) {
  const out = execFileSync(TOOLSCOPE, ["query", ...[sources].flat(), ...args, "--format", "json"], { maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(out);
}

/** The rows of a result table as objects by column id. */
export function records(table) {
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, index) => [column.name, row[index]])));
}

/** The numbers of the KPI tiles: metric id → value, as the page holds them unrounded. */
export async function tiles(page) {
  // A reload may return to where the page was scrolled to, and tiles above that are not asked for until they are seen.
  await page.locator('[data-widget="kpi"]').scrollIntoViewIfNeeded();
  await ready(page);
  return page.$$eval('[data-widget="kpi"] [data-metric][data-value]', (tiles) =>
    Object.fromEntries(tiles.map((tile) => [tile.dataset.metric, tile.dataset.value === "" ? null : Number(tile.dataset.value)])));
}

/** A widget's `<table>` as objects by column id, unrounded. Opens the table view first. */
export async function widgetTable(page, id) {
  const widget = page.locator(`[data-widget="${id}"]`);
  // What was never on the screen has not been asked for.
  await widget.scrollIntoViewIfNeeded();
  await page.waitForFunction((id) => document.querySelector(`[data-widget="${id}"]`)?.dataset.state === "ready", id);
  const toggle = widget.locator('[data-action="table"]');
  if ((await toggle.count()) && (await toggle.getAttribute("aria-pressed")) !== "true") await toggle.click();
  await widget.locator("table").waitFor();
  // Rows below the table's edge are built in a frame of their own.
  await page.waitForFunction(() => !("drawing" in document.documentElement.dataset));
  return widget.locator("tbody tr:not(.data-table__blank)").evaluateAll((rows) =>
    rows.map((row) => Object.fromEntries([...row.querySelectorAll("[data-column]")].map((cell) => {
      const value = cell.dataset.value;
      const isText = cell.dataset.type === "text" || cell.dataset.type === "time" || value === "new";
      return [cell.dataset.column, value === "" ? null : isText ? value : Number(value)];
    }))));
}

/** The page as a file of a format, made through the dialog; `choose` may change more of it. The file's path. */
export async function exported(page, format = "json", choose = async () => {}) {
  await page.locator('[data-action="export-page"]').click();
  const dialog = page.locator("dialog[data-export-dialog]");
  await dialog.locator(`[data-export-format="${format}"]`).check();
  await choose(dialog);
  const run = dialog.locator('[data-action="run-export"]:not(:disabled)');
  await run.waitFor({ timeout: 60_000 });
  const [file] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), run.click()]);
  await page.waitForFunction(() => !document.querySelector("dialog[data-export-dialog]").open);
  return file.path();
}

/** Numbers equal to nine digits; everything else exactly. */
export function same(actual, expected) {
  if (typeof actual === "number" && typeof expected === "number") {
    return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(actual), Math.abs(expected));
  }
  return (actual ?? null) === (expected ?? null);
}
