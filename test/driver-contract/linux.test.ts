// What the driver "linux" says of itself: the rest is asked in the interpreter.
import { driver } from '../../drivers/linux';

it('is always linked, and knows no addresses', async () => {
  const nothing = { ip: '', mask: '', gw: '', dns: '', mac: '' };
  expect([driver.name, driver.is_linked(), driver.link_info()]).toEqual(['linux', true, nothing]);
  expect(await driver.link()).toEqual(nothing);
  driver.unlink();
  expect(driver.is_linked()).toBe(true);
});

it('encrypts, and verifies nothing', () =>
  expect(driver.capabilities).toEqual({
    tls: true,
    verify: false,
    sni: false,
    pause: false,
    blocking: ['dns', 'connect'],
  }));

it('looks up no names of its own', async () => {
  expect(await driver.gethostbyname('10.1.2.3')).toBe('10.1.2.3');
  const why = 'the firmware has no name lookup but that of connect()';
  await expect(driver.gethostbyname('a.test')).rejects.toMatchObject({ code: 'ENOTSUP', phase: 'dns', message: why });
});

it.each(['1.127.0.0.1', 'a'.repeat(128)])('connects to no part of a name: %s', (host) => {
  const what = { code: 'ENOTFOUND', phase: 'dns', message: 'name not found: ' + host };
  expect(() => driver.connect({ host, port: 1 }, {} as any)).toThrow(expect.objectContaining(what));
});
