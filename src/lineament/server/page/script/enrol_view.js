/** Enrolling a person: name, tags, how long, photos. */

import { announceNotice } from "./announcer.js";
import { element } from "./element.js";
import { enrolled } from "./enrolled.js";
import { hasGallery, noGallery } from "./gallery.js";
import { notice, problemNotice, waiting } from "./notice.js";
import { PhotoHeap } from "./photo_heap.js";
import { ask } from "./server.js";
import { Task } from "./task.js";
import { viewHead } from "./view_head.js";

export class EnrolView {
  constructor() {
    this.title = "Enrol";
    this.task = new Task();
    this.heap = new PhotoHeap();
    this.name = element("input", { id: "name", type: "text", required: true, autocomplete: "off", maxlength: 200 });
    this.tags = element("input", { id: "tags", type: "text", autocomplete: "off", "aria-describedby": "tags-said" });
    this.days = element("input", {
      id: "days",
      type: "number",
      min: 1,
      step: 1,
      inputmode: "numeric",
      "aria-describedby": "days-said",
    });
    this.keep = element("input", { id: "keep", type: "checkbox", "aria-describedby": "keep-said" });
    this.result = element("div", { class: "enrol-result" });
    this.form = element(
      "form",
      {
        class: "enrol",
        onsubmit: (event) => {
          event.preventDefault();
          this.enrol(false);
        },
      },
      element("section", { class: "card", "aria-label": "Photos" }, element("h2", {}, "Photos"), this.heap.element),
      element(
        "section",
        { class: "card fields", "aria-label": "Person" },
        element("h2", {}, "Person"),
        field("Name", this.name, null),
        field("Tags", this.tags, "With commas between them. People can be found by them."),
        field("Forget after … days", this.days, "Empty: no end. When the time is over, all of it goes."),
        element(
          "div",
          { class: "check" },
          this.keep,
          element("label", { for: "keep" }, "Keep a small picture of each face"),
          element("p", { class: "hint", id: "keep-said" }, "Otherwise only templates are kept, from which no picture is shown."),
        ),
        element(
          "p",
          { class: "consent" },
          "A template can tell who somebody is. Enrol only people who know it and agreed, and forget them when they ask.",
        ),
        element("div", { class: "actions" }, element("button", { type: "submit", class: "main" }, "Enrol")),
      ),
    );
    this.place = element("div", {}, this.result, this.form);
    this.element = element(
      "div",
      { class: "view" },
      element("p", { class: "back" }, element("a", { href: "#/people" }, "← All people")),
      viewHead("Enrol", "Add photos of one person. In each photo the largest face is taken."),
      this.place,
    );
  }

  async opened(name) {
    this.result.replaceChildren();
    if (name) this.name.value = name;
    try {
      this.place.replaceChildren(...((await hasGallery()) ? [this.result, this.form] : [noGallery()]));
    } catch (problem) {
      this.place.replaceChildren(problemNotice(problem, () => this.opened(name)));
    }
  }

  receive(files) {
    this.heap.add(files);
  }

  enrol(allowLookalike) {
    if (!this.heap.files.length) {
      this.result.replaceChildren(notice("warn", "No photo yet", "Add at least one photo of the person."));
      announceNotice(this.result.firstChild);
      this.heap.focus();
      return;
    }
    const files = [...this.heap.files];
    this.result.replaceChildren(waiting("Enrolling …"));
    this.task.run(
      (signal) => ask("v1/gallery/enrol", { form: () => this.data(files, allowLookalike), signal }),
      (answer) => {
        const again = () => this.enrol(true);
        this.result.replaceChildren(enrolled(answer, files, again));
        announceNotice(this.result.firstChild);
        this.heap.keepOnly(answer.refused.map(({ index }) => files[index]));
        if (!answer.refused.length) this.form.reset();
        this.result.scrollIntoView({ block: "nearest" });
      },
      (problem) => this.result.replaceChildren(problemNotice(problem, () => this.enrol(allowLookalike))),
    );
  }

  data(files, allowLookalike) {
    const made = new FormData();
    made.append("name", this.name.value.trim());
    for (const file of files) made.append("pictures", file);
    for (const tag of this.tags.value.split(",")) if (tag.trim()) made.append("tags", tag.trim());
    if (this.days.value) made.append("retention_days", this.days.value);
    if (this.keep.checked) made.append("keep_thumbnails", "true");
    if (allowLookalike) made.append("allow_lookalike", "true");
    return made;
  }
}

function field(name, input, said) {
  return element(
    "div",
    { class: "field" },
    element("label", { for: input.id }, name),
    input,
    said && element("p", { class: "hint", id: `${input.id}-said` }, said),
  );
}
