// Whatever waits, waits by one timer of its own. Under Node only sockets keep the program alive.

/** What owns tasks: a driver. */
export interface Host {
  /** ms, as of the last turn */
  _now: number;
  /** what the board's clock said then; 0 at first */
  _clock: number;
  /** a task threw: the hardware is not what it should be */
  _restart(why: string, code?: string): void;
}

export interface Task {
  _driver: Host;
  _timer?: any;
  /** a socket has one */
  _mode?: number;
  _run(task: any): any;
  /** called with what `_run` answers, if anything, once nothing of that is in memory any more */
  _then?(task: any, answer: any): void;
}

/** Takes the time. The board's clock may be set: as long as there is a turn a minute, ours goes on. */
export function tell(driver: Host): void {
  const passed = Date.now() - driver._clock;
  driver._clock += passed;
  if (passed > 0 && passed < 60000) driver._now += passed;
}

/** Takes its turn now; one that waits for a timer is to be halted first. */
export function turn(t: Task): void {
  let answer: any;
  tell(t._driver);
  t._timer = 0;
  try {
    answer = t._run(t);
    if (answer) t._then!(t, answer);
  } catch (e: any) {
    t._driver._restart(e.message, 'EIO');
  }
}

/** Calls the next turn off. */
export function halt(t: Task): void {
  if (t._timer) clearTimeout(t._timer);
  t._timer = 0;
}

/** The next turn in so many ms. */
export function soon(t: Task, ms: number): void {
  halt(t);
  t._timer = setTimeout(turn, ms, t);
  if (t._timer.unref && !t._mode) t._timer.unref();
}
