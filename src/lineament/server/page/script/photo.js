/** A photo that somebody gave: its file, and its picture where the browser can show one. */

/** @typedef {{file: File, url: string, image: HTMLImageElement|null, close: () => void}} Photo */

/**
 * Open a file. A file that the browser cannot show, be it a TIFF or no picture at all, has no
 * `image`; the server decides whether it can be read.
 *
 * @param {File} file
 * @returns {Promise<Photo>}
 */
export async function openPhoto(file) {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  const shown = await image.decode().then(
    () => true,
    () => false,
  );
  return { file, url, image: shown ? image : null, close: () => URL.revokeObjectURL(url) };
}

/**
 * A square crop round a box, for lists of faces.
 *
 * @param {HTMLImageElement|null} image
 * @param {number[]} box x1, y1, x2, y2 in pixels of the photo
 * @param {number} width of the photo as the server saw it
 * @param {number} side of the crop in pixels of the screen
 * @returns {HTMLCanvasElement}
 */
export function cropped(image, [x1, y1, x2, y2], width, side = 56) {
  const canvas = document.createElement("canvas");
  const sharp = Math.min(window.devicePixelRatio || 1, 2);
  canvas.width = canvas.height = Math.round(side * sharp);
  canvas.setAttribute("aria-hidden", "true");
  canvas.className = "crop";
  if (!image) return canvas;
  const scale = image.naturalWidth / width;
  const reach = Math.max(x2 - x1, y2 - y1) * 1.15;
  const left = (x1 + x2 + 1 - reach) / 2;
  const top = (y1 + y2 + 1 - reach) / 2;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  const sides = [left, top, reach, reach].map((value) => value * scale);
  context.drawImage(image, ...sides, 0, 0, canvas.width, canvas.height);
  return canvas;
}
