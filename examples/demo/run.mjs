// Bundles an example and runs it: under Node (board host), or in an interpreter the way a board does (board linux).
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'dist/node/cli.mjs');
const ENGINES = ['espruino-linux', 'espruino-linux-release', 'espruino-linux-small'];

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Interpreters on this machine: those that ESPRUINO names (separated like PATH), else the usual names on the PATH. */
export function findEngines() {
  const { ESPRUINO, PATH = '' } = process.env;
  if (ESPRUINO) {
    const named = ESPRUINO.split(delimiter).map((path) => resolve(path));
    for (const path of named) if (!isProgram(path)) throw new Error(`ESPRUINO names ${path}, which is no program`);
    return named;
  }
  const find = (name) =>
    PATH.split(delimiter)
      .map((folder) => join(folder, name))
      .find(isProgram);
  return ENGINES.map(find).filter(Boolean);
}

// On a board the code lies in flash and functions run from there; a program in RAM would need twice its length more.
const BOOT = `
var file = E.openFile("bundle.js", "r"), storage = require("Storage"), size = require("fs").statSync("bundle.js").size;
var at = 0, piece;
while (at < size) { piece = file.read(512); storage.write("app", piece, at, size); at += piece.length; }
file.close(); file = piece = undefined;
eval(storage.read("app"));
`;

const configuration = (settings) => `global.CONFIG = ${JSON.stringify(settings)};\n`;

const HOST_ONLY = `import { crc32 } from ${JSON.stringify(join(ROOT, 'examples/demo/crc32.mjs'))}; E.CRC32 = E.CRC32 || crc32;\n`;

// what the chip did, told when the program ends
const CHIP = `import { sim } from "board";
import { get } from "netdriver";
process.on("exit", function () {
  var info = get().link_info();
  console.log("lease " + info.ip + ", gateway " + info.gw + ", name server " + info.dns);
  console.log("spi " + sim().chip.frames + " frames, " + sim().chip.bytes + " bytes");
});
`;

/** A folder of its own, gone when the program ends. */
export class Workshop {
  #folder = mkdtempSync(join(tmpdir(), 'espruino-requests-'));
  #count = 0;

  constructor() {
    process.on('exit', () => this.close());
  }

  close() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #bundles = new Map();

  #newFolder(file) {
    const folder = join(this.#folder, `${++this.#count}-${basename(file, '.js')}`);
    mkdirSync(folder);
    return folder;
  }

  /** Runs an example on a board under Node, with `settings` in the place of its own. */
  async onHost(example, settings, line, nodeOptions = [], board = 'host') {
    const folder = this.#newFolder(example);
    writeFileSync(join(folder, 'config.js'), HOST_ONLY + configuration(settings));
    const app = `require("./config");\nrequire(${JSON.stringify(resolve(example))});\n`;
    writeFileSync(join(folder, 'app.js'), (board === 'host' ? '' : CHIP) + app);
    return run(process.execPath, [...nodeOptions, CLI, 'run', 'app.js', '--board', board], folder, line);
  }

  /** Bundles an example for board linux, once; gives the folder with it in, and its length. */
  bundle(example) {
    const made = this.#bundles.get(example) || this.#bundle(example);
    this.#bundles.set(example, made);
    return made;
  }

  async #bundle(example) {
    const folder = this.#newFolder(example);
    const errors = [];
    const args = [CLI, 'bundle', resolve(example), '--board', 'linux', '--out', 'bundle.js'];
    const { status } = await run(process.execPath, args, folder, (text) => errors.push(text));
    if (status) throw new Error(`cannot bundle ${example}: ${errors.join('\n')}`);
    return { folder, bytes: statSync(join(folder, 'bundle.js')).size };
  }

  /**
   * Runs a bundle in an interpreter, from Storage or RAM, with `settings` in the place of its own. `through` is a
   * program that runs the interpreter.
   */
  async inEngine(engine, { folder }, settings, line, { through = [], limitMs, inRam } = {}) {
    const code = inRam ? readFileSync(join(folder, 'bundle.js'), 'utf8') : BOOT;
    rmSync(join(folder, 'espruino.flash'), { force: true });
    writeFileSync(join(folder, 'boot.js'), configuration(settings) + code);
    const [program, ...args] = [...through, engine, 'boot.js'];
    return run(program, args, folder, fromConsole(line), limitMs);
  }
}

/** Takes out what the interpreter's console adds: banner, prompt, line editing, and remarks on refused connections. */
function fromConsole(line) {
  let begun = false;
  return (raw) => {
    // eslint-disable-next-line no-control-regex
    const text = raw.replace(/\r$/, '').replace(/>?\r\x1b\[J/g, '');
    if (!begun) begun = /espruino\.com\/Donate/.test(text);
    else if (text && text !== '>' && !/^ERROR: Connect failed/.test(text)) line(text);
  };
}

/** Runs a program; `line` gets what it prints. It ends by itself, or is ended. */
function run(program, args, cwd, line, limitMs = 100000) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const uncaught = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, limitMs);
    const take = (text) => {
      if (/^(Uncaught |OUT OF MEMORY|Execution Interrupted|New interpreter error)/.test(text)) uncaught.push(text);
      line(text);
    };
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        lines.forEach(take);
      });
      stream.on('end', () => rest && take(rest));
    }
    child.on('error', fail);
    child.on('close', (status) => {
      clearTimeout(timer);
      if (timedOut) uncaught.push(`stopped after ${limitMs / 1000} s`);
      done({ status: uncaught.length ? status || 1 : (status ?? 1), uncaught });
    });
  });
}
