// Scenarios with the driver under Node.
import * as requests from '../../src';
import * as netdriver from '../../src/net/registry';
import { create } from '../../drivers/w5500';
import { commander } from './commands';
import { moveClock, restoreClock, strict } from './bench';
import { endRig, makeRig } from './rig';
import type { Board, Rig, Scenario } from './rig';
import type { World } from './world';

function nodeBoard(w: World, create: (options: any) => any): Board {
  const { cs, rst, irq } = w.chip.pins();
  const board: Board = {
    get linked() {
      return commands.linked();
    },
    order: (c) => new Promise((told) => commands.run(c, told)),
    said: () => {},
  };
  const commands = commander({
    requests,
    netdriver,
    create,
    spi: strict(w.chip.spi()),
    cs,
    rst,
    irq,
    toStr: (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1')),
    toBytes: (text) => new Uint8Array(Buffer.from(text, 'latin1')),
    // it sees what is global, and nothing else
    fn: (text) => (0, eval)(`(${text})`),
    work: (ms) => w.clock.jump(ms),
    usage: () => 0,
    said: (...what) => board.said(...what),
  });
  moveClock(w.clock);
  (globalThis as any).setWatch = (f: () => void, pin: any, options: any) => {
    expect([pin, options]).toEqual([irq, { repeat: true, edge: 'falling' }]);
    // the interpreter queues what a pin does until it is idle
    w.chip.onInt((level) => void (level || w.clock.setTimeout(f, 0)));
  };
  return board;
}

/** Runs scenarios here, polled and with INTn, with this driver. */
export function describeOnNode(scenarios: Scenario[], driver: (options: any) => any = create): void {
  describe.each([
    { name: 'polled', irq: false },
    { name: 'with INTn', irq: true },
  ])('$name', ({ irq }) => {
    const { log } = console;
    let r: Rig | undefined;
    let printed: unknown[];

    beforeEach(() => {
      printed = [];
      console.log = (what) => void printed.push(what);
    });

    afterEach(async () => {
      try {
        if (r) await endRig(r);
        // that is where exceptions go
        expect(printed).toEqual([]);
      } finally {
        console.log = log;
        r = undefined;
        restoreClock();
        if (netdriver.list().includes('w5500')) netdriver.unregister('w5500');
      }
    });

    it.each(scenarios)('$name', async ({ options, run }) => {
      r = await makeRig((w) => nodeBoard(w, driver), { irq, ...options });
      await run(r);
    });
  });
}
