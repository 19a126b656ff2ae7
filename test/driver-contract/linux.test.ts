// What the driver "linux" says of itself: the rest is asked in the interpreter.
import { driver } from '../../drivers/linux';

it('is always linked, and knows no addresses', async () => {
  const nothing = { ip: '', mask: '', gw: '', dns: '', mac: '' };
  expect([driver.is_linked(), driver.link_info(), await driver.link()]).toEqual([true, nothing, nothing]);
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
