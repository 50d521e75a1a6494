/** Two photos, and whether they show one person. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { example, fileField, onPage, shot } from "./browser.mjs";

test("two people are compared, at the usual threshold and at another one", () =>
  onPage({ hash: "#/compare" }, async (page) => {
    await fileField(page, 0).setInputFiles(example("astronaut.jpg"));
    await page.getByText("One photo is there").waitFor();
    await fileField(page, 1).setInputFiles(example("grace_hopper.jpg"));
    await page.getByRole("heading", { name: "Not taken for the same person" }).waitFor();
    await page.getByText(/about 1 in 1,000 pairs of two different people/).waitFor();
    assert.equal(await page.locator(".face-box").count(), 2);
    const strict = await number(page, "Threshold");
    const score = await number(page, "Score");
    await shot(page, "compare-two-people");
    await page.getByLabel("Strangers wrongly taken for one person").selectOption({ label: "1 in 10 pairs" });
    await page.getByText(/about 1 in 10 pairs/).waitFor();
    assert.ok((await number(page, "Threshold")) < strict);
    assert.equal(await number(page, "Score"), score);
  }));

test("a photo and itself are one person; a photo without a face is told", () =>
  onPage({ hash: "#/compare" }, async (page) => {
    await fileField(page, 0).setInputFiles(example("astronaut.jpg"));
    await fileField(page, 1).setInputFiles(example("astronaut.jpg"));
    await page.getByRole("heading", { name: "Taken for the same person", exact: true }).waitFor();
    assert.ok((await number(page, "Score")) > 0.999);
    // The field of the first place is the first again once its photo is there.
    await fileField(page, 1).setInputFiles(example("rocket.jpg"));
    await page.getByText("No face was found in this photo.").waitFor();
    await page.getByRole("heading", { name: "Not compared" }).waitFor();
  }));

async function number(page, name) {
  return Number(await page.locator(`.numbers div:has(dt:text-is("${name}")) dd`).first().innerText());
}
