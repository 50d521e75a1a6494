/** The page in Chromium, against running servers; test_page.py starts them and this. */

import { after, before } from "node:test";
import { startBrowser, stopBrowser } from "./browser.mjs";

before(startBrowser);
after(stopBrowser);

await import("./faces.mjs");
await import("./compare.mjs");
await import("./gallery.mjs");
await import("./whole.mjs");
await import("./refusals.mjs");
