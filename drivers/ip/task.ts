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
  _run(task: any): void;
}

function turn(t: Task): void {
  const driver = t._driver;
  const passed = Date.now() - driver._clock;
  driver._clock += passed;
  // the board's clock may be set; as long as there is a turn a minute, this one goes on
  if (passed > 0 && passed < 60000) driver._now += passed;
  t._timer = 0;
  try {
    t._run(t);
  } catch (e: any) {
    driver._restart(e.message, 'EIO');
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
