// Time for the virtual chip and its network: the machine's own, or one that a test moves by hand.

import { performance } from 'node:perf_hooks';

export interface Clock {
  /** milliseconds, with fractions */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

type Handle = { cancel(): void };

/** Below a millisecond Node's timers are too coarse: the next turn of the event loop is near enough. */
export const realClock: Clock = {
  now: () => performance.now(),
  setTimeout(fn, ms): Handle {
    if (ms < 1) {
      const immediate = setImmediate(fn);
      return { cancel: () => clearImmediate(immediate) };
    }
    const timer = setTimeout(fn, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  clearTimeout(timer) {
    if (timer) (timer as Handle).cancel();
  },
};

interface Timer {
  due: number;
  order: number;
  fn: () => void;
}

export class ManualClock implements Clock {
  private order = 0;
  private timers: Timer[] = [];
  /** while this answers true, `until` lets real input and output go on without moving the time */
  busy: () => boolean = () => false;
  /** while this answers true, there is nothing to wait for but timers, and `until` goes from one to the next */
  skips: () => boolean = () => false;
  /** one turn of the event loop, or of whatever else has to go on between two steps */
  turn: () => Promise<void> = () => new Promise((resolve) => setImmediate(resolve));

  constructor(private time = 0) {}

  now(): number {
    return this.time;
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const timer = { due: this.time + Math.max(0, ms), order: this.order++, fn };
    let at = this.timers.length;
    while (at > 0 && this.timers[at - 1].due > timer.due) at--;
    this.timers.splice(at, 0, timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const at = this.timers.indexOf(timer as Timer);
    if (at >= 0) this.timers.splice(at, 1);
  }

  /** timers that have not fired */
  get pending(): number {
    return this.timers.length;
  }

  advance(ms: number): void {
    const end = this.time + ms;
    while (this.timers.length && this.timers[0].due <= end) {
      const timer = this.timers.shift() as Timer;
      this.time = Math.max(this.time, timer.due);
      timer.fn();
    }
    this.time = Math.max(this.time, end);
  }

  /** Moves on at once, and no timer fires: what a program sees that was busy with something else. */
  jump(ms: number): void {
    this.time += ms;
  }

  /** Moves on step by step until `done()`, one turn of the event loop for each, so that promises and sockets run too. */
  async until(done: () => boolean, limitMs = 120000, stepMs = 1): Promise<void> {
    const end = this.time + limitMs;
    while (!done()) {
      if (this.time >= end) throw new Error(`still waiting after ${limitMs} ms of virtual time`);
      await this.turn();
      if (this.busy() || done()) continue;
      const next = this.skips() && this.timers.length ? this.timers[0].due - this.time : 0;
      this.advance(Math.min(Math.max(next, stepMs), end - this.time));
    }
  }
}
