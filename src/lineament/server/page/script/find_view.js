/** A photo, and who of the gallery is in it. */

import { announce } from "./announcer.js";
import { element } from "./element.js";
import { faceStrip, pickInStrip } from "./face_strip.js";
import { hasGallery, info, noGallery } from "./gallery.js";
import { foundOf, foundWord } from "./found.js";
import { notice, problemNotice } from "./notice.js";
import { PhotoWell } from "./photo_well.js";
import { ask } from "./server.js";
import { Task } from "./task.js";
import { viewHead } from "./view_head.js";
import { counted, oneIn } from "./words.js";

const RATES = [0.1, 0.01, 0.001];

export class FindView {
  constructor() {
    this.title = "Find";
    this.task = new Task();
    this.well = new PhotoWell({
      label: "Photo",
      invitation: "Drop a photo of one or more people",
      hint: "Every face in it is looked for in the gallery. The photo is not kept.",
      onPhoto: () => this.find(),
      onRemove: () => this.reset(),
      onPick: (place) => this.pick(place, true),
    });
    this.rate = element(
      "select",
      { id: "fpir", onchange: () => this.find() },
      element("option", { value: "" }, "Default"),
      ...RATES.map((rate) => element("option", { value: rate }, `${oneIn(rate)} strangers`)),
    );
    this.tags = element("input", {
      id: "find-tags",
      type: "text",
      autocomplete: "off",
      // A field that is left tells a change that an earlier search may have used already.
      onchange: () => this.tags.value.trim() !== this.tag && this.find(),
    });
    this.result = element("section", { class: "card details", "aria-label": "Who was found" });
    const options = element(
      "section",
      { class: "card options", "aria-label": "Search options" },
      element("div", { class: "field" }, element("label", { for: "fpir" }, "Strangers wrongly given a name"), this.rate),
      element(
        "div",
        { class: "field" },
        element("label", { for: "find-tags" }, "Only people with the tag"),
        this.tags,
      ),
    );
    this.body = element(
      "div",
      { class: "with-side" },
      this.well.element,
      element("div", { class: "side" }, this.result, options),
    );
    this.place = element("div", { class: "stack" }, this.body);
    this.element = element(
      "div",
      { class: "view" },
      viewHead("Find", "Who of the gallery is in a photo, and who is not known."),
      this.place,
    );
    this.reset();
  }

  async opened() {
    try {
      if (!(await hasGallery())) {
        this.place.replaceChildren(noGallery());
        return;
      }
      const { people } = await info();
      this.place.replaceChildren(...(people ? [] : [nobody()]), this.body);
    } catch (problem) {
      this.place.replaceChildren(problemNotice(problem, () => this.opened()));
    }
  }

  receive(files) {
    if (this.body.isConnected) this.well.take(files);
  }

  reset() {
    this.task.stop();
    this.answer = null;
    this.result.replaceChildren(
      element("h2", {}, "Who it is"),
      element("p", { class: "soft" }, "Once there is a photo, the people found in it stand here."),
    );
  }

  find() {
    this.reset();
    this.tag = this.tags.value.trim();
    if (!this.well.photo) return;
    const { file } = this.well.photo;
    const { tag } = this;
    const form = () => {
      const made = new FormData();
      made.append("picture", file);
      if (this.rate.value) made.append("fpir", this.rate.value);
      if (tag) made.append("tags", tag);
      return made;
    };
    this.well.wait("Looking through the gallery …", () => {
      this.task.stop();
      this.well.rest();
    });
    this.task.run(
      (signal) => ask("v1/gallery/search", { form, signal }),
      (answer) => this.show(answer),
      (problem) => this.well.fail(problem, () => this.find()),
    );
  }

  show(answer) {
    this.answer = answer;
    const { faces, width, height } = answer;
    this.well.rest();
    this.well.draw(
      faces.map((face) => ({ ...face, said: [foundWord(face)] })),
      width,
      height,
    );
    if (!faces.length) {
      this.well.tell(notice("plain", "No face was found", "There is nobody in this photo to look for."));
      announce("No face was found.");
      return;
    }
    const known = faces.filter((face) => face.known).length;
    announce(`${counted(faces.length, "face")}, ${known} known.`);
    this.strip = faceStrip({
      faces,
      width,
      image: this.well.photo.image,
      group: "found",
      onPick: (place) => this.pick(place),
      caption: (place) => foundWord(faces[place]),
    });
    this.strip.classList.add("named");
    this.found = element("div", {});
    this.result.replaceChildren(
      element("h2", {}, `${counted(faces.length, "face")}, ${known} known`),
      ...(faces.length > 1 ? [this.strip] : []),
      this.found,
    );
    this.pick(0);
  }

  pick(place, fromPhoto = false) {
    if (!this.answer?.faces[place]) return;
    if (fromPhoto) pickInStrip(this.strip, place);
    this.well.layers.pick(place);
    this.found.replaceChildren(...foundOf(this.answer.faces[place]));
  }
}

function nobody() {
  return notice(
    "plain",
    "The gallery is empty",
    "Nobody can be found until somebody is enrolled.",
    element("a", { class: "button", href: "#/enrol" }, "Enrol somebody"),
  );
}
