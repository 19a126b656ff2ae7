// The suite that every driver is run through, in the interpreter.
import { join } from 'node:path';
import { ContractPeer } from '../../driver-contract/peer';
import { cases, SUITE_FILES } from '../../driver-contract/suite';
import { describeEngines } from '../../engine/harness';
import { freePort } from '../../servers/installed';
import { makeWorld } from '../world';
import { Interpreter } from './interpreter';
import { plain, program, script } from './programs';

const files = SUITE_FILES.map((name) => join('..', '..', 'driver-contract', name + '.ts'));

describeEngines('the driver contract: w5500', (engine) => {
  let peer: ContractPeer;
  let board: Interpreter;
  let w: ReturnType<typeof makeWorld>;
  const does = (what: object): Promise<any> => w.wait(board.order(what as any), 1e7);

  beforeAll(async () => {
    peer = await ContractPeer.start();
    const text = await program(engine, 'require("device");', {
      clock: await script('clock.js'),
      suite: await plain(files, ['cases', 'runCase']),
      device: await script('contractDevice.js'),
    });
    w = makeWorld({ dns: { zone: { 'peer.test': { a: '10.0.0.7' } } } });
    board = new Interpreter(engine, text);
    board.watch(w);
    const env = {
      host: '10.0.0.7',
      port: peer.port,
      closedPort: await freePort(),
      name: 'peer.test',
      noName: 'no.test',
      link: { dhcp: true },
    };
    expect(await does({ link: { dhcp: true }, env })).toMatchObject({ ip: '10.0.0.100' });
  });

  afterAll(async () => {
    await board.end();
    w.lan.close();
    await peer.stop();
    expect({ printed: board.printed, violations: w.chip.violations, complaints: w.lan.complaints }).toEqual({
      printed: '',
      violations: [],
      complaints: [],
    });
  });

  it.each(cases.map((one, n) => ({ name: one.name, n })))('$name', async ({ n }) => {
    expect(await does({ n })).toEqual({ complaint: '' });
  });
});
