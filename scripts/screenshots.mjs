// Screenshots of every page in light and dark at three widths, for looking at: node scripts/screenshots.mjs [folder].
// With --readme, the two that the README shows are made anew in public/screenshots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT, browser, ready, serve } from "../tests/e2e/harness.mjs";

const forReadme = process.argv.includes("--readme");
const folder = forReadme ? join(ROOT, "public/screenshots") : (process.argv[2] ?? join(ROOT, "target/screenshots"));
mkdirSync(folder, { recursive: true });
const server = await serve();
const chrome = await browser();
const pages = forReadme ? ["executive"] : ["executive", "data"];
for (const colorScheme of ["light", "dark"]) {
  for (const width of forReadme ? [1440] : [1440, 768, 360]) {
    const context = await chrome.newContext({ viewport: { width, height: 900 }, colorScheme, timezoneId: "Europe/Berlin", locale: "en-GB", reducedMotion: "reduce" });
    const page = await context.newPage();
    for (const name of pages) {
      await page.goto(`${server.url}/${name}`);
      if (forReadme) {
        await ready(page, 60_000);
      } else {
        // Tall enough that every widget is seen and drawn.
        await page.setViewportSize({ width, height: 4000 });
        await page.waitForFunction(() => document.documentElement.dataset.state === "ready", undefined, { timeout: 60_000 });
        await page.waitForTimeout(1500);
        const height = await page.evaluate(() => Math.ceil(document.querySelector("main").getBoundingClientRect().bottom) + 24);
        await page.setViewportSize({ width, height });
      }
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(folder, forReadme ? `${name}-${colorScheme}.png` : `${name}-${colorScheme}-${width}.png`) });
    }
    await context.close();
  }
}
await chrome.close();
await server.stop();
console.log(folder);
