/** What holds for every view: keyboard, colours, widths, accessibility. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, example, fileField, fits, onPage, shot } from "./browser.mjs";

const VIEWS = { faces: "Faces", compare: "Compare", find: "Find", people: "People", enrol: "Enrol" };

test("with the keyboard alone: past the header, through the views, to a switch", () =>
  onPage({}, async (page) => {
    const focused = () =>
      page.evaluate(() => {
        const at = document.activeElement;
        return at.labels?.[0]?.textContent.trim() || at.getAttribute("aria-label") || at.textContent.trim();
      });
    const order = [];
    for (let step = 0; step < 13; step += 1) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    assert.deepEqual(order, [
      "Skip to the content",
      "Lineament, to the first page",
      ...["Faces", "Compare", "Find", "People"],
      "As the system",
      ...["Choose a photo", "Use the camera"],
      ...["Boxes", "Points", "Parts", "Attributes"],
    ]);
    assert.equal(await page.getByRole("switch", { name: "Attributes" }).isChecked(), true);
    await page.keyboard.press("Space");
    assert.equal(await page.getByRole("switch", { name: "Attributes" }).isChecked(), false);
    await page.getByRole("link", { name: "Compare" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Compare", level: 1 }).waitFor();
    assert.equal(await focused(), "Compare");
    assert.equal(await page.getByRole("link", { name: "Compare" }).getAttribute("aria-current"), "page");
    assert.equal(await page.title(), "Compare · Lineament");
    await page.goBack();
    await page.getByRole("heading", { name: "Faces", level: 1 }).waitFor();
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  }));

test("colours follow the system, or the switch, which is remembered", () =>
  onPage({ scheme: "dark" }, async (page) => {
    const brightness = () =>
      page.evaluate(() => Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]));
    assert.ok((await brightness()) < 60);
    await page.getByRole("radio", { name: "Light" }).check({ force: true });
    assert.ok((await brightness()) > 200);
    await page.reload();
    assert.ok((await brightness()) > 200);
    await page.getByRole("radio", { name: "As the system" }).check({ force: true });
    assert.ok((await brightness()) < 60);
  }));

for (const [width, scheme] of [
  [1280, "dark"],
  [375, "light"],
]) {
  test(`every view is accessible and fits, ${scheme}`, () =>
    onPage({ width, scheme }, async (page) => {
      for (const [view, title] of Object.entries(VIEWS)) {
        await page.evaluate((to) => (location.hash = `#/${to}`), view);
        await page.getByRole("heading", { name: title, level: 1, exact: true }).waitFor();
        await page.waitForLoadState("networkidle");
        await accessible(page);
        await fits(page);
        await shot(page, `${view}-${width}-${scheme}`);
        if (width !== 375) continue;
        await page.setViewportSize({ width: 768, height: 1024 });
        await fits(page);
        await shot(page, `${view}-768-${scheme}`);
        await page.setViewportSize({ width, height: 740 });
      }
    }));
}

test("a photo with all its layers fits a telephone and is accessible", () =>
  onPage({ width: 375, height: 740, layers: ["boxes", "points", "parts", "attributes"] }, async (page) => {
    await fileField(page).setInputFiles(example("grace_hopper.jpg"));
    await page.locator(".legend").waitFor();
    await fits(page);
    await accessible(page);
    await shot(page, "faces-photo-375");
    await page.getByRole("button", { name: "Compare it" }).click();
    await fileField(page, 1).setInputFiles(example("astronaut.jpg"));
    await page.getByRole("heading", { name: "Not taken for the same person" }).waitFor();
    await fits(page);
    await accessible(page);
    await shot(page, "compare-photo-375");
  }));
