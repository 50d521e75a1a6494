/** A browser for all tests, and what every page of it is watched for. */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const EXAMPLES = process.env.LINEAMENT_EXAMPLES;
export const SERVER = process.env.LINEAMENT_SERVER;
export const KEYED = process.env.LINEAMENT_KEYED_SERVER;
const SHOTS = process.env.LINEAMENT_SHOTS;

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser = null;
let page = null;
let base = "";
let wrong = [];

export async function startBrowser() {
  browser = await chromium.launch({
    executablePath: process.env.LINEAMENT_CHROMIUM,
    args: [
      // Chromium refuses its own sandbox to root, as whom containers run their tests.
      ...(process.getuid() === 0 ? ["--no-sandbox"] : []),
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ],
  });
  const context = await browser.newContext({ reducedMotion: "reduce" });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !/^(blob|data):/.test(request.url())) wrong.push(`asked ${request.url()}`);
  });
  page.on("pageerror", (error) => wrong.push(error.stack));
  page.on("console", (message) => {
    // That an answer was a problem is logged by Chromium itself, and is what some tests are about.
    const expected = /^Failed to load resource/.test(message.text());
    if (message.type() === "error" && !expected) wrong.push(message.text());
  });
}

export async function stopBrowser() {
  await browser?.close();
}

/**
 * Run something on the page, freshly loaded, with nothing remembered but the layers that are given.
 * It fails where the page throws, breaks its content security policy, or asks another host for
 * anything. One tab serves all tests, since each new one costs a second of Chromium's time.
 */
export async function onPage({ server = SERVER, hash = "", width = 1280, height = 860, scheme = "light", layers }, run) {
  base = server;
  await page.goto(`${base}page/mark.svg`);
  await page.evaluate((kept) => {
    sessionStorage.clear();
    localStorage.clear();
    if (kept) localStorage.setItem("lineament.layers", kept);
  }, layers && JSON.stringify(layers));
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  wrong = [];
  try {
    await page.goto(base + hash);
    await run(page);
    assert.deepEqual(wrong, []);
  } catch (error) {
    await shot(page, `failed-${Date.now()}`);
    throw error;
  }
}

/** A screenshot, if they are wanted. */
export async function shot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

export const example = (name) => join(EXAMPLES, name);

/** Drop files on an element, as a hand would. */
export async function drop(page, selector, ...paths) {
  const files = paths.map((path) => ({ name: basename(path), bytes: readFileSync(path).toString("base64") }));
  const transfer = await page.evaluateHandle((given) => {
    const made = new DataTransfer();
    for (const { name, bytes } of given) {
      const raw = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
      made.items.add(new File([raw], name));
    }
    return made;
  }, files);
  for (const type of ["dragenter", "dragover", "drop"]) {
    await page.dispatchEvent(selector, type, { dataTransfer: transfer });
  }
}

/** The file field of the place at this number in the view that is shown. */
export function fileField(page, place = 0) {
  return page.locator('.view:not([hidden]) input[type="file"]').nth(place);
}

/** Fails with the list of what axe finds against WCAG 2.2 A and AA. */
export async function accessible(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  });
  assert.deepEqual(found, []);
}

/** Fails where the page is wider than the window. */
export async function fits(page) {
  const [inner, whole] = await page.evaluate(() => [
    document.documentElement.clientWidth,
    document.documentElement.scrollWidth,
  ]);
  assert.ok(whole <= inner, `the page is ${whole} px wide in a window of ${inner} px`);
}
