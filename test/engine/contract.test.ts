// The driver contract inside the interpreter, over the firmware's own sockets.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { minify } from 'terser';
import * as ts from 'typescript';
import { ContractPeer } from '../driver-contract/peer';
import { cases, SUITE_FILES } from '../driver-contract/suite';
import { freePort } from '../servers/installed';
import { describeEngines, runIn } from './harness';
import { built, inStorage, linuxModules, script } from './program';

/** The suite as the interpreter takes it: one file of ES5, small, and nothing named before it is there. */
async function suiteText(): Promise<string> {
  const folder = join(__dirname, '..', 'driver-contract');
  const compilerOptions = { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.ESNext, removeComments: true };
  let plain = '';
  for (const file of SUITE_FILES) {
    const source = readFileSync(join(folder, file + '.ts'), 'utf8');
    plain += ts.transpileModule(source, { compilerOptions }).outputText;
  }
  plain = plain.replace(/^import .*$/gm, '').replace(/^export (?=var|function)/gm, '');
  plain += 'exports.cases=cases;exports.runCase=runCase;';
  const options = { ecma: 5, compress: false, mangle: { toplevel: true }, format: { semicolons: true } } as const;
  return (await minify(plain, options)).code!;
}

/** What these drivers need not do: to make use of a sink is none of it. */
const excuses = ['this driver cannot pause', 'its sockets have no unread()', 'it is always linked'];

const drivers = {
  linux: { modules: linuxModules, start: (suite: string) => suite },
  esp32wifi: {
    modules: () => ({ esp32wifi: built('esp32wifi.min'), Wifi: script('wifiStandIn.js') }),
    start: (suite: string) =>
      `require('esp32wifi').link({ ssid: 'home', password: 'secret' }).then(function () {\n${suite}\n});`,
  },
};

describeEngines('the driver contract', (engine) => {
  it.each(Object.keys(drivers) as (keyof typeof drivers)[])('%s holds to it', async (DRIVER) => {
    const peer = await ContractPeer.start();
    const values = { DRIVER, HOST: '127.0.0.1', PORT: peer.port, CLOSED_PORT: await freePort() };
    const settings = Object.entries(values).map(([name, value]) => `var ${name}=${JSON.stringify(value)};\n`);
    const { modules, start } = drivers[DRIVER];
    const cwd = await inStorage(engine, { ...modules(), suite: await suiteText() });
    const program = settings.join('') + start(script('contract.js'));
    const { stdout, failed, timedOut } = await runIn(engine, program, { cwd });
    await peer.stop();
    rmSync(cwd, { recursive: true, force: true });
    const told: string[] = [];
    for (const [, n, what] of stdout.matchAll(/^#(\d+) (.*)$/gm))
      told.push(cases[+n].name + ': ' + (excuses.includes(what) ? 'ok' : what));
    const noise = stdout
      .split('\n')
      .filter((line) => line && !/^#\d/.test(line) && !/^(ERROR: Connect failed|Unable to locate)/.test(line));
    const wanted = cases.map(({ name }) => name + ': ok');
    expect({ told, noise, failed, timedOut }).toEqual({ told: wanted, noise: [], failed: false, timedOut: false });
  });
});
