// The room that a W5500 offers may be used up in as many pieces as one likes, whenever one likes.
import { bench, note, STATIC } from '../w5500/bench';
import { pattern, serveTcp } from '../w5500/servers';

it.each([100, 536, 700])('pieces of %d bytes, written between the turns of the chip', async (size) => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  const got: Buffer[] = [];
  const port = await serveTcp((s) => s.on('data', (d) => got.push(d)));
  const data = pattern(20000);
  const n = note();
  let at = 0;
  let room = 0;
  n.write = (offered) => (room = offered);
  const socket = b.driver.connect({ host: '10.0.0.7', port }, n);
  await b.until(() => {
    const count = Math.min(size, room, data.length - at);
    if (count) socket.write(data.subarray(at, at + count));
    at += count;
    room -= count;
    return Buffer.concat(got).length === data.length;
  });
  expect(Buffer.concat(got).equals(data)).toBe(true);
  socket.close();
  await b.allFree();
});
