/** A server that wants a key and has no gallery, a key that is not enough, and a server that is gone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { KEYED, accessible, example, fileField, onPage, shot } from "./browser.mjs";

const KEY = process.env.LINEAMENT_KEY;
const dialogOf = (page, name) => page.getByRole("dialog", { name });

test("a key is asked for, a wrong one is refused, the right one stays in the tab alone", () =>
  onPage({ server: KEYED }, async (page) => {
    await fileField(page).setInputFiles(example("astronaut.jpg"));
    const asked = dialogOf(page, "This server asks for a key");
    await asked.getByLabel("API key").fill("wrong");
    await accessible(page);
    await shot(page, "key-asked");
    await page.keyboard.press("Enter");
    const again = dialogOf(page, "This key was not accepted");
    await again.getByLabel("API key").fill(KEY);
    await again.getByRole("button", { name: "Use this key" }).click();
    await page.getByRole("heading", { name: "One face" }).waitFor();
    const kept = await page.evaluate(() => [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie]);
    assert.deepEqual(
      kept.map((place) => place.includes(KEY)),
      [false, true, false],
    );
    const other = await page.context().newPage();
    await other.goto(KEYED);
    assert.equal(await other.getByRole("button", { name: "Remove key" }).isVisible(), false);
    await other.close();
    await page.getByRole("button", { name: "Remove key" }).click();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  }));

test("who gives no key is told why nothing was done", () =>
  onPage({ server: KEYED }, async (page) => {
    await fileField(page).setInputFiles(example("astronaut.jpg"));
    await dialogOf(page, "This server asks for a key").getByRole("button", { name: "Cancel" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("A key is needed").waitFor();
    await alert.getByRole("button", { name: "Try again" }).click();
    await dialogOf(page, "This server asks for a key").waitFor();
  }));

test("a key of another scope is told as the server tells it", () =>
  onPage({ server: KEYED, hash: "#/compare" }, async (page) => {
    await page.evaluate((key) => sessionStorage.setItem("lineament.key", key), KEY);
    await page.reload();
    await fileField(page, 0).setInputFiles(example("astronaut.jpg"));
    await fileField(page, 1).setInputFiles(example("grace_hopper.jpg"));
    await page.getByRole("alert").getByText("expected verify", { exact: false }).waitFor();
  }));

test("a server without a gallery is explained in every view that needs one", () =>
  onPage({ server: KEYED }, async (page) => {
    for (const view of ["people", "find", "enrol"]) {
      await page.evaluate((to) => (location.hash = `#/${to}`), view);
      await page.locator(".view:not([hidden])").getByText("This server runs without a gallery").waitFor();
    }
    await shot(page, "no-gallery");
    await accessible(page);
  }));

test("a server that is gone is told, and trying again does not lose the photo", () =>
  onPage({ server: KEYED }, async (page) => {
    await page.evaluate((key) => sessionStorage.setItem("lineament.key", key), KEY);
    await page.reload();
    process.kill(Number(process.env.LINEAMENT_KEYED_PID), "SIGKILL");
    await fileField(page).setInputFiles(example("astronaut.jpg"));
    const alert = page.getByRole("alert");
    await alert.getByText("The server does not answer").waitFor();
    await shot(page, "server-gone");
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Looking for faces").or(alert).first().waitFor();
    await alert.getByText("The server does not answer").waitFor();
    await page.getByText("astronaut.jpg").waitFor();
  }));
