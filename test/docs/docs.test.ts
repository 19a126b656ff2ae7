// Every program in README and docs runs, against a server of our own in the place of example.com.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { Workshop, ROOT } from '../cli/workshop';
import type { Run } from '../cli/workshop';
import { headingsIn, linksIn, programsIn } from './blocks';

const pages = ['README.md', 'CHANGELOG.md', 'docs', 'docs/boards', 'docs/drivers'].flatMap((name) =>
  name.endsWith('.md')
    ? [join(ROOT, name)]
    : existsSync(join(ROOT, name))
      ? readdirSync(join(ROOT, name))
          .filter((file) => file.endsWith('.md'))
          .map((file) => join(ROOT, name, file))
      : [],
);

let server: Server;
let shop: Workshop;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url || '').split('?')[0];
  const parts: Buffer[] = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    if (path === '/missing') response.statusCode = 404;
    if (path === '/chunks') {
      response.write('hel');
      return response.end('lo\n');
    }
    if (path === '/file') return response.end(Buffer.alloc(2000, 'x'));
    if (path === '/') return response.end('hello\n');
    response.setHeader('Content-Type', 'application/json');
    const { method, url } = request;
    return response.end(JSON.stringify({ method, url, bytes: body.length }));
  });
}

beforeAll(async () => {
  shop = new Workshop();
  mkdirSync(join(shop.folder, 'node_modules'));
  symlinkSync(ROOT, join(shop.folder, 'node_modules', 'espruino-requests'));
  server = createServer(answer);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  shop.close();
});

function node(file: string): Promise<Run> {
  return new Promise((done, fail) => {
    const run: Run = { status: -1, stdout: '', stderr: '' };
    const child = spawn(process.execPath, [file], { cwd: shop.folder });
    child.stdout.on('data', (text) => (run.stdout += text));
    child.stderr.on('data', (text) => (run.stderr += text));
    child.on('error', fail);
    child.on('close', (status) => done({ ...run, status: status ?? -1 }));
  });
}

async function runProgram(code: string, name: string): Promise<Run> {
  const local = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const text = code.replace(/\bexample\.com(?::\d+)?/g, local);
  if (/^import .* from '/m.test(text)) return node(shop.file(`${name}.mjs`, text));
  shop.file(`${name}.js`, text);
  return shop.cli('run', `${name}.js`, '--board', 'host');
}

/** Pages about hardware that no desk has: their programs are bundled, not run. */
const boardOf = (page: string): string | undefined => {
  const name = basename(page, '.md');
  const source = join(ROOT, 'boards', `${name}.ts`);
  if (existsSync(source)) return /'\.\/wired'/.test(readFileSync(source, 'utf8')) ? name : undefined;
  return /w5500|networkjs/i.test(name) ? 'esp32-w5500' : undefined;
};

describe.each(pages.map((file) => [relative(ROOT, file), file]))('%s', (_, page) => {
  const board = boardOf(page);
  const programs = programsIn(page).map((block) => [block.line, block] as const);
  if (board && programs.length)
    it.each(programs)('bundles the program at line %d', async (_, { code }) => {
      const app = shop.file('app.js', code);
      const { warnings } = await bundle({ app, board, root: ROOT });
      expect(warnings).toEqual([]);
    });
  // a program whose first line names it is there for the others of its page
  for (const [, { code }] of programs) {
    const name = /^\/\/ ([\w.-]+\.mjs)\b/.exec(code);
    if (name) beforeAll(() => void shop.file(name[1], code));
  }
  if (!board && programs.length)
    it.each(programs)('runs the program at line %d', async (line, { code, prints }) => {
      const { status, stdout, stderr } = await runProgram(code, `line${line}`);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      if (prints === undefined) expect(stdout).not.toMatch(/failed/);
      else expect(stdout).toBe(prints);
      // a program for Node may be one that others use
      if (!/^import /m.test(code)) expect(stdout).not.toBe('');
    });

  it('links to what is there', () => {
    const dead = linksIn(page).filter(({ to, heading }) => {
      const target = to ? join(dirname(page), to) : page;
      return !existsSync(target) || (heading && !headingsIn(target).includes(heading));
    });
    expect(dead).toEqual([]);
  });

  it('names commands that exist', () => {
    const text = readFileSync(page, 'utf8');
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...text.matchAll(/npm run ([a-z]+)/g)].map((found) => found[1]);
    expect(named.filter((name) => !scripts[name])).toEqual([]);
    const commands = [...text.matchAll(/espruino-requests (?!is|as|and|has)([a-z]+)/g)].map((found) => found[1]);
    expect(commands.filter((name) => !['bundle', 'run', 'v'].includes(name))).toEqual([]);
  });
});

it('does not call saved what Storage has not taken', async () => {
  const save = programsIn(join(ROOT, 'README.md')).find(({ code }) => code.includes("storage.write('page'"))!;
  const { stdout } = await runProgram(
    save.code.replace("'http://example.com/'", "'http://example.com/chunks'"),
    'save',
  );
  expect(stdout).toBe('failed: no length, try again: undefined\n');
});

it('says how large the modules are', () => {
  const kb = (...names: string[]): string => {
    const sizes = names.map((name) => readFileSync(join(ROOT, 'dist', `${name}.min.js`)).length);
    return `${(sizes.reduce((sum, size) => sum + size) / 1000).toFixed(1)} KB`;
  };
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8') + readFileSync(join(ROOT, 'docs/networkjs.md'), 'utf8');
  for (const row of [
    `| \`requests\` and \`netdriver\` complete, minified | ${kb('requests', 'netdriver')} |`,
    `| the drivers \`linux\`, \`esp32wifi\`, minified | ${kb('linux')}, ${kb('esp32wifi')} |`,
    `\`w5500-static\`, minified | ${kb('w5500')}, ${kb('w5500-static')} |`,
    `| \`networkjs\`, minified | ${kb('networkjs')}`,
    `| \`w5500-listen\`, minified | ${kb('w5500-listen')} |`,
  ])
    expect(text).toContain(row);
});
