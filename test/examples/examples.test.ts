// Each example does what it says, on board host and in the interpreters.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { Workshop, ROOT } from '../cli/workshop';
import { describeEngines, runIn } from '../engine/harness';
import { ExampleServer, FILE } from './server';

let server: ExampleServer;
let shop: Workshop;

beforeEach(async () => {
  server = await ExampleServer.start();
  shop = new Workshop();
});
afterEach(async () => {
  shop.close();
  await server.stop();
});

interface Row {
  name: string;
  example: string;
  path: string;
  settings?: object;
  /** lines that must be there */
  prints: RegExp[];
  statuses?: number[];
  check?: () => void;
}

const SAMPLING = { sample_ms: 5, samples: 20, batch: 5, queue: 20, backoff_ms: 20, max_backoff_ms: 50 };

const postedNumbers = (from = 0): number[] =>
  server.seen.slice(from).flatMap(({ body }) => JSON.parse(body.toString()).readings.map((r: any) => r.n));

const rows: Row[] = [
  {
    name: 'get prints status, headers and text',
    example: 'get',
    path: '/page',
    prints: [/^status 200 OK$/m, /^ {2}content-length: \d+$/m, /^you asked for \/page\?name=caf%C3%A9%20%26%20cake$/m],
  },
  {
    name: 'get tells of an error',
    example: 'get',
    path: '',
    settings: { url: 'http://127.0.0.1:99999/' },
    prints: [/^failed: bad URL.* \(EINVAL, phase url\)$/m],
  },
  {
    name: 'post-json sends JSON and reads the answer',
    example: 'post-json',
    path: '/post',
    prints: [/^the server says \{"bytes":\d+\}$/m],
    check: () => {
      expect(server.seen[0]).toMatchObject({ method: 'POST', type: 'application/json' });
      expect(JSON.parse(server.seen[0].body.toString())).toEqual({
        place: 'Café',
        celsius: 21.5,
        history: [20, 21, 21.5],
      });
    },
  },
  {
    name: 'post-json tells of a bad status',
    example: 'post-json',
    path: '/post',
    statuses: [500],
    prints: [/^failed: 500 Internal Server Error \(ESTATUS\)$/m],
  },
  {
    name: 'post-json tells of an answer that is no JSON',
    example: 'post-json',
    path: '/file',
    prints: [/^failed: [^(]+$/m],
  },
  {
    name: 'stream-to-storage saves a file',
    example: 'stream-to-storage',
    path: '/file',
    prints: [/^saved 5000 bytes in 10 pieces as "download"$/m, /^Storage has \d+ bytes left$/m],
  },
  {
    name: 'stream-to-storage keeps nothing of an error page',
    example: 'stream-to-storage',
    path: '/file',
    statuses: [404],
    prints: [/^failed after 0 bytes: the server says 404$/m],
  },
  {
    name: 'stream-to-storage keeps nothing of an error without a page',
    example: 'stream-to-storage',
    path: '/file/empty',
    statuses: [404],
    prints: [/^failed after 0 bytes: the server says 404$/m],
  },
  {
    name: 'stream-to-storage takes an empty file',
    example: 'stream-to-storage',
    path: '/file/empty',
    prints: [/^saved 0 bytes in 0 pieces/m],
  },
  {
    name: 'keep-alive uses one connection',
    example: 'keep-alive',
    path: '/page',
    settings: { count: 4 },
    prints: [/^answer 4: 200, \d+ bytes$/m, /^4 answers over 1 connection$/m],
    check: () => {
      expect(server.connections).toBe(1);
      expect(server.seen.map(({ url }) => url)).toEqual([1, 2, 3, 4].map((n) => `/page?n=${n}`));
    },
  },
  {
    name: 'keep-alive goes on where the server hangs up between two requests',
    example: 'keep-alive',
    path: '/once',
    settings: { count: 4 },
    prints: [/^answer 4: 200, \d+ bytes$/m, /^4 answers over \d connections$/m],
  },
  {
    name: 'upload-file sends a file of Storage',
    example: 'upload-file',
    path: '/upload',
    prints: [/^uploaded log\.txt: 200 OK$/m, /^\{"bytes":2100\}$/m],
    check: () => {
      expect(server.seen[0]).toMatchObject({ method: 'PUT', type: 'text/plain' });
      const lines = server.seen[0].body.toString().trimEnd().split('\n');
      expect(lines).toEqual(Array.from({ length: 100 }, (_, i) => `line ${1000 + i} of the log`));
    },
  },
  {
    name: 'upload-file sends a file of fs',
    example: 'upload-file',
    path: '/upload',
    settings: { path: 'data.bin' },
    prints: [/^uploaded data\.bin: 200 OK$/m],
    check: () => expect(server.seen[0].body.equals(FILE)).toBe(true),
  },
  {
    name: 'upload-file tells when the file is not taken',
    example: 'upload-file',
    path: '/upload',
    statuses: [413],
    prints: [/^not uploaded log\.txt: 413 Payload Too Large$/m],
  },
  {
    name: 'upload-file tells when there is no such file',
    example: 'upload-file',
    path: '/upload',
    settings: { path: 'missing.bin' },
    prints: [/^failed: .*missing\.bin.* \(EFILE, phase send\)$/m],
  },
  {
    name: 'download says what came',
    example: 'download',
    path: '/file',
    settings: { progress: 2000, checksum: 0 },
    prints: [/^status 200 OK$/m, /^progress 2048 of 5000$/m, /^received 5000 bytes in 10 pieces$/m, /^memory \d+/m],
  },
  {
    name: 'sensor-upload delivers every reading once',
    example: 'sensor-upload',
    path: '/readings',
    settings: SAMPLING,
    prints: [
      /^sampled 20, delivered 20, dropped 0, refused 0, waiting 0$/m,
      /^\d+ posts, 0 failed, longest queue \d+$/m,
    ],
    check: () => {
      expect(postedNumbers()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      const posts = server.seen.map(({ body }) => JSON.parse(body.toString()));
      expect(posts[0].boot).toBeGreaterThan(0);
      for (const { boot, now, readings } of posts) {
        expect(boot).toBe(posts[0].boot);
        expect(now).toBeGreaterThanOrEqual(readings[readings.length - 1].at);
      }
    },
  },
  {
    name: 'sensor-upload sends again what failed',
    example: 'sensor-upload',
    path: '/readings',
    settings: { ...SAMPLING, queue: 100 },
    statuses: [503, 500],
    prints: [
      /^failed: 503 Service Unavailable - again in \d+ ms/m,
      /^the server is back/m,
      /^sampled 20, delivered 20, dropped 0, refused 0, waiting 0$/m,
    ],
    check: () => expect(postedNumbers(2)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1)),
  },
  {
    name: 'sensor-upload does not take a redirect for a delivery',
    example: 'sensor-upload',
    path: '/readings',
    settings: { ...SAMPLING, queue: 100 },
    statuses: [301],
    prints: [/^failed: 301 Moved Permanently - again in \d+ ms/m, /^sampled 20, delivered 20, dropped 0, /m],
    check: () => expect(postedNumbers(1)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1)),
  },
  {
    name: 'sensor-upload keeps the readings while its token is not accepted',
    example: 'sensor-upload',
    path: '/readings',
    settings: { ...SAMPLING, queue: 100 },
    statuses: [401],
    prints: [/^failed: 401 Unauthorized - again in \d+ ms/m, /^sampled 20, delivered 20, dropped 0, refused 0, /m],
    check: () => expect(postedNumbers(1)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1)),
  },
  {
    name: 'sensor-upload waits as long as the server wants',
    example: 'sensor-upload',
    path: '/readings',
    settings: { ...SAMPLING, queue: 100 },
    statuses: [429],
    prints: [/^failed: 429 Too Many Requests - again in 1000 ms/m, /^sampled 20, delivered 20, dropped 0, /m],
  },
  {
    name: 'sensor-upload cares for the status of an answer, not for its length',
    example: 'sensor-upload',
    path: '/readings/long',
    settings: SAMPLING,
    prints: [/^sampled 20, delivered 20, dropped 0, refused 0, waiting 0$/m, /^\d+ posts, 0 failed/m],
  },
  {
    name: 'sensor-upload counts what its queue cannot hold',
    example: 'sensor-upload',
    path: '/readings',
    settings: { ...SAMPLING, queue: 8, samples: 40, backoff_ms: 2000, max_backoff_ms: 4000 },
    statuses: [503],
    prints: [
      /^the queue is full: the oldest readings are dropped$/m,
      /^the server is back, 3 readings are waiting, 32 dropped so far$/m,
      /^sampled 40, delivered 8, dropped 32, refused 0, waiting 0$/m,
      /^3 posts, 1 failed, longest queue 8$/m,
    ],
    check: () => expect(postedNumbers(1)).toEqual([33, 34, 35, 36, 37, 38, 39, 40]),
  },
  {
    name: 'sensor-upload posts when its queue is full, though a batch is not',
    example: 'sensor-upload',
    path: '/readings',
    settings: { ...SAMPLING, sample_ms: 50, batch: 20, queue: 4 },
    prints: [/^sampled 20, delivered 20, dropped 0, refused 0, waiting 0$/m],
  },
  {
    name: 'sensor-upload does not insist where it is refused',
    example: 'sensor-upload',
    path: '/readings',
    settings: SAMPLING,
    statuses: [400],
    prints: [/^refused: 400 Bad Request$/m, /^sampled 20, delivered 15, dropped 0, refused 5, waiting 0$/m],
  },
];

