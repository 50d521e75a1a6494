/** Two photos, and whether they are taken for one person. */

import { announce } from "./announcer.js";
import { element } from "./element.js";
import { problemNotice, waiting } from "./notice.js";
import { PhotoWell } from "./photo_well.js";
import { ask } from "./server.js";
import { Task } from "./task.js";
import { verdict, verdictTitle } from "./verdict.js";
import { viewHead } from "./view_head.js";
import { counted, oneIn } from "./words.js";

export class CompareView {
  constructor() {
    this.title = "Compare";
    this.task = new Task();
    this.wells = ["First photo", "Second photo"].map(
      (label) =>
        new PhotoWell({
          label,
          invitation: label,
          hint: "Drop, choose or paste one",
          compact: true,
          onPhoto: () => this.compare(),
          onRemove: () => this.reset(),
        }),
    );
    this.rate = element("select", { id: "fmr", onchange: () => this.compare() }, element("option", { value: "" }, "Default"));
    this.result = element("section", { class: "card verdict", "aria-label": "Result" });
    this.element = element(
      "div",
      { class: "view" },
      viewHead("Compare", "How alike two faces are, and whether they are taken for one person."),
      element("div", { class: "pair" }, ...this.wells.map((well) => well.element)),
      element(
        "div",
        { class: "rule" },
        element("label", { for: "fmr" }, "Strangers wrongly taken for one person"),
        this.rate,
      ),
      this.result,
    );
    this.reset();
  }

  /** Photos go into the first empty place, or else into the second. */
  receive(files) {
    const empty = this.wells.filter((well) => !well.photo);
    if (files.length > 1 && empty.length === 2) {
      this.wells.forEach((well, place) => well.take([files[place]]));
    } else {
      (empty[0] ?? this.wells[1]).take(files);
    }
  }

  reset() {
    this.task.stop();
    const given = this.wells.filter((well) => well.photo).length;
    this.result.replaceChildren(
      element("h2", {}, "Result"),
      element(
        "p",
        { class: "soft" },
        given
          ? "One photo is there. Add the other one."
          : "Add two photos. Of several faces in a photo the largest is taken.",
      ),
    );
  }

  async opened() {
    if (this.rate.options.length > 1) return;
    const models = await ask("v1/models", { quiet: true }).catch(() => []);
    const calibrated = models.filter(({ task, calibration }) => task === "recognition" && calibration);
    if (calibrated.length !== 1 || this.rate.options.length > 1) return;
    for (const [fmr] of calibrated[0].calibration.thresholds) {
      this.rate.append(element("option", { value: fmr }, `${oneIn(fmr)} pairs`));
    }
  }

  compare() {
    this.reset();
    const [first, second] = this.wells;
    for (const well of this.wells) well.rest();
    if (!first.photo || !second.photo) return;
    const form = () => {
      const made = new FormData();
      made.append("first", first.photo.file);
      made.append("second", second.photo.file);
      if (this.rate.value) made.append("fmr", this.rate.value);
      return made;
    };
    this.result.replaceChildren(element("h2", {}, "Result"), waiting("Comparing …", () => this.reset()));
    this.task.run(
      (signal) => ask("v1/verify", { form, signal }),
      (answer) => this.show(answer),
      (problem) =>
        this.result.replaceChildren(
          element("h2", {}, "Not compared"),
          problemNotice(problem, () => this.compare()),
        ),
    );
  }

  show(answer) {
    this.wells.forEach((well, place) => {
      const { box, faces } = answer.pictures[place];
      const { image } = well.photo;
      if (box && image) well.draw([{ box }], image.naturalWidth, image.naturalHeight);
      if (faces > 1) well.tell(element("p", { class: "hint" }, `${counted(faces, "face")} in this photo; the largest is taken.`));
      if (!faces) well.tell(element("p", { class: "notice warn" }, "No face was found in this photo."));
    });
    this.result.replaceChildren(...verdict(answer));
    announce(verdictTitle(answer));
  }
}
