/** A dialog that takes one photo with the camera of the device. */

import { button, element } from "./element.js";
import { notice } from "./notice.js";

const REFUSED = {
  NotAllowedError:
    "The browser was not allowed to use it. Allow the camera for this page in the browser's settings, then try again.",
  NotFoundError: "This device has no camera, or it is switched off. Choose a file instead.",
  NotReadableError: "Another program may be using it. Close that program, then try again.",
};

/** @returns {Promise<File|null>} a JPEG as the camera saw it, not mirrored; null if nothing was taken */
export async function takePhoto() {
  const video = element("video", { autoplay: true, playsinline: true, muted: true, class: "camera" });
  video.muted = true;
  const shoot = button("Take the photo", () => take(), { class: "main", disabled: true });
  const place = element("div", { class: "camera-place" }, video);
  const box = element(
    "dialog",
    { class: "wide", "aria-labelledby": "camera-title" },
    element("h2", { id: "camera-title" }, "Camera"),
    place,
    element("p", { class: "hint" }, "You see yourself as in a mirror; the photo is not mirrored."),
    element("div", { class: "actions" }, button("Cancel", () => box.close()), shoot),
  );
  let stream = null;
  let taken = null;
  let closed = false;
  const take = async () => {
    taken = await still(video);
    box.close();
  };
  const done = new Promise((resolve) => {
    box.addEventListener("close", () => {
      closed = true;
      stop(stream);
      box.remove();
      resolve(taken);
    });
  });
  document.body.append(box);
  box.showModal();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
    if (closed) stop(stream);
    video.srcObject = stream;
    await video.play();
    shoot.disabled = false;
    shoot.focus();
  } catch (error) {
    if (!closed) place.replaceChildren(notice("bad", "The camera cannot be used", REFUSED[error.name] ?? error.message));
  }
  return done;
}

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

async function still(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
  return new File([blob], "camera.jpg", { type: "image/jpeg" });
}
