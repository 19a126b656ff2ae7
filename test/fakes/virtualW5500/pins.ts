// The pins of the chip as Espruino sees them: `cs` and `rst` are outputs of the host, `irq` is an input.

import type { Pin } from './spi';

/** RSTn must be low that long (datasheet p. 62) */
const RESET_LOW_MS = 0.5;

interface Pinned {
  readonly clock: { now(): number };
  readonly int: boolean;
  select(): void;
  deselect(): void;
  reset(): void;
  /** while low the chip is dead */
  drawRst(level: number): void;
  violate(what: string): void;
}

export interface Pins {
  cs: Pin;
  rst: Pin;
  irq: Pin;
}

export function makePins(chip: Pinned): Pins {
  let cs = 1;
  let rst = 1;
  let fell = 0;
  return {
    cs: {
      read: () => cs,
      write(level) {
        cs = Number(level) ? 1 : 0;
        if (cs) chip.deselect();
        else chip.select();
      },
    },
    rst: {
      read: () => rst,
      write(level) {
        const next = Number(level) ? 1 : 0;
        if (next === rst) return;
        rst = next;
        chip.drawRst(rst);
        if (!rst) {
          fell = chip.clock.now();
          return;
        }
        const low = chip.clock.now() - fell;
        if (low >= RESET_LOW_MS) chip.reset();
        else chip.violate(`RSTn low for ${Math.round(low * 1000)} us, at least ${RESET_LOW_MS * 1000} are needed`);
      },
    },
    irq: {
      read: () => (chip.int ? 1 : 0),
      write: () => chip.violate('INTn driven by the host'),
    },
  };
}
