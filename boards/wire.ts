// What every board does in auto_init: register a driver once, make it the default, bring it up.
import { get, list, register, unregister, use } from '../src/net/registry';
import type { LinkInfo, NetDriver } from '../src/net/driver';

function known(driver: NetDriver): boolean {
  return list().indexOf(driver.name) >= 0;
}

/** Removes a driver from the registry, if it is there; not another one of the same name. */
export function forget(driver: NetDriver): void {
  if (known(driver) && get(driver.name) === driver) unregister(driver.name);
}

/** A rejected promise; not at once, since before anyone listens that is an uncaught error in the interpreter. */
export function refused(err: any): Promise<any> {
  return new Promise(function (resolve, reject) {
    setTimeout(reject, 0, err);
  });
}

/** For then(): in the interpreter, catch() on a promise that is fulfilled already rejects with its value. */
function itself(info: LinkInfo): LinkInfo {
  return info;
}

/** Registers `driver`, unless one of its name is there already, and makes that one the default. */
export function wire(driver: NetDriver): NetDriver {
  if (!known(driver)) register(driver);
  use(driver.name);
  return get();
}

/**
 * The same, and links it with `options`, unless these lack the `field` without which there is nothing to link. After a
 * failure it is registered only if it was so before.
 */
export function bringUp(driver: NetDriver, options: any, field?: string): Promise<LinkInfo | undefined> {
  const stays = known(driver);
  function undo(err: any): Promise<any> {
    if (!stays) forget(driver);
    return refused(err);
  }
  try {
    const chosen = wire(driver);
    // asked first, since it throws if the firmware lacks what it needs
    const up = chosen.is_linked();
    if (options && !(field && options[field] === undefined)) return chosen.link(options).then(itself, undo);
    return Promise.resolve(up ? chosen.link_info() : undefined);
  } catch (e) {
    return undo(e);
  }
}
