// What an earlier build left in a folder.
import { readdirSync, rmSync, statSync } from 'node:fs';

/**
 * Removes the files that are more than a minute older than `first`, the first file that this build wrote. How long the build
 * takes does not matter.
 */
export function sweep(folder, first) {
  const started = statSync(first).mtimeMs - 60000;
  for (const entry of readdirSync(folder, { recursive: true })) {
    const file = `${folder}/${entry}`;
    if (statSync(file).isFile() && statSync(file).mtimeMs < started) rmSync(file);
  }
}
