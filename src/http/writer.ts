// The head of a request (RFC 9112 sections 2 and 3), as one byte string.
import { need } from '../errors';
import { CONTROL, NOT_TOKEN } from '../url';
import type { Target } from '../url';

/** Sent as User-Agent unless the caller gives one. */
export const USER_AGENT = 'espruino-requests/0.1';

/**
 * Writes the head. `headers` replaces the defaults, whatever the case of the names; null or undefined takes a
 * default away. `length` is that of the body, -1 for none.
 * @throws TypeError (EINVAL)
 */
export function requestHead(method: string, target: Target, headers: any, length: number, type?: string): string {
  const given: any = {};
  let text = method + ' ' + target._path + ' HTTP/1.1\r\n';
  function add(name: string, value: any): void {
    const key = '.' + name.toLowerCase();
    if (value != null && !given[key]) {
      need(name && !NOT_TOKEN.test(name), 'header name', JSON.stringify(name));
      need(!CONTROL.test('' + value), 'value of header', name);
      // framing is ours
      need(key !== '.transfer-encoding' && (key !== '.content-length' || '' + value === '' + length), 'header', name);
      text += name + ': ' + value + '\r\n';
    }
    given[key] = 1;
  }
  need(method && !NOT_TOKEN.test(method), 'method', method);
  Object.keys(headers).forEach(function (name) {
    add(name, headers[name]);
  });
  add('Host', target._authority);
  add('User-Agent', USER_AGENT);
  add('Connection', 'close');
  add('Authorization', target._auth);
  add('Content-Length', length < 0 ? null : length);
  add('Content-Type', type);
  return text + '\r\n';
}
