// Repetition after RTR, RCR times (datasheet p. 38-39): constant for ARP, doubling for TCP while the value fits 16 bits.

import type { Core } from './options';

export class Retry {
  private timer: unknown = null;
  private tries = 0;
  private waitMs = 0;

  constructor(
    private core: Core,
    private doubling: boolean,
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
    if (this.doubling && this.waitMs * 2 <= 6553.5) this.waitMs *= 2;
    this.wait();
    this.again();
  }
}
