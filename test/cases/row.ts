// What a row of the response table is. Inputs are byte strings: each character is one byte, 0 to 255.

export interface Refusal {
  /** 'any': HTTPResponseError or IOError, where both are true */
  error: 'HTTPResponseError' | 'IOError' | 'any';
  code?: string;
  phase?: string;
}

export interface Answer {
  status: number;
  reason?: string;
  /** all of them, exactly */
  headers?: { [name: string]: string | string[] };
  /** byte string; default '' */
  body?: string;
  /** default: the length of `body` */
  received?: number;
  total?: number;
  /** whether the connection may be used again; unset: not looked at */
  keepable?: boolean;
}

export interface RowOptions {
  max_headers?: number;
  max_content?: number;
  keep_headers?: string[];
  /** stream the body in pieces of this size */
  stream_chunk?: number;
  /** the Connection header of the request, '' for none; default 'keep-alive' */
  connection?: string;
}

export interface Row {
  name: string;
  /** default GET */
  method?: string;
  /** the answer byte for byte, up to its own end */
  input: string;
  /** what comes behind that end and belongs to nobody */
  surplus?: string;
  /** the peer closes after `input`: the end of the body, or what breaks it */
  fin?: boolean;
  /** a row to be refused whose body would end with the connection, were it shorter */
  untilClose?: boolean;
  options?: RowOptions;
  want: Answer | Refusal;
  /** the RFC allows both: what is wanted, or a refusal; but the same however the bytes are split */
  orRefused?: boolean;
}

/** What became of a row, in a form that both a test and the interpreter can print. */
export interface Outcome {
  status?: number;
  reason?: string;
  headers?: { [name: string]: string | string[] };
  /** byte string; streamed pieces joined */
  body?: string;
  /** the lengths of the streamed pieces */
  pieces?: number[];
  received?: number;
  total?: number;
  keepable?: boolean;
  error?: string;
  code?: string;
  phase?: string;
  message?: string;
}

export const CRLF = '\r\n';

/** Lines, then the empty line. */
export function head(...lines: string[]): string {
  return lines.join(CRLF) + CRLF + CRLF;
}

/** A 200 with these header lines, then the empty line. */
export function ok(...lines: string[]): string {
  return head('HTTP/1.1 200 OK', ...lines);
}

/** A 200 with this body and its right length. */
export function sized(body: string, ...lines: string[]): string {
  return ok(...lines, 'Content-Length: ' + body.length) + body;
}

/** A 200 in chunked coding; `rest` is the chunk lines themselves. */
export function chunked(rest: string, ...lines: string[]): string {
  return ok(...lines, 'Transfer-Encoding: chunked') + rest;
}

export function isRefusal(want: Answer | Refusal): want is Refusal {
  return 'error' in want;
}

/** Where the final head of a row ends, i.e. where its body starts, as the row's author counted it. */
export function bodyStart(row: Row): number {
  let at = 0;
  const status = isRefusal(row.want) ? 0 : row.want.status;
  for (;;) {
    while (row.input.charAt(at) === '\r' || row.input.charAt(at) === '\n') at++;
    const crlf = row.input.indexOf('\r\n\r\n', at);
    const lf = row.input.indexOf('\n\n', at);
    const mixed = row.input.indexOf('\n\r\n', at);
    const ends = [crlf < 0 ? -1 : crlf + 4, lf < 0 ? -1 : lf + 2, mixed < 0 ? -1 : mixed + 3].filter((n) => n > 0);
    if (!ends.length) return row.input.length;
    const code = +row.input.substr(at + 9, 3);
    at = Math.min(...ends);
    if (code === status || !(code >= 100 && code < 200)) return at;
  }
}
