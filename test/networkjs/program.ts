// A program in the interpreter whose firmware network is the driver "w5500" on a virtual chip.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { runIn } from '../engine/harness';
import { inStorage } from '../engine/program';
import { DhcpServer, DnsServer, Lan, realClock, VirtualW5500 } from '../fakes/virtualW5500';
import { connectPipes } from '../w5500/spiPipes';

const ROOT = join(__dirname, '..', '..');

export interface Wired {
  chip: VirtualW5500;
  lan: Lan;
}

export interface Setup {
  /** before the program starts: may break things, or dial in */
  prepare?: (wired: Wired) => void | Promise<void>;
  /** needed by the program: names of modules */
  listen?: boolean;
  /** modules of the library that it speaks of, under their own names */
  uses?: string[];
  timeoutMs?: number;
  /** text that runs before anything else */
  first?: string;
}

/** Runs `main` with the chip installed as the firmware's network; `end()` takes it down. Gives the lines it printed. */
export async function runWired(engine: string, main: string, setup: Setup = {}): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  const chip = new VirtualW5500({ linkUpMs: 5 });
  const lan = new Lan({ clock: realClock });
  lan.attach(chip);
  new DhcpServer(lan);
  new DnsServer(lan, { zone: { 'api.test': { a: '10.0.0.7' } } });
  const pipes = connectPipes(chip);
  try {
    if (setup.prepare) await setup.prepare({ chip, lan });
    const file = join(folder, 'app.js');
    writeFileSync(
      file,
      `${pipes.program}
var driver = require('w5500').create({spi: spi, cs: cs});
${setup.listen ? "require('w5500-listen').extend(driver);" : ''}
${(setup.uses || []).map((name) => `var ${name} = require('${name}');`).join('\n')}
function end() { driver.unlink(); up.close(); }
function main() {
${main}
}
driver.link({dhcp: true}).then(function () {
  require('networkjs').install(driver);
  setTimeout(main, 1);
}, function (e) { print('no link', e.message); });
`,
    );
    const { code } = await bundle({ app: file, board: 'linux', root: ROOT });
    // the small one has no room for the text of it all
    const small = /small/.test(engine);
    const cwd = small ? await inStorage(engine, { app: code }) : folder;
    const program = (setup.first || '') + (small ? 'require("app");' : code);
    const { stdout, timedOut } = await runIn(engine, program, { timeoutMs: setup.timeoutMs || 20000, cwd });
    if (small) rmSync(cwd, { recursive: true, force: true });
    expect(chip.violations).toEqual([]);
    expect(lan.complaints).toEqual([]);
    if (timedOut) return [...stdout.split('\n'), 'TIMED OUT'];
    return stdout.split('\n').filter((line) => line);
  } finally {
    pipes.close();
    lan.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
