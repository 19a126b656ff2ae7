// Bundles with the driver in them in the interpreter, their SPI frames on a virtual chip. Everything else: engine/.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { describeEngines, isSmall, runIn } from '../engine/harness';
import { inStorage } from '../engine/program';
import { pattern, serveHttp } from './servers';
import { connectPipes } from './spiPipes';
import { liveWorld } from './world';

const ROOT = join(__dirname, '..', '..');
const STATIC = `{ip: '10.0.0.50', mask: '255.255.255.0', gw: '10.0.0.1'}`;

async function run(engine: string, driver: string, link: string, host: string, size: number) {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  const { chip, lan } = liveWorld();
  const body = pattern(size);
  const port = await serveHttp((q, a) => {
    let n = 0;
    if (q.method === 'GET') a.setHeader('Content-Length', size).end(body);
    else q.on('data', (d) => (n += d.length)).on('end', () => a.end('took ' + n));
  });
  const pipes = connectPipes(chip);
  const file = join(folder, 'app.js');
  writeFileSync(
    file,
    `var requests = require('requests');
var driver = require('${driver}').create({spi: spi, cs: cs});
require('netdriver').register(driver);
var base = 0, peak = 0, got = 0, sum = 0;
function end() { driver.unlink(); up.close(); }
driver.link(${link}).then(function () {
  base = process.memory().usage;
  return requests.get('http://${host}:${port}/', {timeout: 0, keep_headers: [], stream_callback: function (c) {
    got += c.length;
    sum = (sum + E.sum(c)) % 1000003;
    if (!(got & 8191)) peak = Math.max(peak, process.memory().usage - base);
  }});
}).then(function (r) {
  print('got', r.status, got, sum);
  print('variables', peak);
  r = 0;
  return requests.upload('http://${host}:${port}/', requests.fd.bytes('0123456789'));
}).then(function (r) { print(r.text()); end(); }, function (e) { print('failed', e.message); end(); });
`,
  );
  const { code } = await bundle({ app: file, board: 'linux', root: ROOT });
  // the small one has no room for the text of it all: there it runs from Storage, as on a board that has it in flash
  const cwd = isSmall(engine) ? await inStorage(engine, { app: code }) : undefined;
  // the pipes before the bundle: to open one takes memory in one piece, which may be short while a bundle loads
  const outcome = await runIn(engine, pipes.program + (cwd ? 'require("app");' : code), { cwd });
  if (cwd) rmSync(cwd, { recursive: true, force: true });
  pipes.close();
  lan.close();
  rmSync(folder, { recursive: true, force: true });
  expect(chip.violations).toEqual([]);
  expect(lan.complaints).toEqual([]);
  const sum = body.reduce((a, b) => (a + b) % 1000003, 0);
  return { outcome, want: `got 200 ${size} ${sum}`, length: code.length };
}

describeEngines('W5500', (engine) => {
  it('a fixed address, TCP', async () => {
    const { outcome, want, length } = await run(engine, 'w5500-static', STATIC, '10.0.0.7', 204800);
    process.stdout.write(`${length} bytes, ${/variables \d+/.exec(outcome.stdout)}\n`);
    expect(outcome.stdout).toContain(want);
    expect(outcome.stdout).toContain('took 10');
  });

  it('DHCP, DNS, TCP', async () => {
    const { outcome, want } = await run(engine, 'w5500', '{dhcp: true}', 'api.test', 20480);
    expect(outcome.stdout).toContain(want);
    expect(outcome.stdout).toContain('took 10');
  });
});
