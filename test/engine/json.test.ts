// JSON in the interpreter: what escapes of surrogates stand for, and how much fits.
import { rmSync } from 'node:fs';
import { describeEngines, runIn } from './harness';
import { inStorage, linuxModules } from './program';

/** texts with surrogates that are no pair, and the bytes of what they stand for on builds without Unicode */
const lone: [string, string][] = [
  ['\\ud83d\\u0041', '\xed\xa0\xbdA'],
  ['\\ud83d\\ud83d\\ude00', '\xed\xa0\xbd\xf0\x9f\x98\x80'],
  ['\\ude00\\ud83d', '\xed\xb8\x80\xed\xa0\xbd'],
];

const pairs: [string, string][] = [
  ['\\uD83D\\uDE00\\u00E9', '\xf0\x9f\x98\x80\xc3\xa9'],
  ['\\\\ud83d\\ude00', '\\ud83d\xed\xb8\x80'],
  ['\\\\\\u00e9\\\\u\\u00e9', '\\\xc3\xa9\\u\xc3\xa9'],
  ['\\u00e9' + '\\\\'.repeat(1000) + '\\u00e9\\\\u00e9', '\xc3\xa9' + '\\'.repeat(1000) + '\xc3\xa9\\u00e9'],
];

const APP = `
var requests = require('requests');
function parsed(text) {
  return requests.Response.prototype.json.call({ content: E.toUint8Array(text) });
}
`;

async function run(engine: string, text: string) {
  const cwd = await inStorage(engine, linuxModules());
  const { stdout } = await runIn(engine, APP + text, { cwd });
  rmSync(cwd, { recursive: true, force: true });
  return stdout;
}

describeEngines('JSON', (engine) => {
  it('escapes of surrogates, in pairs and alone', async () => {
    const texts = [...pairs, ...lone].map(([text]) => JSON.stringify(`"${text}"`));
    const stdout = await run(
      engine,
      `print(E.toUint8Array('\\u20ac').length < 2);
       [${texts.join()}].forEach(function (text) {
         try { print(btoa(E.toString(E.toUint8Array(parsed(text))))); } catch (e) { print('refused'); }
       });`,
    );
    const [plain, ...told] = stdout.split('\n');
    // with Unicode the interpreter's own JSON.parse takes no surrogate that is alone
    const bytes = [...pairs, ...lone].map(([text, bytes]) => {
      const isWhole = !/[\ud800-\udfff]/u.test(JSON.parse(`"${text}"`));
      return isWhole || plain === 'true' ? btoa(bytes) : 'refused';
    });
    expect(told.join('\n')).toBe(bytes.join('\n') + '\n');
  });

  // each byte is six characters at first: the small build has no room for two such texts
  it('json: of 1,300 characters beyond ASCII fits into 4,095 variables', async () => {
    const stdout = await run(
      engine,
      `var text = '"';
       for (var i = 0; i < 1300; i++) text += '\\xe4\\xb8\\xad';
       requests.post('http://127.0.0.1/', { json: text }).catch(function (e) { print(e.code); });`,
    );
    expect(stdout).toBe('ENODRIVER\n');
  });
});
