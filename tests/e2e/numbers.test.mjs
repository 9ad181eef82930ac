// The page and the command line give the same numbers, because they are the same code over the same data.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, browser, open, query, records, same, serve, tiles, widgetTable } from "./harness.mjs";

let server, chrome, context;
before(async () => {
  server = await serve();
  chrome = await browser();
  context = await chrome.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "UTC", locale: "en-GB" });
});
after(async () => {
  await chrome?.close();
  await server?.stop();
});

const tools = records(query(DEMO, "--group-by", "tool", "--measure", "executions").tables[0]).slice(0, 2).map((row) => row.tool);

// [the page's query string, the same in arguments]
const questions = [
  ["", []],
  ["range=24h", ["--range", "24h"]],
  ["range=7d&compare=weekdays", ["--range", "7d", "--compare", "weekdays"]],
  ["range=90d&zone=Europe/Berlin", ["--range", "90d", "--zone", "Europe/Berlin"]],
  [`range=30d&tool=${tools.join(",")}`, ["--range", "30d", "--where", `tool=${tools.join(",")}`]],
  [`range=90d&not.outcome=failure&zone=America/New_York`, ["--range", "90d", "--where-not", "outcome=failure", "--zone", "America/New_York"]],
  ["range=all&compare=none", ["--range", "all", "--compare", "none"]],
  ["range=last%20month&compare=year&zone=Australia/Lord_Howe", ["--range", "last month", "--compare", "year", "--zone", "Australia/Lord_Howe"]],
];

for (const [search, args] of questions) {
  test(`E1 the tiles for “${search || "the first visit"}” equal the command line`, async () => {
    const defaults = search.includes("range") ? [] : ["--range", "30d"];
    const compare = search.includes("compare") ? [] : ["--compare", "previous"];
    const answer = query(DEMO, ...defaults, ...compare, ...args, "--dashboard", "executive");
    const [expected] = records(answer.tables.find((table) => table.id === "kpi"));
    const page = await open(context, `${server.url}/executive${search ? `?${search}` : ""}`);
    const shown = await tiles(page);
    for (const metric of ["executions", "users", "success_rate", "growth_mom"]) {
      assert.ok(metric in shown, `the tile ${metric} is missing`);
      assert.ok(same(shown[metric], expected[metric]), `${metric}: page ${shown[metric]}, command line ${expected[metric]}`);
    }
    assert.deepEqual(page.errors, []);
    await page.close();
  });
}

test("E2 E3 E4 E5 every widget's table equals the command line", async () => {
  const answer = query(DEMO, "--range", "30d", "--compare", "previous", "--dashboard", "executive");
  const page = await open(context, `${server.url}/executive`);
  for (const id of ["daily-executions", "success-rate-over-time", "adoption-curve", "top-tools", "top-users", "top-workspaces", "failure-reasons", "resource-use", "what-changed", "recommendations"]) {
    await page.locator(`[data-widget="${id}"]`).scrollIntoViewIfNeeded();
    await page.waitForFunction((id) => document.querySelector(`[data-widget="${id}"]`)?.dataset.state === "ready", id);
    const shown = await widgetTable(page, id);
    const expected = records(answer.tables.find((table) => table.id === id));
    assert.equal(shown.length, expected.length, `${id} has as many rows`);
    for (const [index, row] of expected.entries()) {
      for (const [column, value] of Object.entries(row)) {
        if (!(column in shown[index])) continue;
        assert.ok(same(shown[index][column], value), `${id} row ${index} ${column}: page ${shown[index][column]}, command line ${value}`);
      }
      assert.ok(Object.keys(row).some((column) => column in shown[index]), `${id} shows its columns`);
    }
  }
  await page.close();
});
