// How much memory a call takes over the sockets of the firmware where there are 4,095 variables, code in RAM.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawServer } from '../servers/raw';
import { describeEngines, isSmall, runIn } from './harness';
import { inMemory, linuxModules } from './program';

const KB = 1024;

/** The peak above idle, as a program of the bench finds it. */
async function peak(engine: string, program: string, bytes: number): Promise<number> {
  const server = await RawServer.start(async (peer) => {
    const request = await peer.request();
    const answer = request.startsWith('GET /long') ? 'x'.repeat(bytes) : 'ok';
    await peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\nConnection: close\r\n\r\n${answer}`);
  });
  const config = { url: server.url('/long'), small: server.url('/'), bytes };
  const text = readFileSync(join(__dirname, '../bench/programs', program + '.js'), 'utf8');
  const source = `${inMemory(linuxModules())}global.CONFIG=${JSON.stringify(config)};\n${text}`;
  const { stdout, failed } = await runIn(engine, source);
  await server.stop();
  expect({ stdout, failed }).toEqual({ stdout: expect.stringMatching(/peak \d+/), failed: false });
  return parseInt(/peak (\d+)/.exec(stdout)![1]);
}

describeEngines('memory', (engine) => {
  const test = isSmall(engine) ? it : it.skip;
  // some releases take up to seven more for an upload than the newest
  test.each([
    ['a streamed GET of 1 KB', 'get', KB, 215],
    ['a streamed GET of 64 KB', 'get', 64 * KB, 276],
    ['an upload of 1 KB', 'upload', KB, 190],
    ['an upload of 64 KB', 'upload', 64 * KB, 190],
  ])('%s', async (_, program, bytes, most) => {
    expect(await peak(engine, program, bytes)).toBeLessThanOrEqual(most);
  });
});
