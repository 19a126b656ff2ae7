// What every board does in auto_init: register a driver once, make it the default, bring it up.
import { get, list, register, use } from '../src/net/registry';
import type { LinkInfo, NetDriver } from '../src/net/driver';

/** Registers `driver` as the default; links it with `options` unless there is nothing to link it with. */
export function wire(driver: NetDriver, options?: any): Promise<LinkInfo | undefined> {
  if (list().indexOf(driver.name) < 0) register(driver);
  use(driver.name);
  const chosen = get();
  if (options) return chosen.link(options);
  return Promise.resolve(chosen.is_linked() ? chosen.link_info() : undefined);
}
