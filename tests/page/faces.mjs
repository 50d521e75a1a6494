/** A photo and its layers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drop, example, fileField, onPage, shot } from "./browser.mjs";

const WELL = ".view:not([hidden]) .well";

test("a dropped photo shows its face where it is", () =>
  onPage({}, async (page) => {
    await shot(page, "faces-empty");
    await drop(page, WELL, example("astronaut.jpg"));
    await page.getByRole("heading", { name: "One face" }).waitFor();
    const [photo, box] = await page.evaluate(() =>
      [".photo-frame img", ".face-box .line"].map((one) => document.querySelector(one).getBoundingClientRect().toJSON()),
    );
    const scale = photo.width / 512;
    // The eyes of the astronaut are about 103 px from the top, between 200 and 250 px from the left.
    assert.ok(box.left < photo.left + 195 * scale && box.right > photo.left + 255 * scale);
    assert.ok(box.top < photo.top + 90 * scale && box.bottom > photo.top + 150 * scale);
    assert.match(await page.locator(".said").innerText(), /smile/);
    assert.equal(await page.locator(".bars li").count() >= 5, true);
    assert.match(await page.locator("#announcer").innerText(), /1 face found/);
  }));

test("layers are switched on and off, parts are fetched when wanted, and the choice is kept", () =>
  onPage({}, async (page) => {
    await fileField(page).setInputFiles(example("astronaut.jpg"));
    await page.getByRole("heading", { name: "One face" }).waitFor();
    for (const [name, what] of [
      ["Boxes", ".face-box .line"],
      ["Points", ".layer-points .dots"],
      ["Attributes", ".said"],
    ]) {
      const layer = page.locator(what).first();
      assert.equal(await layer.isVisible(), true, name);
      await page.getByRole("switch", { name }).click();
      assert.equal(await layer.isVisible(), false, name);
      await page.getByRole("switch", { name }).click();
    }
    assert.equal(await page.locator(".layer-parts path").count(), 0);
    await page.getByRole("switch", { name: "Parts" }).click();
    await page.locator('.layer-parts path[data-part="nose"]').waitFor();
    assert.ok((await page.locator(".legend li").count()) >= 8);
    await page.getByRole("switch", { name: "Parts" }).click();
    assert.equal(await page.locator('.layer-parts path[data-part="nose"]').isVisible(), false);
    await page.getByRole("switch", { name: "Parts" }).click();
    await shot(page, "faces-layers");
    await page.getByRole("switch", { name: "Boxes" }).click();
    await page.reload();
    assert.equal(await page.getByRole("switch", { name: "Boxes" }).isChecked(), false);
    assert.equal(await page.getByRole("switch", { name: "Parts" }).isChecked(), true);
  }));

test("of several faces one is chosen by a click or by the arrow keys; the answer can be saved", () =>
  onPage({}, async (page) => {
    const both = await sideBySide(page);
    await fileField(page).setInputFiles({ name: "both.png", mimeType: "image/png", buffer: both });
    await page.getByRole("heading", { name: "2 faces" }).waitFor();
    await page.getByRole("radio", { name: "Face 1" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "Face 2", exact: true }).waitFor();
    assert.equal(await page.locator(".face-box.picked").getAttribute("data-face"), "1");
    await page.locator(".face-box .line").first().click({ position: { x: 1, y: 1 } });
    await page.getByRole("heading", { name: "Face 1", exact: true }).waitFor();
    assert.equal(await page.getByRole("radio", { name: "Face 1" }).isChecked(), true);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as JSON" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "both.faces.json");
  }));

test("a photo without a face, and a file that is no photo, are explained", () =>
  onPage({}, async (page) => {
    await fileField(page).setInputFiles(example("rocket.jpg"));
    await page.getByText("No face was found", { exact: true }).waitFor();
    await shot(page, "faces-none");
    await drop(page, WELL, example("README.md"));
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.match(await alert.innerText(), /text.*expected a picture/s);
    assert.equal(await alert.getByRole("button").count(), 0, "trying again cannot help");
    await page.getByRole("button", { name: "Choose a photo" }).waitFor();
    await shot(page, "faces-bad-file");
  }));

test("a photo that the browser cannot show has its faces drawn all the same", () =>
  onPage({}, async (page) => {
    await fileField(page).setInputFiles(process.env.LINEAMENT_TIFF);
    await page.getByRole("heading", { name: "One face" }).waitFor();
    await page.getByText("The browser cannot show this file.").waitFor();
    const frame = await page.locator(".photo-frame").boundingBox();
    const box = await page.locator(".face-box .line").boundingBox();
    assert.ok(Math.abs(frame.width / frame.height - 1) < 0.01);
    assert.ok(box.width > 0.15 * frame.width && box.width < 0.25 * frame.width);
    await shot(page, "faces-tiff");
  }));

test("a busy server is told with the time to wait, and asked again", () =>
  onPage({}, async (page) => {
    await page.route(
      "**/v1/analyze",
      (route) =>
        route.fulfill({
          status: 429,
          headers: { "retry-after": "3" },
          contentType: "application/problem+json",
          body: JSON.stringify({ title: "The server is busy", detail: "got one more than `128` requests" }),
        }),
      { times: 1 },
    );
    await fileField(page).setInputFiles(example("grace_hopper.jpg"));
    const alert = page.getByRole("alert");
    await alert.getByText("Got one more than 128 requests. Try again in 3 s.").waitFor();
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "One face" }).waitFor();
  }));

test("a photo is pasted, and one is taken by the camera", () =>
  onPage({}, async (page) => {
    await page.evaluate(async (from) => {
      const bytes = Uint8Array.from(atob(from), (letter) => letter.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
      document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, (await import("node:fs")).readFileSync(example("grace_hopper.jpg")).toString("base64"));
    await page.getByRole("heading", { name: "One face" }).waitFor();
    await page.getByText("pasted.jpg").waitFor();
    await page.getByRole("button", { name: "Camera" }).click();
    await page.getByRole("button", { name: "Take the photo" }).click();
    // Chromium's stand-in for a camera shows a pattern without a face.
    await page.getByText("No face was found", { exact: true }).waitFor();
    await page.getByText("camera.jpg").waitFor();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByText("Drop a photo here").waitFor();
  }));

/** PNG bytes of the two portraits beside each other. */
async function sideBySide(page) {
  const { readFileSync } = await import("node:fs");
  const given = ["astronaut.jpg", "grace_hopper.jpg"].map((name) => readFileSync(example(name)).toString("base64"));
  const made = await page.evaluate(async (pictures) => {
    const images = await Promise.all(
      pictures.map(async (bytes) => {
        const image = new Image();
        image.src = `data:image/jpeg;base64,${bytes}`;
        await image.decode();
        return image;
      }),
    );
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [1024, 600];
    images.forEach((image, place) => canvas.getContext("2d").drawImage(image, place * 512, 0));
    return canvas.toDataURL("image/png").split(",")[1];
  }, given);
  return Buffer.from(made, "base64");
}