const fileOf = (example: string): string => join(ROOT, 'examples', `${example}.js`);

/** Prepares the server and the folder for a row; gives the statement that configures the example. */
function configure({ path, settings, statuses }: Row): string {
  server.statuses = [...(statuses || [])];
  writeFileSync(join(shop.folder, 'data.bin'), FILE);
  return `global.CONFIG = ${JSON.stringify({ url: server.url(path), ...settings })};\n`;
}

/** The application that sets CONFIG first and runs the example then. */
function application(row: Row, more = ''): void {
  shop.file('config.js', configure(row));
  shop.file('app.js', `require("./config"); require(${JSON.stringify(fileOf(row.example))});${more}`);
}

function look(row: Row, stdout: string): void {
  for (const line of row.prints) expect(stdout).toMatch(line);
  row.check?.();
}

const named = rows.map((row) => [row.name, row] as const);

describe('on board host', () => {
  it.each(named)('%s', async (_, row) => {
    application(row);
    const { status, stdout, stderr } = await shop.cli('run', 'app.js', '--board', 'host');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    look(row, stdout);
  });
});

// As on a board: the code lies in Storage and runs from there.
const BOOT = `
  var file = E.openFile("bundle.js", "r"), storage = require("Storage"), size = require("fs").statSync("bundle.js").size;
  var at = 0, piece;
  while (at < size) { piece = file.read(512); storage.write("app", piece, at, size); at += piece.length; }
  file.close(); file = piece = undefined;
  eval(storage.read("app"));
`;

