// The SNTP example over the virtual chip, against a time server on loopback.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { join } from 'node:path';
import { ROOT, Workshop } from '../cli/workshop';

const EPOCH = 2208988800;
let server: Socket;
let shop: Workshop;
let port = 0;
let answers: ((answer: Buffer) => Buffer)[] = [];

/** What a server at `time` says to `question` (RFC 4330 section 4). */
function answerTo(question: Buffer, time: number): Buffer {
  const answer = Buffer.alloc(48);
  answer[0] = 0x24;
  answer[1] = 2;
  question.copy(answer, 24, 40, 48);
  answer.writeUInt32BE((time + EPOCH) >>> 0, 40);
  return answer;
}

beforeEach(async () => {
  shop = new Workshop();
  server = createSocket('udp4');
  server.on('message', (question, from) => {
    const change = answers.shift();
    if (change) server.send(change(answerTo(question, 2000000000)), from.port, from.address);
  });
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done));
  port = server.address().port;
});
afterEach(() => {
  shop.close();
  server.close();
});

/** Gives an answer so many ms. */
async function run(board: string, timeout: number): Promise<string> {
  const settings = { server: '10.0.0.1', port, timeout, tries: 3 };
  shop.file('config.js', `global.CONFIG = ${JSON.stringify(settings)};`);
  const example = join(ROOT, 'examples', 'sntp-clock.js');
  shop.file('app.js', `require('./config');\nrequire(${JSON.stringify(example)});\n`);
  const { stdout, stderr } = await shop.cli('run', 'app.js', '--board', board);
  return (stdout + stderr).trim();
}

it('takes the time from the server', async () => {
  answers = [(answer) => answer];
  expect(await run('sim-w5500', 60000)).toMatch(
    /^the clock was -?\d+\.\d\d s fast, it is 2033-05-18T03:33:20\.\d\d\dZ$/,
  );
});

it('asks again, and believes no answer that is not to its question', async () => {
  const spoil =
    (at: number, value: number) =>
    (answer: Buffer): Buffer => {
      answer[at] = value;
      return answer;
    };
  answers = [(answer) => spoil(24, answer[24] ^ 1)(answer), spoil(1, 0), (answer) => answer];
  const lines = (await run('sim-w5500', 2000)).split('\n');
  expect(lines.slice(0, 2)).toEqual([
    'ignored: not an answer to this question',
    'ignored: from a server without the time',
  ]);
  expect(lines[2]).toMatch(/^the clock was .* 2033-05-18/);
});

it('says so when nobody answers, and where there is no UDP', async () => {
  answers = [];
  expect(await run('sim-w5500', 200)).toBe('failed: no answer from 10.0.0.1');
  expect(await run('host', 200)).toBe('failed: net driver "host" has no UDP');
});
