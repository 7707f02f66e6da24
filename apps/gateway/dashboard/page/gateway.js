/** The API, asked with this tab's key. The key is in sessionStorage and nowhere else. */
const KEY = 'rekappa-key';
const TIMEOUT_MS = 5_000;

/** What the gateway, or the way to it, refused. */
export class Refusal extends Error {
  /** @param status 0 when there was no answer */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const gateway = {
  get key() {
    return sessionStorage.getItem(KEY) ?? '';
  },

  set key(key) {
    if (key === '') sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, key);
  },

  /** @param body sent as JSON, by POST. @throws Refusal */
  async ask(path, body) {
    const headers = {};
    if (this.key !== '') headers.authorization = `Bearer ${this.key}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    let response;
    try {
      response = await fetch(path, {
        headers,
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      });
    } catch {
      throw new Refusal(0, '', 'the gateway does not answer');
    }
    const answer = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer;
    const { code = '', message = `the gateway answered ${response.status}` } = answer?.error ?? {};
    throw new Refusal(response.status, code, message);
  },
};
