// What an application may do when it hears that the network is gone.
import { bench, note, STATIC } from './bench';

it('unlink() where a socket ends with the cable: nothing goes on', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  b.lan.serveTcp('10.0.0.9', 80, () => ({}));
  const n = note();
  const heard = n.onClose;
  n.onClose = (err) => {
    heard(err);
    b.driver.unlink();
  };
  b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
  await b.until(() => n.rooms.length > 0);
  b.chip.plug(false);
  await b.until(() => n.closed.length > 0);
  b.chip.plug(true);
  b.chip.resetCounters();
  await b.rest(5000);
  expect([n.closed[0].code, b.driver.is_linked(), b.chip.frames]).toEqual(['ENETDOWN', false, 0]);
});

it('link() where unlink() ends a socket', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  b.lan.serveTcp('10.0.0.9', 80, () => ({}));
  const n = note();
  let again: Promise<any> | undefined;
  n.onClose = () => {
    again = b.driver.link(STATIC);
  };
  b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
  await b.until(() => n.rooms.length > 0);
  b.driver.unlink();
  expect((await b.wait(again!)).ip).toBe(STATIC.ip);
});

it('a chip that lost its registers is set up again', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  b.chip.reset();
  await b.until(() => !b.driver.is_linked());
  await b.until(() => b.driver.is_linked());
});
