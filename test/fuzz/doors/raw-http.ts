/** One HTTP exchange, byte by byte: clients that mean well would refuse to send what is sent here. */
import { connect, type Socket } from 'node:net';

export type Exchange =
  | { readonly outcome: 'answer'; readonly status: number; readonly head: string; readonly body: string }
  /** The server closed the connection without an answer. */
  | { readonly outcome: 'closed' }
  /** Nothing within the deadline. */
  | { readonly outcome: 'hang' };

export interface RawRequest {
  readonly host: string;
  readonly port: number;
  readonly bytes: Uint8Array;
  readonly deadlineMs: number;
  /** Ends our side after sending: an incomplete request then is one that will never be complete. */
  readonly halfClose: boolean;
  readonly bodiless: boolean;
}

export function exchange({
  host,
  port,
  bytes,
  deadlineMs,
  halfClose,
  bodiless,
}: RawRequest): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host, port, allowHalfOpen: true });
    const received: Buffer[] = [];
    const finish = (result: Exchange): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish({ outcome: 'hang' }), deadlineMs);
    const ended = (): void =>
      finish(answerIn(Buffer.concat(received), bodiless, true) ?? { outcome: 'closed' });
    socket.on('data', (chunk) => {
      received.push(chunk);
      const answer = answerIn(Buffer.concat(received), bodiless, false);
      if (answer) finish(answer);
    });
    socket.on('end', ended);
    socket.on('error', ended);
    socket.write(bytes);
    if (halfClose) socket.end();
  });
}

/** The answer, once it is whole. @param last nothing more will come */
function answerIn(bytes: Buffer, bodiless: boolean, last: boolean): Exchange | undefined {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1]);
  const rest = bytes.subarray(end + 4);
  if (status >= 100 && status < 200) return answerIn(rest, bodiless, last);
  const answer = (body: Buffer): Exchange => ({
    outcome: 'answer',
    status,
    head,
    body: body.toString('utf8'),
  });
  if (bodiless || status === 204 || status === 304) return answer(Buffer.alloc(0));
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return rest.length >= Number(length) || last ? answer(rest) : undefined;
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const body = unchunked(rest);
    return body.whole || last ? answer(body.bytes) : undefined;
  }
  return last ? answer(rest) : undefined;
}

function unchunked(bytes: Buffer): { bytes: Buffer; whole: boolean } {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    const size = end < 0 ? NaN : parseInt(bytes.toString('latin1', at, end), 16);
    if (!(size > 0)) return { bytes: Buffer.concat(chunks), whole: size === 0 };
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
