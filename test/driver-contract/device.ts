// The driver contract where a driver is at home: in the interpreter. The peer is elsewhere, so its ports are given.
import { cases, runCase } from './suite';
import type { Env } from './suite';

/** A driver, linked, and how it reaches the contract peer; see `Env`. */
export type Site = Omit<Env, 'toStr' | 'toBytes'> & {
  /** how long a case may take, in ms. Default: 10000 */
  timeoutMs?: number;
};

/** Runs one case after the other. `report` is told a line for each; the last one says how many failed. */
export function runContract(site: Site, report: (line: string) => void): void {
  const env: any = Object.assign({}, site);
  const ms = site.timeoutMs || 10000;
  let n = 0;
  let failed = 0;
  env.toStr = function (bytes: any) {
    return E.toString(bytes, '');
  };
  env.toBytes = function (text: string) {
    return E.toUint8Array(text);
  };
  function next(): void {
    const one = cases[n++];
    if (!one) return report(failed + ' failed');
    const reason = one.skip && one.skip(env);
    let over = false;
    function end(complaint: string, excuse?: string): void {
      const why = complaint || excuse;
      if (over) return;
      over = true;
      clearTimeout(timer);
      if (complaint) failed++;
      report((complaint ? 'FAILED ' : 'ok ') + one.name + (why ? ': ' + why : ''));
      setTimeout(next, 0);
    }
    const timer = setTimeout(end, ms, 'it did not end within ' + ms + ' ms');
    if (reason) end('', reason);
    else runCase(one, env, end);
  }
  next();
}
