// npm run bench: the figures that this project holds itself to, measured here and now.
//   npm run bench                  code in RAM, as `espruino-requests run --engine` has it
//   npm run bench -- --storage     code in Storage, as a board has it once it is flashed: less memory, more time
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { content, DemoServer } from '../../examples/demo/server.mjs';
import { findEngines, Workshop } from '../../examples/demo/run.mjs';
import { Table } from './table.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAMS = join(ROOT, 'test/bench/programs');
const VARIABLES = 4095;
const KB = 1024;
const MB = 1024 * KB;
const CALLGRIND = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null'];

const inRam = !process.argv.includes('--storage');
const workshop = new Workshop();
const table = new Table();

/** Runs a program of this folder; gives what it printed. */
async function measure(engine, program, settings, options) {
  const lines = [];
  const bundle = await workshop.bundle(join(PROGRAMS, `${program}.js`));
  const { status, uncaught } = await workshop.inEngine(engine, bundle, settings, (text) => lines.push(text), {
    inRam,
    ...options,
  });
  const text = lines.join('\n');
  if (status || uncaught.length || /failed:/.test(text))
    throw new Error(`${program}: ${text || `exit code ${status}`}`);
  return text;
}

function number(text, pattern) {
  const found = pattern.exec(text);
  if (!found) throw new Error(`no ${pattern} in: ${text}`);
  return Number(found[1].replace(/,/g, ''));
}

async function totalVariables(engine) {
  return number(await measure(engine, 'total', {}), /total (\d+)/);
}

async function findSmallEngine() {
  for (const engine of findEngines()) if ((await totalVariables(engine)) === VARIABLES) return engine;
  return undefined;
}

function hasValgrind() {
  try {
    execFileSync('valgrind', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function sizes() {
  const size = (name) =>
    existsSync(join(ROOT, `dist/${name}.min.js`)) ? statSync(join(ROOT, `dist/${name}.min.js`)).size : 0;
  table.section('Minified size, bytes');
  table.row('requests + netdriver', 7000, size('requests') + size('netdriver'));
  table.row('linux', 3000, size('linux'));
  table.row('esp32wifi', 3000, size('esp32wifi'));
  table.row('w5500, with TCP, UDP, DHCP and DNS', 9000, size('w5500'));
  table.row('w5500-static', 5500, size('w5500-static'));
}

/** The peak of a transfer of 1 KB and of 10 MB: it must not grow with the length. */
async function memory(engine, missing, server) {
  table.section(`Peak variables above idle, of ${VARIABLES}`);
  for (const { what, program, bar, path, told } of [
    { what: 'streamed GET, stream_chunk 512', program: 'get', bar: 130, path: '/file', told: /bytes (\d+)/ },
    { what: 'upload', program: 'upload', bar: 200, path: '/upload', told: /"bytes":(\d+)/ },
  ]) {
    for (const bytes of [KB, 10 * MB]) {
      const name = `${what}, ${bytes === KB ? '1 KB' : '10 MB'}`;
      await table.measured(name, bar, missing, async () => {
        server.file = content(bytes);
        const small = server.url('/');
        const text = await measure(engine, program, { url: server.url(path), small, bytes }, { limitMs: 200000 });
        if (number(text, told) !== bytes) throw new Error(text);
        return number(text, /peak (-?\d+)/);
      });
    }
  }
}

/** The same for what there is without this project. */
async function otherMemory(engine, missing, server) {
  const bytes = 100 * KB;
  for (const [name, program] of [
    ['the built-in http, 100 KB in packets of 536', 'builtin'],
    ['a plain loop over net into 512-byte arrays, 100 KB', 'naive'],
    ['the barest loop over net that regroups to 512, 100 KB', 'bare'],
  ])
    await table.measured(name, undefined, missing, async () => {
      server.file = content(bytes);
      const url = server.url('/file');
      const settings = { url, bytes, path: '/file', port: Number(new URL(url).port), watch: true };
      return number(await measure(engine, program, settings), /peak (-?\d+)/);
    });
}

/** Instructions for 1 MiB of body: what a program takes for it, less what it takes for 1 KB. */
async function instructions(engine, server, program, settings) {
  const counts = [];
  for (const bytes of [KB, MB + KB]) {
    server.file = content(bytes);
    const url = server.url('/file');
    const options = { through: CALLGRIND, limitMs: 400000 };
    const all = { ...settings, url, bytes, path: '/file', port: Number(new URL(url).port) };
    const text = await measure(engine, program, all, options);
    if (number(text, /bytes (\d+)/) !== bytes) throw new Error(`${program}: ${text}`);
    counts.push(number(text, /Collected : (\d+)/));
  }
  return counts[1] - counts[0];
}

async function speed(engine, missing, server) {
  table.section(
    'Instructions (callgrind) for 1 MiB of body, as a multiple of the built-in http client with no data handler',
  );
  let base = 0;
  const millions = (n) => `${(n / 1e6).toFixed(0)} million`;
  await table.measured('the built-in http, doing nothing with the data', undefined, missing, async () => {
    base = await instructions(engine, server, 'builtin', {});
    return [1, millions(base)];
  });
  for (const [name, bar, program, settings] of [
    ['streamed GET, stream_chunk 512', 3.8, 'stream', { stream_chunk: 512 }],
    ['streamed GET, stream_chunk 0', 1.8, 'stream', { stream_chunk: 0 }],
    ['a plain loop over net into 512-byte arrays', undefined, 'naive', {}],
  ])
    await table.measured(name, bar, missing, async () => {
      const n = await instructions(engine, server, program, settings);
      return [n / base, millions(n)];
    });
}

async function keepAlive(engine, missing, server) {
  table.section('Keep-alive');
  await table.measured('connections that the server saw for 100 GETs', 1, missing, async () => {
    const before = server.connections;
    await measure(engine, 'keepAlive', { url: server.url('/') });
    return server.connections - before;
  });
}

const server = await new DemoServer(KB).start();
sizes();
const engine = await findSmallEngine();
const noEngine = engine ? '' : `no interpreter of ${VARIABLES} variables`;
await keepAlive(engine, noEngine, server);
await memory(engine, noEngine, server);
await otherMemory(engine, noEngine, server);
await speed(engine, noEngine || (hasValgrind() ? '' : 'no valgrind'), server);
await server.stop();
table.end(
  engine &&
    `interpreter: ${basename(engine)}; code in ${inRam ? 'RAM' : 'Storage'}; idle is a program that has made one request before`,
);
