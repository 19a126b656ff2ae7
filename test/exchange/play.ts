// Plays rows of the response table through the public API, over whatever driver, and says what became of them.
import * as requests from '../../src/node/index';
import type { Outcome, Row } from '../cases/row';

export function latin1(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes || []).toString('latin1');
}

function errorOf(e: any): Outcome {
  let error = '' + e;
  if (e instanceof requests.HTTPResponseError) error = 'HTTPResponseError';
  else if (e instanceof requests.HTTPConnectionError) error = 'HTTPConnectionError';
  else if (e instanceof requests.IOError) error = 'IOError';
  else if (e instanceof TypeError) error = 'TypeError';
  if (e && e.name !== error) error += ' named ' + e.name;
  if (/^HTTP/.test(error) && !(e instanceof requests.HTTPError)) error += ' that is no HTTPError';
  if (typeof (e && e.retryable) !== 'boolean') error += ' without retryable';
  return { error, code: e && e.code, phase: e && e.phase, message: e && e.message };
}

/** Starts the call that a row describes. */
export function callRow(row: Row, url: string, more?: any): Promise<Outcome> {
  const { stream_chunk, connection, ...rest } = row.options || {};
  const asked = connection === undefined ? 'keep-alive' : connection;
  const pieces: string[] = [];
  const options: any = { headers: asked ? { Connection: asked } : {}, ...rest, ...more };
  let settled = false;
  if (stream_chunk !== undefined) {
    options.stream_chunk = stream_chunk;
    options.stream_callback = (chunk: Uint8Array) => {
      if (settled) throw new Error('a piece behind the end');
      pieces.push(latin1(chunk));
    };
  }
  return requests.request(row.method || 'GET', url, options).then(
    (r) => {
      settled = true;
      const proto = Object.getPrototypeOf(r.headers);
      const streamed = stream_chunk !== undefined;
      const got: Outcome = {
        status: r.status,
        reason: r.reason,
        headers: { ...(r.headers as any) },
        body: streamed ? pieces.join('') : latin1(r.content),
        received: r.received,
        total: r.total,
      };
      if (streamed) got.pieces = pieces.map((p) => p.length);
      if (proto !== null && proto !== Object.prototype) got.error = 'the headers have a foreign prototype';
      Object.defineProperty(got, 'connection', { get: () => r.connection });
      return got;
    },
    (e) => {
      settled = true;
      return errorOf(e);
    },
  );
}
