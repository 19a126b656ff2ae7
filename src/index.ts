// The public page: exports only.
export { get, post, put, patch, delete, head, options, request } from './requests';
export { upload, fd } from './upload';
export { Response } from './response';
export { HTTPError, HTTPConnectionError, HTTPResponseError, IOError } from './errors';
export type { Pairs, RequestOptions, UploadOptions } from './requests';
export type { ResponseHeaders } from './response';
export type { TlsContext } from './net/driver';
export type { Connection } from './connection';
export type { Source } from './fd';
export type { StreamCallback } from './model';
export type { Phase, RequestError, ErrorClass } from './errors';
