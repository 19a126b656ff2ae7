// An application for a device, which requires modules by their short names.
import { auto_init, pins } from 'board';
import { driver } from 'esp32wifi';
import * as linux from 'linux';
import { get as current, register } from 'netdriver';
import { install } from 'networkjs';
import * as requests from 'requests';
import { create } from 'w5500';
import { extend } from 'w5500-listen';
import { create as createStatic } from 'w5500-static';

auto_init({ ssid: 'x', password: 'y' }).then(
  () => requests.get('http://h/', { timeout: 1000 }),
  (e) => console.log(e.code),
);
auto_init({ dhcp: true, cs: pins.cs });
auto_init();
// @ts-expect-error no option of any board
auto_init({ sidd: 'x' });
// @ts-expect-error no option
requests.get('http://h/', { timout: 1 });

register(install(extend(create({ spi: SPI1, cs: D17 }))));
createStatic({ spi: SPI1, cs: D17 });
export const names: string[] = [driver.name, linux.name, current().name];
