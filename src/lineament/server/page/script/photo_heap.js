/** Several photos that wait to be sent together. */

import { announce } from "./announcer.js";
import { button, element } from "./element.js";
import { entryButtons, takesDrops } from "./photo_entry.js";
import { counted } from "./words.js";

export class PhotoHeap {
  constructor() {
    this.files = [];
    this.list = element("ul", { class: "heap" });
    this.words = element("p", { class: "invitation" });
    const buttons = entryButtons({ choose: "Choose photos", multiple: true, onFiles: (files) => this.add(files) });
    this.element = element("div", { class: "well heap-well" }, element("div", { class: "empty-well" }, this.words, buttons), this.list);
    takesDrops(this.element, (files) => this.add(files));
    this.draw();
  }

  add(files) {
    this.files.push(...files);
    this.draw();
    announce(`${counted(this.files.length, "photo")} to enrol.`);
  }

  /** Only these stay, such as the ones that were refused. */
  keepOnly(files) {
    this.files = files;
    this.draw();
  }

  focus() {
    this.element.querySelector("button").focus();
  }

  draw() {
    for (const image of this.list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.words.textContent = this.files.length
      ? `${counted(this.files.length, "photo")} to enrol; drop more here`
      : "Drop photos of one person here";
    this.list.replaceChildren(
      ...this.files.map((file) =>
        element(
          "li",
          {},
          element("img", { src: URL.createObjectURL(file), alt: "", onerror: (event) => event.target.classList.add("broken") }),
          element("span", { class: "file-name" }, file.name),
          button(
            "×",
            () => {
              this.keepOnly(this.files.filter((other) => other !== file));
              announce(`${file.name} was taken off.`);
              this.focus();
            },
            { class: "take-off", "aria-label": `Take off ${file.name}` },
          ),
        ),
      ),
    );
  }
}
