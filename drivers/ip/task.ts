// Everything that waits has one timer of its own. Under Node only sockets keep the program alive.

/** What owns tasks: a driver. */
export interface Host {
  /** ms, as of the last turn */
  _now: number;
  /** what the board's clock said then; 0 at first */
  _clock: number;
  /** called when a task threw: something is wrong with the hardware */
  _restart(why: string, code?: string): void;
}

export interface Task {
  _driver: Host;
  _timer?: any;
  /** a socket has one */
  _mode?: number;
  _run(task: any): any;
  /** called with what `_run` returned, if anything, once nothing of that call is in memory any more */
  _then?(task: any, answer: any): void;
}

/** Reads the clock. The board's may be set: ours goes on all the same, as long as there is a turn every minute. */
export function readClock(driver: Host): void {
  const passed = Date.now() - driver._clock;
  driver._clock += passed;
  if (passed > 0 && passed < 60000) driver._now += passed;
}

/** Gives a task its turn now; one that waits for a timer must be halted first. */
export function turn(t: Task): void {
  let answer: any;
  readClock(t._driver);
  t._timer = 0;
  try {
    answer = t._run(t);
    if (answer) t._then!(t, answer);
  } catch (e: any) {
    t._driver._restart(e.message, 'EIO');
  }
}

/** Cancels the next turn. */
export function halt(t: Task): void {
  if (t._timer) clearTimeout(t._timer);
  t._timer = 0;
}

/** The next turn in so many ms, or at once. */
export function soon(t: Task, ms?: number): void {
  if (t._timer) halt(t);
  t._timer = setTimeout(turn, ms, t);
  if (!t._mode && t._timer.unref) t._timer.unref();
}
