/** A request as bytes: well framed, or framed as no server should have to see it. */
import type { SeededRandom } from '#kernel';

export interface Parts {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
}

const CONTENT_TYPES = [
  '',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/json;;;',
  'application/x-ndjson',
  'text/plain',
  'text/html',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'x',
  '/',
  'application/json, text/plain',
  'application/vnd.api+json',
] as const;

const ODD_HEADERS = [
  'X-Request-Id: ../../x',
  `X-Request-Id: ${'x'.repeat(300)}`,
  'X-Request-Id: a\tb',
  'Accept: nothing/at-all',
  'Accept-Encoding: br;q=x, *;q=0',
  'Authorization: Bearer x',
  `Authorization: Bearer ${'x'.repeat(6_000)}`,
  'Authorization: Basic eDp4',
  'X-Api-Key: \u00e9',
  'Content-Encoding: gzip',
  'Expect: 100-continue',
  'Expect: nothing',
  'Upgrade: websocket',
  'X-Http-Method-Override: DELETE',
  'X-Forwarded-For: ::::',
  'X-Forwarded-Host: evil',
  'Cookie: __proto__=1; a',
  'Origin: null',
  'Range: bytes=0-',
  'If-None-Match: *',
  '__proto__: x',
  'constructor: x',
] as const;

/** `did` says `raw …` where the HTTP parser itself may refuse. */
export function headersFor(contentType: string, random: SeededRandom, did: string[]): string[] {
  const type = random.next() < 0.06 ? random.pick(CONTENT_TYPES) : contentType;
  if (type !== contentType) did.push(`content-type ${JSON.stringify(type)}`);
  const headers = type === '' ? [] : [`Content-Type: ${type}`];
  while (random.next() < 0.15) {
    const odd = random.pick(ODD_HEADERS);
    did.push(`header ${odd.slice(0, 40)}`);
    headers.push(odd);
  }
  return headers;
}

const HOST_LINE = 'Host: fuzz\r\n';

/** The same request with an API key, where it has a head to put it in. */
export function withKey(bytes: Buffer, key: string): Buffer {
  const at = bytes.indexOf(HOST_LINE);
  if (at < 0) return bytes;
  const behind = at + HOST_LINE.length;
  return Buffer.concat([
    bytes.subarray(0, behind),
    Buffer.from(`X-Api-Key: ${key}\r\n`),
    bytes.subarray(behind),
  ]);
}

export function requestBytes({ method, target, headers, body }: Parts): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: fuzz', ...headers];
  // Without a body a content type alone would announce one.
  const sent = body ? lines : lines.filter((line) => !/^content-type:/i.test(line));
  if (body) sent.push(`Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${sent.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}

export function misframed(parts: Parts, random: SeededRandom): { bytes: Buffer; what: string } {
  const { method, target, headers } = parts;
  const body = parts.body ?? Buffer.from('{}');
  const withHead = (
    what: string,
    lines: readonly string[],
    sent = body,
    first = `${method} ${target} HTTP/1.1`,
  ) => ({
    what,
    bytes: Buffer.concat([Buffer.from(`${[first, ...lines].join('\r\n')}\r\n\r\n`, 'latin1'), sent]),
  });
  const usual = ['Host: fuzz', ...headers];
  const chunk = (text: string): Buffer => Buffer.from(text, 'latin1');
  switch (random.below(14)) {
    case 0:
      return withHead('longer than sent', [...usual, `Content-Length: ${body.length + 10}`]);
    case 1:
      return withHead('shorter than sent', [...usual, `Content-Length: ${Math.max(0, body.length - 3)}`]);
    case 2:
      return withHead('negative length', [...usual, 'Content-Length: -1']);
    case 3:
      return withHead('two lengths', [...usual, 'Content-Length: 2', `Content-Length: ${body.length + 1}`]);
    case 4:
      return withHead('absurd length', [...usual, 'Content-Length: 99999999999999999999']);
    case 5:
      return withHead(
        'length and chunks',
        [...usual, 'Content-Length: 4', 'Transfer-Encoding: chunked'],
        chunk('1\r\na\r\n0\r\n\r\n'),
      );
    case 6:
      return withHead(
        'broken chunks',
        [...usual, 'Transfer-Encoding: chunked'],
        chunk('zz\r\n{}\r\n0\r\n\r\n'),
      );
    case 7:
      return withHead('unfinished chunks', [...usual, 'Transfer-Encoding: chunked'], chunk('5\r\n{"a"'));
    case 8:
      return withHead(
        'good chunks',
        [...usual, 'Transfer-Encoding: chunked'],
        Buffer.concat([chunk(`${body.length.toString(16)}\r\n`), body, chunk('\r\n0\r\n\r\n')]),
      );
    case 9:
      return withHead('no host', headers);
    case 10:
      return withHead('20 KB of header', [...usual, `X-Long: ${'x'.repeat(20_000)}`]);
    case 11:
      return withHead('2,500 headers', [...usual, ...Array.from({ length: 2_500 }, (_, i) => `X-${i}: 1`)]);
    case 12:
      return withHead(
        'another version',
        usual,
        body,
        `${method} ${target} ${random.pick(['HTTP/1.0', 'HTTP/9.9', 'HTTP/2.0', '', 'X'])}`,
      );
    default:
      return {
        what: 'noise',
        bytes: Buffer.from(Array.from({ length: 1 + random.below(400) }, () => random.below(256))),
      };
  }
}
