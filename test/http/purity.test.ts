// src/http is pure: it knows no socket, no clock and no driver, and the core names no chip and no board.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SRC = join(__dirname, '..', '..', 'src');
const read = (path: string) => readFileSync(join(SRC, path), 'utf8');
const code = (path: string) =>
  read(path)
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\/\/.*/g, '');
const files = (folder: string) => readdirSync(join(SRC, folder)).filter((name) => name.endsWith('.ts'));

it.each(files('http'))('http/%s has no socket and no clock', (name) => {
  expect(code('http/' + name)).not.toMatch(/\b(setTimeout|setInterval|Date|getTime|Promise|require|process|socket)\b/i);
});

it.each(files('http'))('http/%s imports nothing that has', (name) => {
  const imports = [...code('http/' + name).matchAll(/^(?:im|ex)port (type )?[^;]*?from '(.*)'/gm)].filter(
    ([, type]) => !type,
  );
  for (const [, , from] of imports) expect(from).toMatch(/^(\.\/|\.\.\/(errors|engine|url)$)/);
});

it.each(['', 'http/', 'net/'].flatMap((folder) => files(folder).map((name) => folder + name)))(
  '%s names no chip and no board',
  (path) => {
    expect(code(path)).not.toMatch(/esp32|esp8266|w5500|wiznet|pico\b/i);
  },
);
