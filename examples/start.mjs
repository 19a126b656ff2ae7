// npm start: real HTTP traffic through the modules that would be flashed to a chip.
//   npm start                       a server on loopback, sensor-upload and a download of 10 MB, on each board there is
//   npm start -- http://HOST/PATH   downloads that instead
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checksum, DemoServer } from './demo/server.mjs';
import { findEngines, Workshop } from './demo/run.mjs';
import { bold, check, dim, heading, kilobytes, Progress, red, say, yellow } from './demo/view.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SENSOR = join(HERE, 'sensor-upload.js');
const DOWNLOAD = join(HERE, 'download.js');
const MEGABYTE = 1024 * 1024;
const PIECE = 512;
const SENSOR_SETTINGS = {
  sample_ms: 20,
  samples: 200,
  batch: 10,
  queue: 60,
  backoff_ms: 100,
  max_backoff_ms: 800,
};

const workshop = new Workshop();

/** One way to run an example. */
const host = {
  name: `board host: Node ${process.version}`,
  async run(example, settings, line) {
    return workshop.onHost(example, settings, line, ['--max-semi-space-size=1']);
  },
};

/** The name is looked up and the connection made by the driver, over every SPI frame it takes. */
const simulated = {
  name: 'board sim-w5500: the driver w5500 on a virtual chip',
  async run(example, settings, line) {
    const url = settings.url.replace('127.0.0.1', 'localhost');
    return workshop.onHost(example, { ...settings, url }, line, [], 'sim-w5500');
  },
};

const inEngine = (engine) => ({
  name: `board linux: ${basename(engine)}, the bundle in its Storage`,
  async run(example, settings, line) {
    const bundle = await workshop.bundle(example);
    line(`bundle ${bundle.bytes}`);
    return workshop.inEngine(engine, bundle, settings, line);
  },
});

/** Passes each line to the first pattern that fits. */
const reader = (patterns, other) => (text) => {
  for (const [pattern, action] of patterns) {
    const found = pattern.exec(text);
    if (found) return action(...found.slice(1));
  }
  return other(text);
};

const boardLines = (say) => [
  [/^bundle (\d+)$/, (bytes) => say('bundle', `${bytes} bytes: modules, driver, board and application`)],
  [/^(lease|spi) (.*)/, (label, text) => say(label, text)],
];

/** The sensor's readings reach a server that is not there at first. */
async function sensorUpload(way, server) {
  server.readings.clear();
  server.repeated = 0;
  server.unavailable = 1;
  await server.stop();
  let failures = 0;
  let starting;
  const bar = new Progress('readings', SENSOR_SETTINGS.samples);
  const timer = setInterval(() => bar.set(server.readings.size, 'of the readings are at the server'), 100);
  const tell = (label, text) => bar.say(label, text);
  const failed = (why) => {
    tell('post', why);
    if (++failures === 3) starting = server.start().then(() => tell('server', 'up, but not ready: one 503 to come'));
  };
  const counts = {};
  const count = (...numbers) =>
    ['sampled', 'delivered', 'dropped', 'refused', 'waiting'].forEach((name, i) => (counts[name] = Number(numbers[i])));
  let posts = '';
  tell('server', yellow('down'));
  const line = reader(
    [
      ...boardLines(tell),
      [/^failed: (.*)/, failed],
      [/^sampled (\d+), delivered (\d+), dropped (\d+), refused (\d+), waiting (\d+)/, count],
      [/^(\d+ posts, .*)/, (text) => (posts = text)],
    ],
    (text) => tell('', text),
  );
  const { status, uncaught } = await way.run(SENSOR, { ...SENSOR_SETTINGS, url: server.url('/readings') }, line);
  clearInterval(timer);
  await (starting || server.start());
  const { sampled, delivered, dropped, refused, waiting } = counts;
  bar.set(server.readings.size, 'of what was not dropped is at the server', delivered);
  bar.stop();
  if (posts) say('report', posts);
  return check(
    status === 0 &&
      !uncaught.length &&
      sampled === SENSOR_SETTINGS.samples &&
      sampled === delivered + dropped &&
      delivered === server.readings.size &&
      !server.repeated &&
      !refused &&
      !waiting,
    `${sampled} sampled = ${delivered} delivered + ${dropped} dropped from a full queue; the server has ${server.readings.size}`,
  );
}

