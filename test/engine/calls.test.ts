// Calls of all kinds in the interpreter: what the server sees of them, what becomes of them, and what they leave.
import { rmSync } from 'node:fs';
import { minify } from 'terser';
import { RawServer } from '../servers/raw';
import { freePort } from '../servers/installed';
import { describeEngines, runIn } from './harness';
import { inMemory, inStorage, linuxModules, script } from './program';

const ROUNDS = 8;
const large = 'HTTP/1.1 200 OK\r\nContent-Length: 2500\r\n\r\n' + 'z'.repeat(2500);
const answer = (body: string) => 'HTTP/1.1 200 OK\r\nContent-Length: ' + body.length + '\r\n\r\n' + body;
const A = 'A'.repeat(1500);
/** JSON with all kinds of escapes, and what it stands for. */
const ESCAPED = String.raw`{"caf\u00e9":"\u20AC \ud83d\uDE00 \\u00e9 \u0022\u005c\n\"\u007f\u0080\u07ff\u0800\uffff \/u00e9 é"}`;
const UNESCAPED = Object.entries(JSON.parse(ESCAPED))[0].join('=');

/** How each call ends; the number behind an error is the length of its message. */
const wanted: { [name: string]: string | RegExp } = {
  get: '200 3 get',
  path: '200 4 path',
  json: '200 4 json',
  escaped: Buffer.from(UNESCAPED).toString('base64'),
  framed: '200 6 framed',
  unframed: '200 8 unframed',
  text: '200 4 text',
  form: '200 4 form',
  bytes: '200 5 bytes',
  auth: '200 4 auth',
  head: '200 0 ',
  upload: '200 6 upload',
  storage: '200 7 storage',
  grown: '200 5 grown',
  file: '200 4 file',
  short: /^IOError IOError E[A-Z]+ send boolean \d\d/,
  long: /^IOError IOError E[A-Z]+ send boolean \d\d/,
  portless: /^HTTPConnectionError HTTPConnectionError ENODRIVER connect boolean \d\d/,
  missing: /^IOError IOError E[A-Z]+ send boolean \d\d/,
  named: 'cannot read the source: no file no-such-file',
  folder: /^IOError IOError EFILE send boolean \d\d/,
  nothing: /^Other TypeError EINVAL url boolean \d\d/,
  unstored: /^IOError IOError E[A-Z]+ send boolean \d\d/,
  kept: '100 answers, then true',
  streamed: '1000,0,1000,500 2500 500',
  waited: '2500 2500 0',
  thrown: 'the same: true',
  rejected: 'the same: true',
  twice: '1 at a time, 2500 of 2500, by one who says this: 0',
  skipped: '200 7 skipped',
  foreign: /^IOError IOError E[A-Z]+ [a-z]+ boolean \d\d/,
  dead: /^IOError IOError E[A-Z]+ [a-z]+ boolean \d\d/,
  status: /^HTTPResponseError HTTPResponseError E[A-Z]+ [a-z]+ boolean \d\d/,
  url: /^Other TypeError EINVAL url boolean \d\d/,
  header: /^Other TypeError EINVAL url boolean \d\d/,
  lambda: /^Other TypeError EINVAL url boolean \d\d/,
  chunk: /^Other TypeError EINVAL url boolean \d\d/,
  driver: /^HTTPConnectionError HTTPConnectionError E[A-Z]+ connect boolean \d\d/,
  tls: /^HTTPConnectionError HTTPConnectionError ETLSUNVERIFIED tls boolean \d\d/,
  refused: /^HTTPConnectionError HTTPConnectionError ECONNREFUSED connect boolean \d\d/,
  silent: /^IOError IOError ETIMEDOUT headers boolean \d\d/,
  idle: /^IOError IOError ETIMEDOUT headers boolean \d\d/,
  closed: /^IOError IOError E[A-Z]+ headers boolean \d\d/,
  reset: /^IOError IOError E[A-Z]+ headers boolean \d\d/,
  half: /^IOError IOError E[A-Z]+ body boolean \d\d/,
  garbage: /^HTTPResponseError HTTPResponseError E[A-Z]+ headers boolean \d\d/,
  much: /^HTTPResponseError HTTPResponseError E[A-Z]+ [a-z]+ boolean \d\d/,
  early: '413 0 ',
};

