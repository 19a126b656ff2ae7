// What must hold for any answer whatever: found by chance, from a seed.
import * as fc from 'fast-check';
import * as requests from '../../src/node/index';
import { responses } from '../cases/responses';
import type { Row } from '../cases/row';
import { judge } from '../cases/judge';
import { turns } from './expect';
import { callRow } from './play';
import { manners, SlicedDriver } from './slicedDriver';
import type { Manner } from './slicedDriver';

const SEED = 4711;
const runs = { seed: SEED, numRuns: 300 };

const byte = fc.integer({ min: 0, max: 255 });
const bytes = (max: number) => fc.array(byte, { maxLength: max }).map((all) => String.fromCharCode(...all));
const oneOf = (...all: string[]) => fc.constantFrom(...all);
const token = fc.string({ unit: oneOf(...'abcXYZ019-_.!~'), minLength: 1, maxLength: 12 });
const value = fc.string({ unit: oneOf(...'abcXYZ 019,;:="\t\xe9'), maxLength: 30 }).map((text) => text.trim());
const lineEnd = fc.oneof({ weight: 5, arbitrary: fc.constant('\r\n') }, fc.constant('\n'));

/** A valid answer as a row of the table. */
const valid: fc.Arbitrary<Row> = fc
  .record({
    status: fc.integer({ min: 200, max: 599 }).filter((n) => n !== 204 && n !== 304),
    reason: value,
    fields: fc.array(fc.tuple(token, value), { maxLength: 8 }),
    body: bytes(200),
    framing: oneOf('length', 'chunked', 'close'),
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
    extension: oneOf('', ';x', ' ; a="b;c"'),
    trailers: fc.array(fc.tuple(token, value), { maxLength: 3 }),
    interim: fc.array(oneOf('100 Continue', '102', '103 Early Hints'), { maxLength: 3 }),
    blank: oneOf('', '\r\n', '\n'),
    eol: lineEnd,
    chunk: fc.constantFrom(undefined, 1, 3, 64, 512),
  })
  .map((a) => {
    const { eol, body, framing } = a;
    const own = a.fields.filter(([name]) => !/^(content-length|transfer-encoding|connection|set-cookie)$/i.test(name));
    const lines = own.map(([name, text]) => name + ': ' + text);
    if (framing === 'length') lines.push('Content-Length: ' + body.length);
    if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
    let rest = body;
    if (framing === 'chunked') {
      rest = '';
      for (let at = 0, i = 0; at < body.length; i++) {
        const piece = body.substr(at, a.sizes[i % a.sizes.length]);
        rest += piece.length.toString(16) + a.extension + eol + piece + '\r\n';
        at += piece.length;
      }
      rest += '0' + eol + a.trailers.map(([name, text]) => name + ': ' + text + eol).join('') + eol;
    }
    const interim = a.interim.map((text) => 'HTTP/1.1 ' + text + eol + 'X-Early: 1' + eol + eol).join('');
    const head = ['HTTP/1.1 ' + a.status + ' ' + a.reason, ...lines].join(eol) + eol + eol;
    return {
      name: 'any',
      input: a.blank + interim + head + rest,
      fin: framing === 'close',
      options: a.chunk ? { stream_chunk: a.chunk } : {},
      want: {
        status: a.status,
        reason: a.reason,
        body,
        total: framing === 'length' ? body.length : -1,
        keepable: framing !== 'close',
      },
    };
  });

/** Cuts `input` at these fractions of its length. */
function cutAt(input: string, cuts: number[]): string[] {
  const at = cuts.map((cut) => Math.floor(cut * (input.length + 1))).sort((a, b) => a - b);
  return [0, ...at].map((from, i) => input.substring(from, i < at.length ? at[i] : input.length)).filter((s) => s);
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 12 });

async function play(row: Row, slices: string[], fin: boolean, manner: Manner, options: any = {}) {
  const driver = new SlicedDriver(manner, () => ({ slices, fin }));
  let got: any = { error: 'it never settled' };
  void callRow(row, 'http://host.example/', { driver: 'sliced', timeout: 0, idle_timeout: 0, ...options }).then(
    (outcome) => (got = outcome),
  );
  await turns(3);
  for (let i = 0; i < 20 && got.error === 'it never settled'; i++) await new Promise((go) => setTimeout(go, 1));
  driver.remove();
  const socket = driver.sockets[0];
  if (!got.error) got.keepable = !!got.connection;
  if (socket.complaint) got.error = socket.complaint;
  if (!got.keepable && !socket.closed) got.error = 'the socket is still open: ' + got.error;
  return got;
}

