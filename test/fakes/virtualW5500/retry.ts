// Repetition after RTR, RCR times (datasheet p. 38-39): constant for ARP, doubling for TCP while the value fits 16 bits.

import type { Core } from './options';

/** what RTR can hold: 16 bits, in units of 100 us */
const MAX_RTR_MS = 6553.5;

export class Retry {
  private timer: unknown = null;
  private tries = 0;
  private waitMs = 0;

  constructor(
    private core: Core,
    private waits: 'constant' | 'doubling',
    private again: () => void,
    private giveUp: () => void,
  ) {}

  get running(): boolean {
    return this.timer !== null;
  }

  /** the first transmission has just been made */
  start(): void {
    this.stop();
    this.tries = 0;
    this.waitMs = this.core.retryMs;
    this.wait();
  }

  stop(): void {
    this.core.clock.clearTimeout(this.timer);
    this.timer = null;
  }

  private wait(): void {
    this.timer = this.core.clock.setTimeout(() => this.expired(), this.waitMs);
  }

  private expired(): void {
    this.timer = null;
    if (this.tries >= this.core.retryCount) {
      this.giveUp();
      return;
    }
    this.tries++;
    if (this.waits === 'doubling' && this.waitMs * 2 <= MAX_RTR_MS) this.waitMs *= 2;
    this.wait();
    this.again();
  }
}
