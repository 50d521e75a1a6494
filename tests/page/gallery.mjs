/** People: enrolled, listed, found, forgotten. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { example, fileField, onPage, shot } from "./browser.mjs";

const NAME = "Eileen Collins";

test("an empty gallery says what can be done", () =>
  onPage({ hash: "#/people" }, async (page) => {
    await page.locator("main").getByText("Nobody is enrolled yet").waitFor();
    await shot(page, "people-empty");
    await page.getByRole("link", { name: "Find", exact: true }).click();
    await page.locator("main").getByText("The gallery is empty").waitFor();
    await page.getByRole("link", { name: "Enrol somebody" }).last().click();
    await page.getByRole("heading", { name: "Enrol", exact: true }).waitFor();
  }));

test("a person is enrolled with tags, an end and pictures; what cannot be taken is explained", () =>
  onPage({ hash: "#/enrol" }, async (page) => {
    await page.getByLabel("Name").fill(NAME);
    await page.getByRole("button", { name: "Enrol", exact: true }).click();
    await page.locator("main").getByText("No photo yet", { exact: true }).waitFor();
    await page.getByLabel("Tags").fill("crew, pilots");
    await page.getByLabel("Forget after").fill("30");
    await page.getByLabel("Keep a small picture").check();
    await fileField(page).setInputFiles([example("astronaut.jpg"), example("rocket.jpg"), example("photographer.png")]);
    await page.getByRole("button", { name: "Take off photographer.png" }).click();
    await shot(page, "enrol-form");
    await page.getByRole("button", { name: "Enrol", exact: true }).click();
    await page.locator("main").getByText(`${NAME}: 1 photo enrolled, 1 refused`).waitFor();
    await page.locator("main").getByText("rocket.jpg: No face found.").waitFor();
    await page.locator("main").getByText("1 photo to enrol; drop more here").waitFor();
    await shot(page, "enrol-done");
    await page.getByRole("link", { name: `See ${NAME}` }).click();
    await page.getByRole("heading", { name: NAME }).waitFor();
    await page.locator("main").getByText("crew, pilots").waitFor();
    await page.locator("main").getByText(/in 30 days/).waitFor();
    const picture = page.getByRole("img", { name: `Face of ${NAME}` });
    await picture.waitFor();
    await page.waitForFunction(() => document.querySelector(".thumbnail img")?.naturalWidth > 20);
    await shot(page, "person");
  }));

test("the same photo again is refused, under another name too; that can be overruled, and taken back", () =>
  onPage({ hash: `#/enrol/${encodeURIComponent(NAME)}` }, async (page) => {
    assert.equal(await page.getByLabel("Name").inputValue(), NAME);
    await fileField(page).setInputFiles(example("astronaut.jpg"));
    await page.getByRole("button", { name: "Enrol", exact: true }).click();
    await page.locator("main").getByText("No photo was enrolled").waitFor();
    await page.locator("main").getByText("astronaut.jpg: Enrolled already.").waitFor();
    await page.getByLabel("Name").fill("Somebody Else");
    await page.getByRole("button", { name: "Enrol", exact: true }).click();
    await page.locator("main").getByText("astronaut.jpg: Looks like somebody else.").waitFor();
    await page.getByRole("button", { name: "enrol all the same" }).click();
    await page.getByRole("link", { name: "See Somebody Else" }).click();
    await page.locator("main").getByText("no picture kept").waitFor();
    await page.getByRole("button", { name: "Forget this photo" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Forget this photo of Somebody Else?" });
    await dialog.getByText(/It is the last one, so that the person goes with it/).waitFor();
    await dialog.getByRole("button", { name: "Forget this photo" }).click();
    await page.getByRole("heading", { name: "Forgotten" }).waitFor();
    await page.locator("main").getByText("Somebody Else is forgotten").waitFor();
  }));

test("people are listed by name and by tag", () =>
  onPage({ hash: "#/people" }, async (page) => {
    await page.getByRole("link", { name: NAME }).waitFor();
    await page.locator("main").getByText("1 person, 1 template in all").waitFor();
    await shot(page, "people");
    await page.getByLabel("Name").fill("grace");
    await page.locator("main").getByText("0 people whose name contains “grace”").waitFor();
    await page.getByLabel("Name").fill("collins");
    await page.getByRole("link", { name: NAME }).waitFor();
    await page.getByLabel("Name").fill("");
    await page.getByRole("button", { name: "Only people with the tag pilots" }).click();
    await page.locator("main").getByText("1 person with the tag “pilots”").waitFor();
    await page.getByLabel("Tag", { exact: true }).fill("nobody");
    await page.keyboard.press("Enter");
    await page.locator("main").getByText("0 people with the tag “nobody”").waitFor();
  }));

test("a photo finds the person, and says that a stranger is not known", () =>
  onPage({ hash: "#/find" }, async (page) => {
    await fileField(page).setInputFiles(example("astronaut.jpg"));
    await page.getByRole("heading", { name: "1 face, 1 known" }).waitFor();
    await page.getByRole("heading", { name: NAME }).waitFor();
    await page.locator("main").getByText(/reaches the threshold/).waitFor();
    assert.equal(await page.locator(".view:not([hidden]) .said").innerText(), NAME);
    await shot(page, "find-known");
    await page.getByLabel("Only people with the tag").fill("nobody");
    await page.keyboard.press("Tab");
    await page.getByRole("heading", { name: "1 face, 0 known" }).waitFor();
    await page.getByLabel("Only people with the tag").fill("");
    await fileField(page).setInputFiles(example("grace_hopper.jpg"));
    await page.getByRole("heading", { name: "Not known" }).waitFor();
    await page.locator("main").getByText(/Nobody in the gallery is alike enough/).waitFor();
    await page.locator(".matches").getByRole("link", { name: NAME }).click();
    await page.getByRole("heading", { name: NAME }).waitFor();
  }));

test("forgetting asks first, says what goes, and then nothing is found any more", () =>
  onPage({ hash: "#/people" }, async (page) => {
    const forget = page.getByRole("button", { name: `Forget ${NAME}` });
    await forget.click();
    const dialog = page.getByRole("alertdialog", { name: `Forget ${NAME}?` });
    await dialog.getByText("1 template, by which this person is found in photos").waitFor();
    await dialog.getByText(/the tags crew, pilots/).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Keep");
    await shot(page, "forget-asked");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), `Forget ${NAME}`);
    await forget.click();
    await dialog.getByRole("button", { name: `Forget ${NAME}` }).click();
    await page.locator("main").getByText(`${NAME} is forgotten`).waitFor();
    await page.locator("main").getByText("Nobody is enrolled yet").waitFor();
    await shot(page, "forgotten");
    await page.getByRole("link", { name: "Find", exact: true }).click();
    await page.locator("main").getByText("The gallery is empty").waitFor();
    await fileField(page).setInputFiles(example("astronaut.jpg"));
    await page.getByRole("heading", { name: "1 face, 0 known" }).waitFor();
  }));
