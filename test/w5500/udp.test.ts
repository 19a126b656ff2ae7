// What of the datagrams only Node can see. Everything else: scenarios/.
import { bench, STATIC } from './bench';
import { pattern } from './servers';

// in the interpreter an array takes no method of its own
it('makes no text of an array, which takes long in the interpreter', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  const udp = b.driver.udp();
  const data = pattern(1000);
  data.toString = () => {
    throw new Error('as text');
  };
  let told: any;
  udp.send(data, '10.0.0.9', 9, (err) => (told = [err]));
  await b.until(() => told);
  expect(told).toEqual([null]);
  udp.close();
});
