// The registry of net drivers: who is there, and which one is used when nobody is named.
import type { NetDriver } from './driver';

export type {
  Bytes,
  Capabilities,
  ConnectPhase,
  Endpoint,
  LinkInfo,
  NetDriver,
  NetError,
  Receiver,
  Socket,
  TlsContext,
} from './driver';

const drivers: NetDriver[] = [];
let current: NetDriver | undefined;

function refuse(code: string, message: string): never {
  throw Object.assign(Error(message), { code: code });
}

function find(name: string): NetDriver | undefined {
  return drivers.find(function (driver) {
    return driver.name === name;
  });
}

function need(name: string): NetDriver {
  const driver = find(name);
  if (!driver)
    refuse(
      'ENODRIVER',
      'no net driver "' + name + '", there is: ' + (list().join(', ') || 'none, see auto_init() of require("board")'),
    );
  return driver;
}

/**
 * Adds a driver. The first one is the default until `use` or `{default: true}` names another.
 * @throws Error when it is no driver, or another one has its name
 */
export function register(driver: NetDriver, options?: { default?: boolean }): void {
  const name = driver && driver.name;
  if (!name || '' + name !== name || typeof driver.connect !== 'function')
    refuse('EINVAL', 'not a net driver: it needs name and connect()');
  if (find(name)) refuse('EINVAL', 'net driver "' + name + '" is registered already');
  drivers.push(driver);
  if (!current || (options && options.default)) current = driver;
}

/**
 * Removes a driver; it is not unlinked. When it was the default, the oldest one left becomes it.
 * @throws Error for an unknown name
 */
export function unregister(name: string): void {
  const driver = need(name);
  drivers.splice(drivers.indexOf(driver), 1);
  if (current === driver) current = drivers[0];
}

/**
 * Makes a driver the default.
 * @throws Error for an unknown name
 */
export function use(name: string): void {
  current = need(name);
}

/**
 * The driver of that name, without a name the default.
 * @throws Error for an unknown name, or when there is no driver at all
 */
export function get(name?: string): NetDriver {
  return need(name != null ? name : current ? current.name : 'default');
}

/** The names of all drivers, oldest first. */
export function list(): string[] {
  return drivers.map(function (driver) {
    return driver.name;
  });
}
