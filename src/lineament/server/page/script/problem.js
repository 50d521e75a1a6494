/** What went wrong, in the form of problem+json, whoever found it. */

export class Problem extends Error {
  /**
   * @param {object} told
   * @param {string} told.title one line
   * @param {string} told.detail what was got, what was expected, what to do
   * @param {number} [told.status] HTTP status; 0 where no answer came
   * @param {number|null} [told.retryAfter] seconds
   * @param {string|null} [told.request] its number in the log of the server
   */
  constructor({ title, detail, status = 0, retryAfter = null, request = null }) {
    super(detail);
    this.title = title;
    this.detail = detail;
    this.status = status;
    this.retryAfter = retryAfter;
    this.request = request;
  }

  /** Whether the same question may be answered later; a picture that cannot be read never will. */
  get mayPass() {
    return this.status < 400 || this.status >= 500 || [401, 403, 404, 408, 429].includes(this.status);
  }
}

/** The problem that an answer of the server tells. */
export async function problemOf(response) {
  let told = {};
  if (/json/.test(response.headers.get("content-type") ?? "")) {
    told = await response.json().catch(() => ({}));
  }
  const wait = Number(response.headers.get("retry-after"));
  return new Problem({
    title: told.title ?? `The server answered ${response.status}`,
    detail: typeof told.detail === "string" ? told.detail : "It gave no reason. Its log may tell more.",
    status: response.status,
    retryAfter: Number.isFinite(wait) && wait > 0 ? wait : null,
    request: told.request ?? null,
  });
}
