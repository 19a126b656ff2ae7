// The head of a request (RFC 9112 sections 2 and 3), as one byte string. What is wrong with it is said before
// anything is sent.
import { invalid } from '../errors';
import { CONTROL, NOT_TOKEN } from '../url';
import type { Target } from '../url';

/** Sent as User-Agent unless the caller gives one. */
export const USER_AGENT = 'espruino-requests/0.1';

/** A head, and what it asks of the connection. */
export interface RequestHead {
  text: string;
  /** the caller asked for a permanent connection */
  keep: boolean;
}

/**
 * Writes the head. `headers` replaces the defaults, whatever the case of the names; null or undefined takes a
 * default away. `length` is that of the body, -1 for none.
 * @throws TypeError (EINVAL)
 */
export function requestHead(method: string, target: Target, headers: any, length: number, type?: string): RequestHead {
  const given: any = {};
  let text = method + ' ' + target.path + ' HTTP/1.1\r\n';
  let value: any;
  let keep = false;
  function add(name: string, content: string | undefined): void {
    if (content !== undefined && !given['.' + name.toLowerCase()]) text += name + ': ' + content + '\r\n';
  }
  if (!method || NOT_TOKEN.test(method)) throw invalid('bad method "' + method + '"');
  if (headers && typeof headers !== 'object') throw invalid('headers must be an object');
  for (const name of Object.keys(headers || given)) {
    const key = '.' + name.toLowerCase();
    value = headers[name];
    if (!name || NOT_TOKEN.test(name)) throw invalid('bad header name ' + JSON.stringify(name));
    if (value !== undefined && value !== null) {
      value = '' + value;
      if (CONTROL.test(value)) throw invalid('control character in header ' + name);
      if (key === '.transfer-encoding' || (key === '.content-length' && value !== '' + length))
        throw invalid(name + ': ' + value + ' does not fit the body, leave it to us');
      if (key === '.connection') keep = value.toLowerCase().indexOf('keep-alive') >= 0;
      text += name + ': ' + value + '\r\n';
    }
    given[key] = 1;
  }
  add('Host', target.authority);
  add('User-Agent', USER_AGENT);
  add('Connection', 'close');
  add('Authorization', target.auth);
  if (length >= 0) add('Content-Length', '' + length);
  add('Content-Type', type);
  return { text: text + '\r\n', keep: keep };
}
