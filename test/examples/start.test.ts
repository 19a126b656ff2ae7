// npm start, as far as it takes no interpreter: that part is the examples' own test.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../cli/workshop';

function start(args: string[], env: NodeJS.ProcessEnv): Promise<{ status: number | null; output: string }> {
  return new Promise((done, fail) => {
    let output = '';
    const child = spawn(process.execPath, [join(ROOT, 'examples/start.mjs'), ...args], { env });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', fail);
    child.on('close', (status) => done({ status, output }));
  });
}

const alone = { PATH: '/nowhere' };

describe('npm start', () => {
  it('shows both programs, and says aloud that there is no interpreter', async () => {
    const { status, output } = await start([], alone);
    expect(output).toMatch(/NO INTERPRETER FOUND/);
    expect(output).toMatch(/server +down[^]*ECONNREFUSED[^]*server +up[^]*503[^]*the server is back/);
    expect(output).toMatch(/ok +200 sampled = (\d+) delivered \+ \d+ dropped.*; the server has \1$/m);
    expect(output).toMatch(/received +10485760 bytes in 20480 pieces/);
    expect(output).toMatch(/ok +checksum [0-9a-f]+ is the server's/);
    expect(status).toBe(0);
  });

  it.each([
    ['downloads a URL', 200, 0, /status +200 OK[^]*x-here: yes[^]*received +3000 bytes in 6 pieces/],
    ['says when a URL is not there', 404, 1, /status +404 Not Found[^]*WRONG/],
  ])('%s', async (_, status, exit, shows) => {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'X-Here': 'yes' });
      response.end(Buffer.alloc(3000));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/there`;
    const run = await start([url], alone);
    server.close();
    expect(run.output).toMatch(shows);
    expect(run.status).toBe(exit);
  });

  it('refuses an interpreter that is none', async () => {
    const { status, output } = await start([], { ...alone, ESPRUINO: '/nowhere/espruino' });
    expect(output).toMatch(/ESPRUINO names \/nowhere\/espruino, which is no program/);
    expect(status).toBe(1);
  });
});
