// INTn: a level, active low. After it rose it may fall again only (INTLEVEL + 1) * 4 clocks of 150 MHz later (datasheet p. 35).

import type { Clock } from './clock';
import type { ChipFaults } from './faults';

const PLL_PER_MS = 150000;

export class IntPin {
  /** true while INTn is low */
  low = false;
  private readonly listeners: ((level: boolean) => void)[] = [];
  private allowedAt = 0;
  private timer: unknown = null;

  constructor(
    private clock: Clock,
    private faults: ChipFaults,
    private drawn: (level: number) => void,
  ) {}

  listen(listener: (level: boolean) => void): void {
    this.listeners.push(listener);
  }

  update(active: boolean, intLevel: number, again: () => void): void {
    if (active === this.low) return;
    const now = this.clock.now();
    if (active && now < this.allowedAt) {
      this.clock.clearTimeout(this.timer);
      this.timer = this.clock.setTimeout(again, this.allowedAt - now);
      return;
    }
    this.low = active;
    if (!active) this.allowedAt = intLevel ? now + ((intLevel + 1) * 4) / PLL_PER_MS : 0;
    this.drawn(active ? 0 : 1);
    if (active && this.faults.missedEdges > 0) {
      this.faults.missedEdges--;
      return;
    }
    for (const listener of this.listeners) listener(!active);
  }
}
