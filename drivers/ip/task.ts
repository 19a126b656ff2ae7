// Whatever waits, waits by one timer of its own. Under Node only sockets keep the program alive.

/** What owns tasks: a driver. */
export interface Host {
  /** ms, as of the last turn */
  _now: number;
  _clock?: number;
  /** a task threw: the hardware is not what it should be */
  _restart(code: string, why: string): void;
}

export interface Task {
  _driver: Host;
  _timer?: any;
  /** a socket has one */
  _mode?: number;
  _run(task: any): void;
}

/** ms that neither jump nor go back when the board's clock is set, as long as somebody asks at least once a minute. */
export function now(host: Host): number {
  const t = Date.now();
  const d = t - host._clock!;
  host._clock = t;
  return (host._now += d > 0 && d < 60000 ? d : 0);
}

function turn(t: Task): void {
  t._timer = 0;
  now(t._driver);
  try {
    t._run(t);
  } catch (e: any) {
    t._driver._restart('EIO', e.message);
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
