import { ManualClock } from './virtualW5500';

it('a clock that is moved by hand does not go back after a timer was busy for long', () => {
  const clock = new ManualClock();
  const at: number[] = [];
  clock.setTimeout(() => clock.jump(500), 5);
  clock.setTimeout(() => at.push(clock.now()), 100);
  clock.advance(10);
  expect(clock.now()).toBe(505);
  clock.advance(10);
  expect(at).toEqual([505]);
  expect(clock.now()).toBe(515);
});
