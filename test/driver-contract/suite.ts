// What every net driver must do, as cases that run wherever a driver runs: under jest and inside the interpreter. So
// this is plain ES5 with callbacks, needs nothing but its `env` and a timer, and declares everything before it is used.
import { dataCases } from './dataCases';
import { endCases } from './endCases';
import { linkCases } from './linkCases';
import { openCases } from './openCases';
import { optionalCases } from './optionalCases';
import type { Case, Env, Test } from './probe';

export type { Case, Env, Test } from './probe';

/** The files of this suite, in the order in which one needs the other. */
export const SUITE_FILES = ['probe', 'openCases', 'dataCases', 'optionalCases', 'endCases', 'linkCases', 'suite'];

export const cases: Case[] = openCases.concat(dataCases, optionalCases, endCases, linkCases);

/** Runs one case; `over` is called once: with what went wrong, or '' and why this driver is excused, if it is. */
export function runCase(one: Case, env: Env, over: (complaint: string, excuse?: string) => void): void {
  let ended = false;
  function end(complaint: string, excuse?: string): void {
    if (ended) return;
    ended = true;
    over(complaint, excuse);
  }
  const t: Test = {
    env: env,
    check: function (ok, what) {
      if (!ok) end(what);
    },
    done: function (excuse) {
      end('', excuse);
    },
  };
  try {
    one.run(t);
  } catch (e: any) {
    end('thrown: ' + (e && e.message ? e.message : e));
  }
}
