// Opens pages in Chromium and prints, as JSON, what happened there. The input, on standard input:
//   { chromium, visits: [{ url, width, height, dark, print, offline, steps, axe, screenshot }] }
// A step is one of { click }, { fill, text }, { press } and { read }; `read` is an expression whose values are printed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [home] = process.argv.slice(2);
const require = createRequire(join(home, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const input = JSON.parse(readFileSync(0, "utf8"));

const root = process.getuid?.() === 0;
const browser = await chromium.launch({ executablePath: input.chromium, args: root ? ["--no-sandbox"] : [] });
const found = [];
try {
  for (const visit of input.visits) found.push(await made(visit));
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(found));

async function made(visit) {
  const context = await browser.newContext({
    viewport: { width: visit.width ?? 1200, height: visit.height ?? 900 },
    colorScheme: visit.dark ? "dark" : "light",
  });
  const page = await context.newPage();
  const result = { console: [], requests: [], read: [], violations: [] };
  page.on("console", (message) => result.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => result.console.push(`pageerror: ${error.message}`));
  page.on("request", (request) => result.requests.push(request.url()));
  await page.goto(visit.url);
  if (visit.print) {
    await page.emulateMedia({ media: "print" });
    // Chromium shows what a closed section held only from the next frame on.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
  for (const step of visit.steps ?? []) {
    if (step.click) await page.click(step.click);
    else if (step.fill) await page.fill(step.fill, step.text);
    else if (step.press) await page.keyboard.press(step.press);
    else result.read.push(await page.evaluate(step.read));
  }
  if (visit.axe) {
    // Evaluated by the debugger: the page's own policy would refuse another script.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    result.violations = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html}`);
  }
  if (visit.screenshot) await page.screenshot({ path: visit.screenshot, fullPage: true });
  if (visit.pdf) await page.pdf({ path: visit.pdf, format: "A4" });
  await context.close();
  return result;
}
