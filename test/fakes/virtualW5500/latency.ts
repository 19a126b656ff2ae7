// Effects that come a little late: after some SPI frames or some time, whichever is first, and always in order.

import type { Clock } from './clock';

interface Late {
  frames: number;
  due: number;
  fn: () => void;
}

export class Latency {
  private queue: Late[] = [];
  private timer: unknown = null;

  constructor(private clock: Clock) {}

  after(frames: number, ms: number, fn: () => void): void {
    this.queue.push({ frames, due: this.clock.now() + ms, fn });
    if (this.queue.length === 1) this.arm();
  }

  /** one SPI frame has ended */
  frame(): void {
    if (!this.queue.length) return;
    for (const late of this.queue) late.frames--;
    this.run();
  }

  clear(): void {
    this.queue = [];
    this.clock.clearTimeout(this.timer);
    this.timer = null;
  }

  private run(): void {
    const waiting = this.queue.length;
    while (this.queue.length && (this.queue[0].frames < 0 || this.queue[0].due <= this.clock.now())) {
      (this.queue.shift() as Late).fn();
    }
    if (this.queue.length && this.queue.length !== waiting) this.arm();
  }

  private arm(): void {
    this.clock.clearTimeout(this.timer);
    this.timer = this.clock.setTimeout(
      () => {
        this.timer = null;
        this.run();
        if (this.queue.length && !this.timer) this.arm();
      },
      Math.max(0, this.queue[0].due - this.clock.now()),
    );
  }
}