const bundles = new Map<string, Promise<{ code: string }>>();

function bundleOf(example: string): Promise<{ code: string }> {
  const made = bundles.get(example) || bundle({ app: fileOf(example), board: 'linux', root: ROOT });
  bundles.set(example, made);
  return made;
}

describeEngines('examples', (engine) => {
  it.each(named)('%s', async (_, row) => {
    const config = configure(row);
    shop.file('bundle.js', (await bundleOf(row.example)).code);
    const { stdout, failed, status, timedOut } = await runIn(engine, config + BOOT, { cwd: shop.folder });
    look(row, stdout);
    expect({ failed, status, timedOut }).toEqual({ failed: false, status: 0, timedOut: false });
  });

  it('sensor-upload takes no more readings where all timers are called at once', async () => {
    const row = rows.find(({ name }) => name === 'sensor-upload delivers every reading once') as Row;
    // what SNTP does on an ESP32: here setTime() moves the timers, and leaves the clock as it is
    const config =
      configure({ ...row, settings: { ...SAMPLING, sample_ms: 200, samples: 15 } }) +
      'setTimeout(function () { setTime(getTime() - 3600); }, 500);';
    shop.file('bundle.js', (await bundleOf(row.example)).code);
    await runIn(engine, config + BOOT, { cwd: shop.folder });
    const times = server.seen.flatMap(({ body }) => JSON.parse(body.toString()).readings.map((r: any) => r.at));
    expect(times.length).toBe(15);
    expect(times[14] - times[0]).toBeGreaterThan(1);
  });
});

describe('what stream-to-storage saves', () => {
  it('is the file', async () => {
    const row = rows.find(({ example }) => example === 'stream-to-storage') as Row;
    application(
      row,
      `setInterval(function () {
         var saved = require("Storage").read("download");
         if (saved && saved.length === 5000) { print(btoa(saved)); quit(); }
       }, 50);`,
    );
    const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
    expect(stdout).toContain(FILE.toString('base64'));
  });
});

