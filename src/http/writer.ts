// The head of a request (RFC 9112 sections 2 and 3), as one byte string.
import { need } from '../errors';
import { CONTROL, NOT_TOKEN, textOf } from '../url';
import type { Target } from '../url';

/** Sent as User-Agent unless the caller gives one. */
export const USER_AGENT = 'espruino-requests/0.1';

/**
 * Writes the head. `headers` replaces the defaults, whatever the case of the names; null or undefined takes a
 * default away, but neither Host nor Content-Length. `length` is that of the body, -1 for none.
 * @throws TypeError (EINVAL)
 */
export function requestHead(method: string, target: Target, headers: any, length: number, type?: string): string {
  /** by name, lower case, behind a dot that keeps it off the prototype */
  const lines: any = {};
  const defaults = {
    Host: target._authority,
    'User-Agent': USER_AGENT,
    Connection: 'close',
    Authorization: target._auth,
    'Content-Length': length < 0 ? undefined : length,
    'Content-Type': type,
  };
  need(method && !NOT_TOKEN.test(method), 'method', method);
  [defaults, headers].forEach(function (fields) {
    Object.keys(fields).forEach(function (name) {
      const key = '.' + name.toLowerCase();
      let value = fields[name];
      if (value != null) {
        need(name && !NOT_TOKEN.test(name), 'header name', JSON.stringify(name));
        value = textOf(value, 'value of header', name, CONTROL);
        // framing is ours
        need(
          key !== '.transfer-encoding' && (key !== '.content-length' || value === '' + length),
          'header',
          name + ': ' + value,
        );
        lines[key] = name + ': ' + value + '\r\n';
      } else if (key !== '.host' && key !== '.content-length') delete lines[key];
    });
  });
  return method + ' ' + target._path + ' HTTP/1.1\r\n' + Object.values(lines).join('') + '\r\n';
}
