// What every net driver must do, as cases that run wherever a driver runs: under jest and inside the interpreter. So
// this is plain ES5 with callbacks, needs nothing but its `env`, and declares everything before it is used.
import { dataCases } from './dataCases';
import { endCases } from './endCases';
import { openCases } from './openCases';
import type { Case, Env, Test } from './probe';

export type { Case, Env, Test } from './probe';

/** The files of this suite, in the order in which one needs the other. */
export const SUITE_FILES = ['probe', 'openCases', 'dataCases', 'endCases', 'suite'];

export const cases: Case[] = openCases.concat(dataCases, endCases);

/** Runs one case; `over` is called once, with '' or with what went wrong. */
export function runCase(one: Case, env: Env, over: (complaint: string) => void): void {
  let ended = false;
  function end(complaint: string): void {
    if (ended) return;
    ended = true;
    over(complaint);
  }
  const t: Test = {
    env: env,
    check: function (ok, what) {
      if (!ok) end(what);
    },
    done: function () {
      end('');
    },
  };
  try {
    one.run(t);
  } catch (e: any) {
    end('thrown: ' + (e && e.message ? e.message : e));
  }
}