describe('sensor-upload', () => {
  it('tries again where arithmetic with NaN gives Infinity, as on an RP2040', async () => {
    const row = rows.find(({ name }) => name === 'sensor-upload sends again what failed') as Row;
    application(row);
    shop.file(
      'config.js',
      `${configure(row)}
       var min = Math.min;
       Math.min = function (a, b) { return isNaN(a) || isNaN(b) ? Infinity : min(a, b); };`,
    );
    const { status, stdout, stderr } = await shop.cli('run', 'app.js', '--board', 'host');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    look(row, stdout);
  });

  it('has readings from the start, and joins the network when there is one', async () => {
    const row: Row = {
      name: '',
      example: 'sensor-upload',
      path: '/readings',
      settings: { ...SAMPLING, queue: 100, link: { timeout: 3000 } },
      prints: [
        /^failed: w5500 is not linked: no Ethernet link: .* - again in \d+ ms, \d+ readings are waiting$/m,
        /^sampled 20, delivered 20, dropped 0, refused 0, waiting 0$/m,
      ],
    };
    application(
      row,
      'var lan = require("board").sim(); lan.chip.plug(false); setTimeout(function () { lan.chip.plug(true); }, 3100);',
    );
    const { status, stdout, stderr } = await shop.cli('run', 'app.js', '--board', 'sim-w5500');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    look(row, stdout);
  });

  it.each([1.7e12, -3600000])(
    'tells how old a reading is, also when the clock was set by %d ms meanwhile',
    async (by) => {
      const row = rows.find(({ name }) => name === 'sensor-upload sends again what failed') as Row;
      application(row);
      // it is set when a post has failed, and its readings and others wait
      shop.file(
        'config.js',
        `${configure(row)}var real = Date.now, past = ${Math.max(by, 0)}, log = console.log;
      Date.now = function () { return real() - past; };
      console.log = function (text) { if (/^failed: 503/.test(text)) past -= ${by}; log(text); };`,
      );
      const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
      look(row, stdout);
      const posts = server.seen.map(({ body }) => JSON.parse(body.toString()));
      expect(Math.abs(posts[posts.length - 1].now - posts[0].now)).toBeGreaterThan(3000);
      for (const { now, readings } of posts)
        for (const { at } of readings) {
          expect(now - at).toBeGreaterThanOrEqual(-1);
          expect(now - at).toBeLessThan(10);
        }
    },
  );

  it('tells how old a reading is where the next one comes days later', async () => {
    const row = rows.find(({ name }) => name === 'sensor-upload delivers every reading once') as Row;
    const day = 90000000;
    application(row);
    // days pass in no time, and the sensor works every other day
    shop.file(
      'config.js',
      `${configure({ ...row, settings: { ...SAMPLING, sample_ms: day } })}
      var real = Date.now, sin = Math.sin, soon = setTimeout, passed = 0, tries = 0;
      Math.sin = function (x) { if (tries++ % 2) throw new Error('not today'); return sin(x); };
      Date.now = function () { return real() + passed; };
      setTimeout = function (f, ms, x) {
        return ms < ${day} ? soon(f, ms, x) : soon(function () { passed += ms; f(); }, 20);
      };`,
    );
    const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
    look(row, stdout);
    for (const { body } of server.seen) {
      const { now, readings } = JSON.parse(body.toString());
      expect(readings.map((r: any) => Math.round((now - r.at) / 180000))).toEqual([4, 3, 2, 1, 0]);
    }
  });

  it('has other numbers after a reset: what the server knows of the last start is not taken for these', async () => {
    const row = rows.find(({ name }) => name === 'sensor-upload delivers every reading once') as Row;
    for (let i = 0; i < 2; i++) {
      application(row);
      await shop.cli('run', 'app.js', '--board', 'host');
    }
    const boots = new Set(server.seen.map(({ body }) => JSON.parse(body.toString()).boot));
    expect(boots.size).toBe(2);
  });
});

describe('stream-to-storage', () => {
  it('leaves the old file where there is no new one', async () => {
    const row = rows.find(({ name }) => name === 'stream-to-storage keeps nothing of an error page') as Row;
    application(row, 'setTimeout(function () { print("there is " + require("Storage").read("download")); }, 1000);');
    shop.file('config.js', `${configure(row)}require("Storage").write("download", "the old one");`);
    const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
    expect(stdout).toContain('there is the old one');
  });
});
