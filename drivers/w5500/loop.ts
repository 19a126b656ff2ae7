// One timer for the whole chip. Whatever waits is a task that says when it wants to run next.

export interface Task {
  /** ms on the loop's clock; FOREVER: done, to be forgotten */
  _at: number;
  _run(loop: any): void;
}

export interface Loop {
  /** ms since start, which neither jumps nor goes back when the board's clock is set */
  _now: number;
  _clock: number;
  _step: number;
  _timer: any;
  _turning: boolean;
  _tasks: Task[];
  /** before the tasks of a turn: marks those that are called from outside */
  _before(): void;
  /** somebody still calls */
  _called(): boolean;
  /** nobody waits for anything */
  _idle(): boolean;
  /** a task threw */
  _failed(e: any): void;
}

export const FOREVER = 1e300;

function pending(t: Task): boolean {
  return t._at < FOREVER;
}

/**
 * Time passes by the board's clock, yet never less than the timer says, and never more than a minute more.
 * @param woken true when it was not the timer that called
 */
function tick(l: Loop, woken?: boolean): void {
  const t = Date.now();
  let d = t - l._clock;
  l._clock = t;
  if (d > l._step + 60000 || d < 0 || (!woken && d < l._step)) d = woken ? 0 : l._step;
  l._now += d;
}

function arm(l: Loop, ms: number): void {
  if (l._timer) clearTimeout(l._timer);
  l._step = ms;
  l._timer = setTimeout(turn, ms, l);
}

function turn(l: Loop): void {
  let i = 0;
  let wait = FOREVER;
  l._timer = 0;
  l._turning = true;
  tick(l);
  try {
    l._before();
  } catch (e) {
    l._failed(e);
  }
  const tasks = l._tasks.slice(0);
  for (; i < tasks.length; i++)
    if (tasks[i]._at <= l._now) {
      tasks[i]._at = FOREVER;
      try {
        tasks[i]._run(l);
      } catch (e) {
        l._failed(e);
      }
    }
  l._tasks = l._tasks.filter(pending);
  for (i = 0; i < l._tasks.length; i++) wait = Math.min(wait, l._tasks[i]._at);
  if (l._called()) wait = Math.min(wait, l._now + 1);
  l._turning = false;
  if (wait < FOREVER) {
    arm(l, Math.max(wait - l._now, 0));
    // Node may end when nothing but the watch on the cable is left
    if (l._timer.unref && l._idle()) l._timer.unref();
  }
}

/** A turn as soon as the interpreter is free; `task` takes part in it. */
export function wake(l: Loop, task?: Task): void {
  if (task) task._at = 0;
  if (!l._turning) {
    // what has passed of the step that is cut short
    tick(l, true);
    arm(l, 0);
  }
}

/** Calls `run` once, in so many ms. Set `_at` of the answer to FOREVER to call it off. */
export function after(l: Loop, ms: number, run: (loop: any) => void): Task {
  const task = { _at: FOREVER, _run: run };
  l._tasks.push(task);
  wake(l);
  task._at = l._now + ms;
  return task;
}