describeEngines('calls of all kinds', (engine) => {
  it('end as they should and leave nothing behind', async () => {
    const seen: { [what: string]: string } = {};
    const other = await RawServer.start();
    let chained = 0;
    const server = await RawServer.start(async (peer) => {
      for (let first = true; ; first = false) {
        const head = await peer.head();
        const what = head.split(/[ /?]/)[2];
        if (!head) return peer.fin();
        if (what === 'silence') break;
        if (what === 'fin') return peer.fin();
        if (what === 'rst') return peer.rst();
        if (what === 'early') await peer.send('HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n');
        if (what === 'early') break;
        const length = /\r\nContent-Length: (\d+)/.exec(head);
        const n = length ? +length[1] : 0;
        await peer.until(() => peer.received.length >= n);
        seen[what] = head + peer.take(n);
        if (what === 'answer' && first) chained++;
        if (what === 'nothing') await peer.send('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
        else if (what === 'head') await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n');
        else if (what === 'half')
          await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf').then(() => peer.fin());
        else if (what === 'escaped') await peer.send(answer(Buffer.from(`\ufeff${ESCAPED}`).toString('latin1')));
        else if (what === 'garbage') await peer.send('garbage\r\n');
        else if (what === 'skipped')
          await peer.send(answer(what).replace('\r\n', '\r\nX-Long: ' + 'x'.repeat(100000) + '\r\n'));
        else await peer.send(what === 'large' ? large : answer(what));
      }
      await peer.gone();
      peer.fin();
    });
    const values = {
      BASE: server.url('/'),
      OTHER: other.url(),
      CLOSED: 'http://127.0.0.1:' + (await freePort()) + '/',
      ROUNDS,
    };
    const settings = Object.entries(values).map(([name, value]) => `var ${name}=${JSON.stringify(value)};\n`);
    const cwd = await inStorage(engine, {
      calls: (await minify(script('calls.js'), { ecma: 5, compress: false })).code!,
    });
    const program = inMemory(linuxModules()) + settings.join('') + 'require("calls");';
    const { stdout, failed, timedOut } = await runIn(engine, program, { cwd });
    rmSync(cwd, { recursive: true, force: true });
    const told: { [name: string]: string } = {};
    const memory: number[] = [];
    const noise: string[] = [];
    for (const line of stdout.split('\n')) {
      const [, name, what] = /^#(\w+) (.*)$/.exec(line) || [];
      if (name === 'memory') memory.push(+what);
      else if (name) told[name] = name in told ? 'told twice' : what;
      else if (line && !/^ERROR: Connect failed/.test(line)) noise.push(line);
    }
    await server.stop();
    const strangers = other.connections;
    await other.stop();

    expect({ noise, failed, timedOut }).toEqual({ noise: [], failed: false, timedOut: false });
    const matchers = Object.entries(wanted).map(([name, what]) => [
      name,
      typeof what === 'string' ? what : expect.stringMatching(what),
    ]);
    expect(told).toEqual(Object.fromEntries(matchers));
    expect(strangers).toBe(0);
    // "kept", "foreign" and "dead" open one connection each
    expect(chained).toBe(3 * ROUNDS);
    expect(memory).toHaveLength(2);
    // six rounds of calls lie between; a number that has grown may take a variable of its own
    expect(memory[1] - memory[0]).toBeLessThanOrEqual(2);

    expect(seen.get.split('\r\n')[0]).toBe('GET /get?%C3%A9=%E2%82%AC%20%26%3D&l=1&l=2 HTTP/1.1');
    expect(seen.get).toContain('\r\nX-Own: yes\r\n');
    expect(seen.path.split('\r\n')[0]).toBe('GET /path/%C3%A9%E2%82%AC?a%20b HTTP/1.1');
    const bodyOf = (what: string) => seen[what].substr(seen[what].indexOf('\r\n\r\n') + 4);
    const utf8 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');
    expect(JSON.parse(utf8(bodyOf('json')))).toEqual({
      a: '\u00e9\u20ac',
      b: [1, null, true, 1.5],
      c: '"\\\n\u0001',
      d: '\\\u00e9\\\\\u00e9\\u00e9',
    });
    expect(seen.framed.split('\r\n\r\n')[0].split('\r\n').slice(1)).toEqual([
      `Host: ${seen.get.match(/Host: (.*)/)![1]}`,
      'Connection: close',
      'Content-Length: 3',
    ]);
    expect(bodyOf('framed')).toBe('abc');
    expect(seen.unframed).not.toContain('Content-Length');
    expect(utf8(bodyOf('text'))).toBe('\u00e9\u20ac');
    expect([...new URLSearchParams(bodyOf('form'))]).toEqual([
      ['a', '\u00e9 b'],
      ['l', '+'],
      ['l', '&'],
    ]);
    expect([...bodyOf('bytes')].map((c) => c.charCodeAt(0))).toEqual(Array.from({ length: 256 }, (_, n) => n));
    const basic = Buffer.from('mé:€@é').toString('base64');
    expect(seen.auth).toContain('\r\nAuthorization: Basic ' + basic + '\r\n');
    expect(seen.auth).not.toContain('@');
    expect(bodyOf('upload')).toBe(A);
    expect(bodyOf('storage')).toBe('x'.repeat(1500));
    expect(bodyOf('grown')).toBe(Array.from({ length: 200 }, (_, i) => `${1000 + i}\n`).join(''));
    expect(seen.file).toMatch(/^PUT /);
    expect(bodyOf('file')).toBe('y'.repeat(1500));
  });
});
