// toEqual takes [] for [undefined]: here lists of different lengths are different.
(expect as any).addEqualityTesters([
  (a: unknown, b: unknown) => (Array.isArray(a) && Array.isArray(b) && a.length !== b.length ? false : undefined),
]);
