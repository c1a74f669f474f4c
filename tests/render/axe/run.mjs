// Usage: node run.mjs CHROMIUM PAGE.html
// Prints JSON: for each width and colour scheme the violations axe-core finds, whether the page
// is wider than the window, how far first columns scroll, and every request that leaves the page.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [browserPath, file] = process.argv.slice(2);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const page_url = pathToFileURL(file).href;

const browser = await chromium.launch({
  executablePath: browserPath,
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
  ],
});
const results = [];
for (const width of [1280, 390]) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const requests = [];
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.route("**/*", (route) => {
      const url = route.request().url();
      if (url === page_url || url.startsWith("data:")) return route.continue();
      requests.push(url);
      return route.abort();
    });
    await page.goto(page_url, { waitUntil: "load" });
    await page.evaluate(() => document.fonts.ready);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    const fonts = await page.evaluate(() => document.fonts.check('16px "Expertise Sans"'));
    // Of each table that scrolls sideways: how far its first column moves with it.
    const moved = await page.evaluate(
      () => [...document.querySelectorAll(".table-scroll.is-scrolling")].map((box) => {
        box.scrollLeft = 40;
        const cell = box.querySelector("th, td").getBoundingClientRect();
        const shift = cell.left - box.getBoundingClientRect().left;
        box.scrollLeft = 0;
        return Math.round(Math.abs(shift));
      }));
    await page.addScriptTag({ path: axe });
    const { violations, passes } = await page.evaluate(() => window.axe.run(document, {
      resultTypes: ["violations"],
    }));
    results.push({
      width, colorScheme, overflow, moved, fonts, requests, errors, passes: passes.length,
      violations: violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 200)) })),
    });
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(results));
