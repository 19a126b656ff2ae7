import * as registry from '../../src/net/registry';
import type { NetDriver } from '../../src/net/driver';

function fake(name: string): NetDriver {
  return { name, connect: () => ({}) } as unknown as NetDriver;
}

const a = fake('a');
const b = fake('b');
afterEach(() => registry.list().forEach((name) => registry.unregister(name)));

it('the first driver is the default until another is used', () => {
  registry.register(a);
  registry.register(b);
  expect(registry.get()).toBe(a);
  registry.use('b');
  expect(registry.get()).toBe(b);
  expect(registry.get('a')).toBe(a);
  expect(registry.list()).toEqual(['a', 'b']);
});

it('a driver can be registered as the default', () => {
  registry.register(a);
  registry.register(b, { default: true });
  expect(registry.get()).toBe(b);
});

it('{default: false} is no default', () => {
  registry.register(a);
  registry.register(b, { default: false });
  expect(registry.get()).toBe(a);
});

it('a second driver of the same name is refused', () => {
  registry.register(a);
  const refused = { code: 'EINVAL', message: 'net driver "a" is registered already' };
  expect(() => registry.register(fake('a'))).toThrow(expect.objectContaining(refused));
  expect(registry.get()).toBe(a);
  expect(() => registry.register(fake('a'), { default: true })).toThrow();
  expect(registry.list()).toEqual(['a']);
});

it('an unknown name is refused, and says what there is', () => {
  registry.register(a);
  registry.register(b);
  for (const call of [() => registry.get('x'), () => registry.use('x'), () => registry.unregister('x')])
    expect(call).toThrow(expect.objectContaining({ code: 'ENODRIVER', message: 'no net driver "x", there is: a, b' }));
  expect(registry.get()).toBe(a);
});

it('no driver at all', () => {
  expect(registry.list()).toEqual([]);
  expect(() => registry.get()).toThrow(
    expect.objectContaining({ code: 'ENODRIVER', message: expect.stringMatching(/\S/) }),
  );
  expect(() => registry.get('x')).toThrow(/none/);
});

it('the default can be removed', () => {
  registry.register(a);
  registry.register(b);
  registry.unregister('a');
  expect(registry.get()).toBe(b);
  registry.unregister('b');
  expect(() => registry.get()).toThrow();
  registry.register(a);
  expect(registry.get()).toBe(a);
});

it('another than the default can be removed', () => {
  registry.register(a);
  registry.register(b);
  registry.unregister('b');
  expect(registry.get()).toBe(a);
  registry.register(b, { default: true });
  registry.register(fake('c'));
  registry.unregister('c');
  expect(registry.get()).toBe(b);
});

it.each([
  undefined,
  null,
  {},
  { name: 'x' },
  { connect() {} },
  { name: '', connect() {} },
  { name: 5, connect() {} },
  { name: ['x'], connect() {} },
  { name: 'x', connect: 5 },
  { name: 'x', connect: {} },
  'x',
])('%j is no driver', (thing: any) => {
  const refused = { code: 'EINVAL', message: expect.stringMatching(/driver/) };
  expect(() => registry.register(thing)).toThrow(expect.objectContaining(refused));
  expect(registry.list()).toEqual([]);
});

it('the list is a copy', () => {
  registry.register(a);
  registry.list().push('x');
  expect(registry.list()).toEqual(['a']);
});

it('odd names are only names', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    expect(() => registry.get(name)).toThrow();
    registry.register(fake(name));
    expect(registry.get(name).name).toBe(name);
  }
});
