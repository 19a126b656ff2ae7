// The head of a request (RFC 9112 sections 2 and 3), as one byte string.
import { need } from '../errors';
import { CONTROL, NOT_TOKEN } from '../url';
import type { Target } from '../url';

/** Sent as User-Agent unless the caller gives one. */
export const USER_AGENT = 'espruino-requests/0.1';

interface Begun {
  _text: string;
  /** names so far, lower case, behind a dot that keeps them off the prototype */
  _names: any;
}

// neither inside `requestHead`: a function that its own scope holds is garbage that only a collection frees
function add(head: Begun, name: string, value: any): void {
  const key = '.' + name.toLowerCase();
  if (value != null && !head._names[key]) head._text += name + ': ' + value + '\r\n';
  // nobody takes away what frames the message
  if (value != null || !/^.(host|content-length)$/.test(key)) head._names[key] = 1;
}

/** A field of the caller's. */
function check(name: string, value: string, length: number): void {
  need(name && !NOT_TOKEN.test(name), 'header name', JSON.stringify(name));
  need(!CONTROL.test(value), 'value of header', name);
  // framing is ours
  name = name.toLowerCase();
  need(
    name !== 'transfer-encoding' && (name !== 'content-length' || value === '' + length),
    'header',
    name + ': ' + value,
  );
}

/**
 * Writes the head. `headers` replaces the defaults, whatever the case of the names; null or undefined takes a
 * default away, but neither Host nor Content-Length. `length` is that of the body, -1 for none.
 * @throws TypeError (EINVAL)
 */
export function requestHead(method: string, target: Target, headers: any, length: number, type?: string): string {
  const head: Begun = { _text: method + ' ' + target._path + ' HTTP/1.1\r\n', _names: {} };
  need(method && !NOT_TOKEN.test(method), 'method', method);
  Object.keys(headers).forEach(function (name) {
    let value = headers[name];
    if (value != null) {
      // once: the next time it might be another
      value = '' + value;
      check(name, value, length);
    }
    add(head, name, value);
  });
  if (type) check('Content-Type', type, length);
  add(head, 'Host', target._authority);
  add(head, 'User-Agent', USER_AGENT);
  add(head, 'Connection', 'close');
  add(head, 'Authorization', target._auth);
  add(head, 'Content-Length', length < 0 ? null : length);
  add(head, 'Content-Type', type);
  return head._text + '\r\n';
}
