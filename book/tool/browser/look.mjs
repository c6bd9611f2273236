// Looks at a served book as readers do: every page, light and dark, wide and on a phone.
//
//     node look.mjs http://127.0.0.1:3000/ [folder for screenshots]
//
// Fails on a finding of axe, on a page that scrolls sideways, on a request to another site, on an
// error in the console, and when the search, the questions or the colours do not work.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { start } from "./chromium.mjs";

const [base, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const problems = [];
const browser = await start();

async function open(view, path) {
  const context = await browser.newContext(view);
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) problems.push(`${path}: asks another site for ${request.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${path}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${path}: ${error.message}`));
  await page.goto(base + path);
  return page;
}

// What axe says about the page as it is now.
async function audit(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const { id, help, nodes } of violations) {
    problems.push(`${name}: axe ${id}: ${help}; first at ${nodes[0].target}: ${nodes[0].html.slice(0, 200)}`);
  }
}

const equal = (what, found, expected) => {
  if (found !== expected) problems.push(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
};

try {
  const first = await open({}, "");
  const links = await first.$$eval("#book-contents li > span > a", (all) => all.map((a) => a.getAttribute("href")));
  const paths = ["", ...links, "print.html", "404.html"];
  const wide = { width: 1280, height: 900 };
  const phone = { width: 390, height: 844 };
  for (const path of paths) {
    for (const [size, viewport] of Object.entries({ wide, phone })) {
      for (const colorScheme of ["light", "dark"]) {
        const name = `${path || "index.html"}, ${size}, ${colorScheme}`;
        const page = await open({ viewport, colorScheme, isMobile: size === "phone", hasTouch: size === "phone" }, path);
        await audit(page, name);
        const [inner, scroll] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
        if (scroll > inner) problems.push(`${name}: scrolls sideways, ${scroll} > ${inner} pixels`);
        if (screenshots) {
          const file = `${screenshots}/${(path || "index").replace(".html", "")}-${size}-${colorScheme}.png`;
          await page.screenshot({ path: file, fullPage: true, timeout: 120_000 });
        }
        await page.context().close();
      }
    }
  }

  // The contents on a phone, the colours, the keys.
  const page = await open({ viewport: phone, colorScheme: "light" }, links[0]);
  await page.click(".contents-button");
  equal("contents are open", await page.isVisible("#book-contents"), true);
  await audit(page, "open contents");
  await page.keyboard.press("Escape");
  equal("contents are closed", await page.isVisible("#book-contents"), false);
  await page.selectOption("#book-colours", "dark");
  await page.reload();
  equal("dark is remembered", await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
  const before = page.url();
  for (const key of ["ArrowRight", "ArrowLeft", "s", "/", "?"]) await page.keyboard.press(key);
  equal("no plain key turns the page", page.url(), before);
  equal("no plain key opens the search", await page.isVisible("#book-search"), false);

  // The search, by keyboard only.
  const word = (await page.innerText("main h1")).split(/\s+/)[0];
  await page.keyboard.press("Control+k");
  await page.keyboard.type(word);
  await page.waitForSelector("#book-search-results a");
  await audit(page, "search results, dark");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  equal("search leads to the page", new URL(page.url()).pathname, new URL(base + links[0]).pathname);
  equal("search is closed", await page.isVisible("#book-search"), false);

  // A question, with and without JavaScript.
  for (const javaScriptEnabled of [true, false]) {
    for (const path of links) {
      const page = await open({ javaScriptEnabled }, path);
      const question = page.locator(".question").first();
      if ((await question.count()) === 0) continue;
      equal("no feedback before an answer", await question.locator(".why:visible").count(), 0);
      await question.locator(".answer.wrong input").first().check();
      if (javaScriptEnabled) await audit(page, "an answered question");
      equal("one feedback after it", await question.locator(".why:visible").count(), 1);
      equal("feedback in words", (await question.locator(".why:visible").innerText()).startsWith("Not this one."), true);
      await page.context().close();
      break;
    }
  }
} finally {
  await browser.close();
}
for (const problem of problems) console.error(problem);
console.log(`looked: ${problems.length} problems`);
process.exitCode = problems.length ? 1 : 0;
