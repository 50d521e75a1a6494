/** A photo and its faces: boxes, points, parts and attributes. */

import { announce } from "./announcer.js";
import { button, element } from "./element.js";
import { faceFacts } from "./face_facts.js";
import { faceStrip, pickInStrip } from "./face_strip.js";
import { layerSwitches } from "./layer_switches.js";
import { notice, problemNotice, waiting } from "./notice.js";
import { PhotoWell } from "./photo_well.js";
import { ask } from "./server.js";
import { Task } from "./task.js";
import { viewHead } from "./view_head.js";
import { counted } from "./words.js";

export class FacesView {
  /** @param {(route: string, file: File) => void} handOver gives the photo to another view */
  constructor(handOver) {
    this.title = "Faces";
    this.handOver = handOver;
    this.answer = null;
    this.looking = new Task();
    this.parting = new Task();
    this.well = new PhotoWell({
      label: "Photo",
      invitation: "Drop a photo here, or paste one",
      hint: "JPEG, PNG, WebP, TIFF or BMP. The server looks at it and keeps nothing.",
      onPhoto: () => this.look(),
      onRemove: () => this.reset(),
      onPick: (place) => this.pick(place, true),
    });
    this.details = element("section", { class: "card details", "aria-label": "Faces that were found" });
    this.partsState = element("div", {});
    this.switches = layerSwitches((layer, on) => this.toggle(layer, on));
    this.switches.append(this.partsState);
    const side = element("div", { class: "side" }, this.switches, this.details);
    this.element = element(
      "div",
      { class: "view" },
      viewHead("Faces", "Where faces are in a photo, their points and parts, and how they look."),
      element("div", { class: "with-side" }, this.well.element, side),
    );
    this.reset();
  }

  receive(files) {
    this.well.take(files);
  }

  reset() {
    this.looking.stop();
    this.parting.stop();
    this.answer = null;
    this.partsState.replaceChildren();
    this.details.replaceChildren(
      element("h2", {}, "Details"),
      element("p", { class: "soft" }, "Once there is a photo, what is found in it stands here, face by face."),
    );
  }

  look() {
    this.reset();
    const { file } = this.well.photo;
    this.well.wait("Looking for faces …", () => {
      this.looking.stop();
      this.well.tell(
        notice("plain", "Stopped", "The photo was not looked at to the end.", button("Look again", () => this.look())),
      );
    });
    this.looking.run(
      (signal) => analyzed(file, "landmarks,attributes", signal),
      (answer) => this.show(answer),
      (problem) => {
        this.well.fail(problem, () => this.look());
        this.details.replaceChildren(
          element("h2", {}, "Details"),
          element("p", { class: "soft" }, "The photo could not be analysed."),
        );
      },
    );
  }

  show(answer) {
    this.answer = answer;
    this.well.rest();
    const { faces, width, height } = answer;
    this.well.draw(faces, width, height);
    announce(faces.length ? `${counted(faces.length, "face")} found.` : "No face was found.");
    if (!faces.length) {
      this.well.tell(
        notice(
          "plain",
          "No face was found",
          "The photo was read, and nothing in it looks enough like a face. One that is larger, sharper or less turned away is found more easily.",
        ),
      );
      this.details.replaceChildren(element("h2", {}, "No face"), this.facts());
      return;
    }
    this.strip = faceStrip({
      faces,
      width,
      image: this.well.photo.image,
      group: "face",
      onPick: (place) => this.pick(place),
    });
    this.faceTitle = element("h2", {});
    this.faceBody = element("div", {});
    this.details.replaceChildren(
      ...(faces.length > 1 ? [element("h2", {}, counted(faces.length, "face")), this.strip] : []),
      this.faceTitle,
      this.faceBody,
      this.facts(),
    );
    this.pick(0);
    if (!this.well.layers.hidden.has("parts")) this.findParts();
  }

  /** What can be done with the photo next. */
  facts() {
    const { file } = this.well.photo;
    const { width, height, faces } = this.answer;
    const next = [
      button("Compare it", () => this.handOver("compare", file), { class: "quiet small" }),
      button("Find who it is", () => this.handOver("find", file), { class: "quiet small" }),
    ];
    return element(
      "div",
      { class: "next" },
      element("p", { class: "hint" }, `Photo of ${width} × ${height} px.`),
      element(
        "div",
        { class: "actions" },
        ...(faces.length ? next : []),
        button("Save as JSON", () => save(this.answer, file.name), { class: "quiet small" }),
      ),
    );
  }

  pick(place, fromPhoto = false) {
    const face = this.answer?.faces[place];
    if (!face) return;
    if (fromPhoto) pickInStrip(this.strip, place);
    this.well.layers.pick(place);
    this.faceTitle.textContent = this.answer.faces.length > 1 ? `Face ${place + 1}` : "One face";
    this.faceBody.replaceChildren(faceFacts(face));
  }

  toggle(layer, on) {
    this.well.layers.toggle(layer, on);
    if (layer === "parts" && on) this.findParts();
  }

  /** Parts cost the most time, so they are asked for when somebody wants to see them. */
  findParts() {
    if (!this.answer?.faces.length || this.answer.faces[0].parts || this.parting.running) return;
    const { file } = this.well.photo;
    this.partsState.replaceChildren(waiting("Finding parts …"));
    this.parting.run(
      (signal) => analyzed(file, "parts", signal),
      ({ faces }) => {
        this.partsState.replaceChildren();
        for (const [place, face] of this.answer.faces.entries()) face.parts = faces[place]?.parts ?? null;
        this.well.draw(this.answer.faces, this.answer.width, this.answer.height);
        this.pick(this.well.layers.picked);
        announce("Parts are shown.");
      },
      (problem) => this.partsState.replaceChildren(problemNotice(problem, () => this.findParts())),
    );
  }
}

function analyzed(file, heads, signal) {
  const form = () => {
    const made = new FormData();
    made.append("picture", file);
    made.append("heads", heads);
    return made;
  };
  return ask("v1/analyze", { form, signal });
}

function save(answer, name) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" }));
  const link = element("a", { href: url, download: `${name.replace(/\.[^.]*$/, "")}.faces.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
