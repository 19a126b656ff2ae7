// JSON in the interpreter: what escapes stand for, and that long texts do not stop the program.
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
];

const APP = `
var requests = require('requests');
function parsed(text) {
  return requests.Response.prototype.json.call({ text: function () { return text; } });
}
function sent(text) {
  requests.post('http://nowhere/', { driver: 'nope', json: text }).catch(function () {});
}
function received(text) {
  parsed('["\\\\u20ac","' + text + '"]');
}
/** The shortest time of three. */
function time(what, text) {
  return Math.min.apply(null, [1, 2, 3].map(function () {
    var t = getTime();
    what(text);
    return getTime() - t;
  }));
}
function loop(text) {
  for (var i = 0; i < text.length; i++) text.charCodeAt(i);
}
/** What 8 KB take longer than nothing, as a part of a loop over their characters. */
function share(what) {
  var text = 'hello, world, how are you, '.repeat(300);
  return (time(what, text) - time(what, '')) / time(loop, text);
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
      `[${texts.join()}].forEach(function (text) {
         try { print(btoa(E.toString(E.toUint8Array(parsed(text))))); } catch (e) { print('refused'); }
       });`,
    );
    // with Unicode the interpreter's own JSON.parse takes no surrogate that is alone
    const bytes = [...pairs, ...lone].map(([text, bytes]) => {
      const isWhole = !/[\ud800-\udfff]/u.test(JSON.parse(`"${text}"`));
      return isWhole || /small/.test(engine) ? btoa(bytes) : 'refused';
    });
    expect(stdout).toBe(bytes.join('\n') + '\n');
  });

  // with Unicode there is nothing to do for them
  (/small/.test(engine) ? it : it.skip)('8 KB take a small part of the time of a loop over them', async () => {
    const stdout = await run(engine, 'print(share(received) < 0.25, share(sent) < 0.25);');
    expect(stdout).toBe('true true\n');
  });
});