describe.each(manners)('$name', (manner) => {
  it('any valid answer under any split', async () => {
    await fc.assert(
      fc.asyncProperty(valid, cuts, async (row, at) => {
        const complaint = judge(row, await play(row, cutAt(row.input, at), !!row.fin, manner));
        if (complaint) throw new Error(complaint);
      }),
      runs,
    );
  });

  it('a valid answer that is cut short is an error, unless it ends with the connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        valid,
        cuts,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        async (row, at, end) => {
          const input = row.input.substr(0, Math.floor(end * row.input.length));
          const got = await play(row, cutAt(input, at), true, manner);
          if (!got.error && row.fin) return;
          expect(got.error).toBe('IOError');
        },
      ),
      runs,
    );
  });

  const fragment = fc.oneof(
    bytes(10),
    oneOf('HTTP/1.1 ', 'HTTP/1.', '200', ' OK', '100', '204', '\r\n', '\n', '\r', ':', ': ', '0\r\n\r\n', ';', ','),
    oneOf('Content-Length: ', 'Transfer-Encoding: chunked', 'Connection: close', 'Set-Cookie: a', '__proto__: x'),
    oneOf('5', '0', '-1', 'ffffffff', '99999999999999999999', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 100\r\n\r\n', ' '),
  );
  const garbage = fc.oneof(
    fc.array(fragment, { maxLength: 40 }).map((all) => all.join('')),
    fc.array(fragment, { maxLength: 20 }).map((all) => 'HTTP/1.1 200 OK\r\n' + all.join('')),
    fc
      .array(fragment, { maxLength: 20 })
      .map((all) => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n' + all.join('')),
    fc
      .tuple(fc.constantFrom(...responses.filter((row) => row.input.length < 500)), fc.nat(), byte, fc.nat(2))
      .map(([row, n, code, how]) => {
        const at = n % (row.input.length + 1);
        const with_ = how ? String.fromCharCode(code) : '';
        return row.input.substr(0, at) + with_ + row.input.substr(how === 1 ? at : at + 1);
      }),
  );

  it('any garbage ends in an answer or an error, within the limits', async () => {
    await fc.assert(
      fc.asyncProperty(garbage, cuts, fc.constantFrom(undefined, 1, 7, 512), async (input, at, stream_chunk) => {
        const row: Row = { name: 'garbage', input, options: stream_chunk ? { stream_chunk } : {}, want: { status: 0 } };
        const got = await play(row, cutAt(input, at), true, manner, { max_content: 50, max_headers: 200 });
        if (got.error) expect(got.error).toMatch(/^(HTTPResponseError|IOError)$/);
        else if (!stream_chunk) expect(got.body.length).toBeLessThanOrEqual(50);
        if (!got.error) expect(got.status).toBeGreaterThanOrEqual(200);
      }),
      { ...runs, numRuns: 2000 },
    );
  });

  it('any garbage gives the same under any split', async () => {
    await fc.assert(
      fc.asyncProperty(garbage, cuts, async (input, at) => {
        const row: Row = { name: 'garbage', input, want: { status: 0 } };
        const whole = await play(row, [input], true, manner);
        const split = await play(row, cutAt(input, at), true, manner);
        expect({ ...split, message: '', keepable: 0 }).toEqual({ ...whole, message: '', keepable: 0 });
      }),
      { ...runs, numRuns: 1000 },
    );
  });
});

it('any header of the caller is sent as it is, or refused', async () => {
  const driver = new SlicedDriver(manners[0], () => ({ slices: ['HTTP/1.1 204 No\r\n\r\n'], fin: false }));
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
      async (name, text) => {
        const before = driver.sockets.length;
        const outcome = await requests
          .get('http://host.example/', { driver: 'sliced', headers: { ['X' + name]: text } })
          .then(
            () => 'sent',
            (e) => e.code,
          );
        const written = driver.sockets.slice(before).map((socket) => socket.written);
        if (outcome !== 'sent') {
          expect(outcome).toBe('EINVAL');
          expect(written).toEqual([]);
          return;
        }
        const lines = written[0].split('\r\n');
        expect(written[0]).not.toMatch(/[\0\n](?<!\r\n)/);
        expect(lines.filter((line) => line.startsWith('X')).length).toBe(1);
        expect(lines.length).toBe(lines.filter((line) => line).length + 2);
      },
    ),
    { ...runs, numRuns: 1000 },
  );
  driver.remove();
});

it('any query parameters arrive', async () => {
  const driver = new SlicedDriver(manners[0], () => ({ slices: ['HTTP/1.1 204 No\r\n\r\n'], fin: false }));
  const texts = fc.string({ unit: 'grapheme', maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(texts, fc.oneof(texts, fc.array(texts, { maxLength: 3 }))), async (params) => {
      await requests.get('http://host.example/?a=b', { driver: 'sliced', params });
      const line = driver.sockets[driver.sockets.length - 1].written.split('\r\n')[0];
      expect(line).toMatch(/^GET \/\?a=b[!-~]* HTTP\/1\.1$/);
      const wanted = Object.entries(params).flatMap(([k, v]) => [v].flat().map((one) => [k, one]));
      expect([...new URLSearchParams(line.split(' ')[1].substr(1))].slice(1)).toEqual(wanted);
    }),
    runs,
  );
  driver.remove();
});
