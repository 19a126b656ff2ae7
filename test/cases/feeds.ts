// In which slices the bytes of a row come, and what the peer does behind them.
import type { Script } from '../servers/raw';

export interface Feed {
  slices: string[];
  /** the peer closes behind them */
  fin: boolean;
}

/** Splits a byte string in two. */
export function splitAt(input: string, at: number): string[] {
  return [input.substr(0, at), input.substr(at)];
}

export function splitEvery(input: string, n: number): string[] {
  const slices: string[] = [];
  for (let i = 0; i < input.length; i += n) slices.push(input.substr(i, n));
  return slices;
}

/** a prime: over a long input it meets every place of what repeats itself */
const STRIDE = 97;

/** One byte at a time; of a long input, slices. */
export function bytewise(input: string): string[] {
  return splitEvery(input, input.length > 1000 ? STRIDE : 1);
}

/** In two at a place that chance has chosen, the same one for each seed. */
export function splitBySeed(input: string, seed: number): string[] {
  return splitAt(input, (Math.imul(seed + 1, 2654435761) >>> 8) % (input.length + 1));
}

/** Every position of a short input; of a long one its ends and some in between. */
export function positions(length: number): number[] {
  const all: number[] = [];
  for (let i = 0; i <= length; i++) if (length < 700 || i < 150 || i > length - 50 || i % STRIDE === 0) all.push(i);
  return all;
}

/** By name, for row number `n`. */
export const feeds: { [name: string]: (input: string, n: number) => string[] } = {
  whole: (input) => [input],
  'byte by byte': bytewise,
  'split in two': splitBySeed,
};

/** A server that answers a request with what `feedOf` its path gives. */
export function feeding(feedOf: (path: string) => Feed): Script {
  return async (peer) => {
    const { slices, fin } = feedOf((await peer.head()).split(' ')[1]);
    await peer.sendAll(slices);
    if (fin) peer.fin();
    await peer.gone();
    peer.fin();
  };
}
