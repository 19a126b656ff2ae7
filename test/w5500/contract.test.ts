// The suite that every driver is run through, over the driver and a chip in real time.
import { create } from '../../drivers/w5500';
import { describeDriver } from '../driver-contract/describeDriver';
import { DhcpServer, DnsServer, Lan, realClock, VirtualW5500 } from '../fakes/virtualW5500';

const made: (() => void)[] = [];

describeDriver(
  'w5500',
  async () => {
    const chip = new VirtualW5500({ linkUpMs: 5 });
    const lan = new Lan({ clock: realClock });
    lan.attach(chip);
    new DhcpServer(lan);
    new DnsServer(lan, { zone: { localhost: { a: '127.0.0.1' } } });
    const { cs, rst } = chip.pins();
    const driver = create({ spi: chip.spi(), cs, rst });
    made.push(() => {
      driver.unlink();
      lan.close();
      expect(chip.violations).toEqual([]);
      expect(lan.complaints).toEqual([]);
    });
    await driver.link({ dhcp: true });
    return { driver, name: 'localhost', noName: 'nowhere.test', link: { dhcp: true } };
  },
  () => made.splice(0).forEach((close) => close()),
);