/** Downloads `url`; what must be right of it is in `expected`. */
async function download(way, url, expected) {
  const got = { headers: 0 };
  const bar = new Progress('download', expected ? expected.bytes : 100);
  const started = Date.now();
  const show = (bytes, total) =>
    bar.set(bytes, `${kilobytes(bytes)}, ${((Date.now() - started) / 1000).toFixed(1)} s`, total);
  const settings = { url, stream_chunk: PIECE, progress: expected ? 262144 : 8192, timeout: 90000 };
  const line = reader(downloadLines(got, bar, show, !expected), (text) => bar.say('', red(text)));
  const { status, uncaught } = await way.run(DOWNLOAD, settings, line);
  bar.stop();
  if (got.bytes !== undefined) {
    say('received', `${got.bytes} bytes in ${got.pieces} pieces`);
    say('memory', memoryText(way, got));
  }
  const complete = status === 0 && !uncaught.length && got.bytes !== undefined;
  if (!expected) return check(complete && got.status < 400, complete ? `status ${got.status}` : 'no answer');
  const same = got.checksum === expected.checksum;
  return check(
    complete && got.status === 200 && got.bytes === expected.bytes && got.pieces === expected.pieces && same,
    `checksum ${got.checksum} ${same ? "is the server's" : `but the server's is ${expected.checksum}`}`,
  );
}

/** What download.js prints: it is shown, and what has to be right later is kept in `got`. */
function downloadLines(got, bar, show, withHeaders) {
  const tell = (label, text) => bar.say(label, text);
  return [
    ...boardLines(tell),
    [
      /^status (\d+) ?(.*)/,
      (status, reason) => {
        got.status = +status;
        tell('status', `${bold(status)} ${reason}`);
      },
    ],
    [/^header (.*)/, (text) => withHeaders && tell(got.headers++ ? '' : 'headers', text)],
    [/^progress (\d+) of (-?\d+)/, (bytes, total) => show(+bytes, +total)],
    [
      /^received (\d+) bytes in (\d+) pieces/,
      (bytes, pieces) => {
        got.bytes = +bytes;
        got.pieces = +pieces;
        show(got.bytes, got.bytes || 1);
      },
    ],
    [/^checksum (.*)/, (sum) => (got.checksum = sum)],
    [
      /^memory (\d+) variables of (\d+) bytes above (\d+) at idle/,
      (above, blocksize, idle) => Object.assign(got, { memory: +above, blocksize: +blocksize, idle: +idle }),
    ],
  ];
}

function memoryText(way, { memory, idle, blocksize }) {
  return way === host || way === simulated
    ? `at most ${kilobytes((idle + memory) * blocksize)} of Node's heap, ${kilobytes(memory * blocksize)} above idle`
    : `at most ${bold(memory)} variables of ${blocksize} bytes above the ${idle} at idle, code included`;
}

async function demo(ways, length) {
  const server = await new DemoServer(length).start();
  const expected = { bytes: length, pieces: length / PIECE, checksum: checksum(server.file, PIECE) };
  let right = true;
  for (const way of ways) {
    heading(`${way.name} - sensor-upload.js, to a server that is down for a while`);
    right = (await sensorUpload(way, server)) && right;
    heading(`${way.name} - download.js, ${kilobytes(length)} in pieces of ${PIECE} bytes`);
    right = (await download(way, server.url('/file'), expected)) && right;
  }
  await server.stop();
  return right;
}

async function fetchUrl(ways, url) {
  let right = true;
  for (const way of ways) {
    heading(`${way.name} - download.js from ${url}`);
    right = (await download(way, url)) && right;
  }
  return right;
}

async function main([url]) {
  const started = Date.now();
  const engines = url ? [] : findEngines();
  if (!url && !engines.length) {
    console.log(`\n${yellow(bold('*** NO INTERPRETER FOUND: only the boards under Node are shown. ***'))}`);
    console.log(dim('Put espruino-linux on the PATH, or set ESPRUINO to the path of an Espruino interpreter.'));
  }
  let right = url ? await fetchUrl([host], url) : await demo([host, ...engines.map(inEngine)], 10 * MEGABYTE);
  if (!url) right = (await demo([simulated], MEGABYTE)) && right;
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(
    `\n${bold(right ? 'All of it was right' : red('Something was wrong, see above'))}, after ${seconds} s.\n`,
  );
  return right;
}

main(process.argv.slice(2)).then(
  (right) => (process.exitCode = right ? 0 : 1),
  (e) => {
    console.error(`\n${red(bold(e.message))}\n`);
    process.exitCode = 1;
  },
);
