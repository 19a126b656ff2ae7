// What the compiler leaves of a program for language that the interpreter lacks calls these: only in bundles that need it.
// The compiler's own versions do not run there.

/** `{...a, b}` */
export const assign: typeof Object.assign = Object.assign;

/** `[...to, ...from]` */
export function spread(to: any[], from: any): any[] {
  return to.concat(Array.isArray(from) ? from : [].slice.call(from));
}

/** The rest in `{a, ...rest} = from`. */
export function rest(from: any, without: string[]): any {
  const left: any = {};
  Object.keys(from).forEach(function (key) {
    if (without.indexOf(key) < 0) left[key] = from[key];
  });
  return left;
}

/** `new type(...list)`: apply() would make nothing of a class of the interpreter. */
export function create(type: any, list: any[]): any {
  const places = list.map(function (value, i) {
    return `list[${i}]`;
  });
  return new Function('type', 'list', `return new type(${places.join()})`)(type, list);
}

/** `class type extends base`. */
export function inherit(type: any, base: any): void {
  // in the interpreter `prototype` is one of them, so it is set after
  Object.keys(base).forEach(function (key) {
    type[key] = base[key];
  });
  type.prototype = Object.create(base.prototype);
  type.prototype.constructor = type;
}

/** What a part of an async function wants next; the compiler's numbers. */
const enum Op {
  /** be over */
  Return = 2,
  /** go on at another part */
  Break,
  /** wait for a promise */
  Await,
  /** run another such function first: the body of a loop */
  Run,
  Throw,
  EndFinally,
}

type Answer = [Op, any];

/** An async function in parts, and where it is. The compiler knows the fields without `_`. */
interface Parts {
  _self: any;
  _body(this: any, at: Parts): Answer;
  /** number of the part that is next */
  label: number;
  /** each `try` around: the parts where it begins, its `catch`, its `finally`, and what follows */
  trys: number[][];
  /** what is to be done when a `finally` is over */
  _ops: Answer[];
  /** what was waited for, or caught; or the error that is to be thrown in its place */
  _got?: any;
  _failed?: boolean;
  sent(): any;
}

function sent(this: Parts): any {
  if (this._failed) throw this._got;
  return this._got;
}

export function parts(self: any, body: (at: Parts) => Answer): Parts {
  return { _self: self, _body: body, label: 0, trys: [], _ops: [], sent: sent };
}

/** Runs parts until one has to wait, or all is over. Throws what the function throws. */
function resume(at: Parts, isError: boolean, value: any): Answer {
  let op: Answer;
  let around: number[] | undefined;
  let found: boolean;
  at._failed = isError;
  at._got = value;
  while (true) {
    try {
      op = at._body.call(at._self, at);
    } catch (e) {
      op = [Op.Throw, e];
    }
    found = false;
    while (!found) {
      around = at.trys[at.trys.length - 1];
      if (op[0] === Op.Await || op[0] === Op.Run) {
        at.label++;
        return op;
      }
      if (op[0] === Op.EndFinally) {
        op = at._ops.pop()!;
        at.trys.pop();
      } else if (!around && op[0] === Op.Return) return op;
      else if (!around && op[0] === Op.Throw) throw op[1];
      else if (op[0] === Op.Break && (!around || (op[1] > around[0] && op[1] < around[3]))) {
        at.label = op[1];
        found = true;
      } else if (op[0] === Op.Throw && at.label < around![1]) {
        at.label = around![1];
        at._failed = false;
        at._got = op[1];
        found = true;
      } else if (at.label < around![2]) {
        at.label = around![2];
        at._ops.push(op);
        found = true;
      } else {
        if (around![2]) at._ops.pop();
        at.trys.pop();
      }
    }
  }
}

/** A call of an async function. */
interface Call {
  /** itself, and the bodies of its loops that run for it: the last one is at work */
  _running: Parts[];
  /** somebody may have listened */
  _later?: boolean;
  _resolve(value: any): void;
  _reject(e: any): void;
  _ok: any;
  _bad: any;
}

function isPromise(value: any): any {
  return value && typeof value.then === 'function';
}

/** Calls back with what a promise comes to. */
function wait(given: any, ok: (value: any) => void, bad: (e: any) => void): void {
  try {
    given.then(ok, bad);
  } catch (e) {
    setTimeout(bad, 0, e);
  }
}

/** Goes on with what was waited for. */
function run(c: Call, isError: boolean, value: any): void {
  let op: Answer;
  const running = c._running;
  while (running.length) {
    try {
      op = resume(running[running.length - 1], isError, value);
      isError = false;
      value = op[1];
      if (op[0] === Op.Await) {
        wait(isPromise(value) ? value : Promise.resolve(value), c._ok, c._bad);
        return;
      }
      if (op[0] === Op.Return) running.pop();
      else {
        running.push(value);
        value = undefined;
      }
    } catch (e) {
      running.pop();
      isError = true;
      value = e;
    }
  }
  // they lead back to here: a circle is freed only by a collection
  c._ok = c._bad = 0;
  if (isError) {
    if (c._later) c._reject(value);
    else setTimeout(c._reject, 0, value);
  } else if (isPromise(value)) wait(value, c._resolve, c._reject);
  else c._resolve(value);
}

/** Not inside `promise`: a function keeps all of the scope it was made in. */
function begin(c: any): void {
  c._ok = function (value: any): void {
    run(c, false, value);
  };
  c._bad = function (e: any): void {
    run(c, true, e);
  };
  run(c, false, undefined);
  c._later = true;
}

/**
 * The promise of an async function. It does without what is wrong with those of the interpreter: then() gets both
 * functions, and nothing is rejected before anyone can listen. The compiler passes a class of promises, too, which is not
 * used.
 */
export function promise(self: any, args: any, type: any, start: (...args: any[]) => Parts): Promise<any> {
  return new Promise(function (resolve, reject) {
    begin({ _running: [start.apply(self, args || [])], _resolve: resolve, _reject: reject });
  });
}
