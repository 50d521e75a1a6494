/** The place of one photo: empty, loading, shown with its layers, or failed. */

import { element, icon } from "./element.js";
import { Layers } from "./layers.js";
import { problemNotice, waiting } from "./notice.js";
import { openPhoto } from "./photo.js";
import { entryButtons, removeButton, takesDrops } from "./photo_entry.js";

const FACE =
  "M3.5 8V5.5a2 2 0 0 1 2-2H8M16 3.5h2.5a2 2 0 0 1 2 2V8M20.5 16v2.5a2 2 0 0 1-2 2H16M8 20.5H5.5" +
  "a2 2 0 0 1-2-2V16M9 9.5v1M15 9.5v1M12 9.5v3.5l-.9.2M9 15.5c1.8 1.5 4.2 1.5 6 0";
const LARGEST = 1.6;

export class PhotoWell {
  /**
   * @param {object} how
   * @param {string} how.label name of the place for a screen reader
   * @param {string} how.invitation what to do while it is empty
   * @param {string} [how.hint]
   * @param {(photo: import("./photo.js").Photo) => void} how.onPhoto
   * @param {() => void} [how.onRemove]
   * @param {(place: number) => void} [how.onPick]
   * @param {boolean} [how.compact]
   */
  constructor({ label, invitation, hint = "", onPhoto, onRemove = () => {}, onPick, compact = false }) {
    Object.assign(this, { label, invitation, hint, onPhoto, onRemove, compact });
    this.photo = null;
    this.layers = new Layers(onPick);
    this.state = element("div", { class: "well-state" });
    this.view = element("div", { class: "well-view" });
    this.element = element("section", { class: `well${compact ? " compact" : ""}`, "aria-label": label }, this.state, this.view);
    takesDrops(this.element, (files) => this.take(files));
    this.empty();
  }

  /** Take the first of some files, and say so where there were several. */
  async take(files) {
    const photo = await openPhoto(files[0]);
    this.forget();
    this.photo = photo;
    this.many = files.length;
    this.show();
    this.onPhoto(photo);
  }

  /** Go back to the empty place. */
  clear() {
    this.forget();
    this.empty();
    this.onRemove();
    this.view.querySelector("button")?.focus();
  }

  forget() {
    this.photo?.close();
    this.photo = null;
    this.layers.show([], 1, 1);
    this.state.replaceChildren();
  }

  empty() {
    this.element.classList.remove("filled");
    this.view.replaceChildren(
      element(
        "div",
        { class: "empty-well" },
        icon(FACE, this.compact ? 44 : 60),
        element("p", { class: "invitation" }, this.invitation),
        entryButtons({ choose: "Choose a photo", onFiles: (files) => this.take(files) }),
        this.hint && element("p", { class: "hint" }, this.hint),
      ),
    );
  }

  show() {
    this.element.classList.add("filled");
    const { file, image } = this.photo;
    const several = this.many > 1 ? ` · the first of ${this.many} files` : "";
    if (image) image.alt = `${file.name}, the photo that was given`;
    const frame = element("div", { class: "photo-frame" }, image ?? this.blank(), this.layers.element);
    if (image) this.shape(frame, image.naturalWidth, image.naturalHeight);
    this.view.replaceChildren(
      element("div", { class: "stage" }, frame),
      element(
        "div",
        { class: "well-bar" },
        element("p", { class: "file-name" }, `${file.name}${several}`),
        element(
          "div",
          { class: "actions entry" },
          entryButtons({ choose: "Another", small: true, onFiles: (files) => this.take(files) }),
          removeButton("Remove", () => this.clear()),
        ),
      ),
    );
  }

  blank() {
    return element("p", { class: "blank-photo" }, "The browser cannot show this file.");
  }

  /** Lay faces over the photo. */
  draw(faces, width, height) {
    const frame = this.view.querySelector(".photo-frame");
    if (frame && !this.photo.image) this.shape(frame, width, height);
    this.layers.show(faces, width, height);
  }

  /** As large as the place allows, and not so large that it blurs. */
  shape(frame, width, height) {
    frame.style.setProperty("--shape", width / height);
    frame.style.setProperty("--widest", `${width * LARGEST}px`);
    frame.classList.add("shaped");
  }

  wait(words, cancel) {
    this.element.setAttribute("aria-busy", "true");
    this.state.replaceChildren(waiting(words, cancel));
  }

  /** A file that neither the browser nor the server can read goes away again. */
  fail(problem, again) {
    this.rest();
    if (!this.photo?.image && !problem.mayPass) {
      this.forget();
      this.empty();
    }
    this.state.replaceChildren(problemNotice(problem, again));
  }

  tell(made) {
    this.rest();
    this.state.replaceChildren(made);
  }

  /** Nothing is awaited any more. */
  rest() {
    this.element.removeAttribute("aria-busy");
    this.state.replaceChildren();
  }
}
