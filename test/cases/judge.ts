// Whether an outcome is what a row asked for.
import type { Outcome, Row } from './row';
import { bodyStart, isRefusal } from './row';

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text && text.length > 300 ? text.substr(0, 300) + '... (' + text.length + ')' : '' + text;
}

function same(a: unknown, b: unknown): boolean {
  const sorted = (v: unknown): unknown =>
    v && typeof v === 'object' && !Array.isArray(v) ? Object.entries(v).sort((x, y) => (x[0] < y[0] ? -1 : 1)) : v;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function judgeRefusal(got: Outcome, want: { error: string; code?: string; phase?: string }): string {
  if (!got.error) return 'wanted ' + show(want) + ', got an answer: ' + show(got);
  const error = want.error === 'any' ? /^(HTTPResponseError|IOError)$/ : new RegExp('^' + want.error + '$');
  if (!error.test(got.error)) return 'wanted ' + want.error + ', got ' + show(got);
  for (const key of ['code', 'phase'] as const)
    if (want[key] !== undefined && got[key] !== want[key]) return key + ': wanted ' + want[key] + ', got ' + show(got);
  return judgeError(got);
}

/** What every error has, whatever it says. */
export function judgeError(got: Outcome): string {
  if (!/^[A-Z][A-Z0-9]+$/.test(got.code || '')) return 'no stable code: ' + show(got);
  if (['url', 'dns', 'connect', 'tls', 'send', 'headers', 'body'].indexOf(got.phase || '') < 0)
    return 'no phase: ' + show(got);
  if (!got.message) return 'no message: ' + show(got);
  return '';
}

/** '' when the outcome fits the row, else what does not. */
export function judge(row: Row, got: Outcome): string {
  const want = row.want;
  if (isRefusal(want)) return judgeRefusal(got, want);
  if (row.orRefused && got.error === 'HTTPResponseError') return judgeError(got);
  if (got.error) return 'wanted an answer, got ' + show(got);
  const body = want.body || '';
  const received = want.received === undefined ? body.length : want.received;
  if (got.status !== want.status) return 'status: wanted ' + want.status + ', got ' + got.status;
  if (want.reason !== undefined && got.reason !== want.reason)
    return 'reason: wanted ' + show(want.reason) + ', got ' + show(got.reason);
  if (want.headers && !same(got.headers, want.headers))
    return 'headers: wanted ' + show(want.headers) + ', got ' + show(got.headers);
  if (got.body !== body) return 'body: wanted ' + show(body) + ', got ' + show(got.body);
  if (got.received !== received) return 'received: wanted ' + received + ', got ' + got.received;
  if (want.total !== undefined && got.total !== want.total) return 'total: wanted ' + want.total + ', got ' + got.total;
  if (want.keepable !== undefined && got.keepable !== want.keepable)
    return 'keepable: wanted ' + want.keepable + ', got ' + got.keepable;
  return judgePieces(row, got);
}

/** Pieces are of exactly stream_chunk bytes, the last one shorter, none empty. */
export function judgePieces(row: Row, got: Outcome): string {
  const size = row.options && row.options.stream_chunk;
  if (!size || !got.pieces) return '';
  const bad = got.pieces.filter((n, i, all) => (i < all.length - 1 ? n !== size : n < 1 || n > size));
  return bad.length ? 'pieces: wanted ' + size + ' each, got ' + show(got.pieces) : '';
}

/** The same for a row of which only the first `cut` bytes came before the peer closed. */
export function judgeCut(row: Row, cut: number, got: Outcome): string {
  if (isRefusal(row.want) || row.orRefused) {
    if (got.error) return judgeError(got);
    if (row.untilClose && cut >= bodyStart(row)) return '';
    return row.orRefused && cut === row.input.length ? '' : 'cut at ' + cut + ': wanted an error, got ' + show(got);
  }
  const start = bodyStart(row);
  if (row.fin && cut >= start)
    return judge({ ...row, want: { ...row.want, body: row.input.substring(start, cut), received: cut - start } }, got);
  const phase = cut < start ? 'headers' : 'body';
  if (got.error !== 'IOError') return 'cut at ' + cut + ': wanted IOError, got ' + show(got);
  if (got.phase !== phase && cut) return 'cut at ' + cut + ': wanted phase ' + phase + ', got ' + show(got);
  return judgeError(got);
}
