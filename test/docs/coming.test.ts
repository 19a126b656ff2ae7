// What docs/api.md tells those who come from Requests, Zerynth or urequests, run at a desk and in the interpreter.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundle } from '../../src/cli/bundle';
import { ROOT, Workshop } from '../cli/workshop';
import { describeEngines, runIn } from '../engine/harness';

let server: Server;
let shop: Workshop;

beforeAll(async () => {
  shop = new Workshop();
  // what it was asked, and with what body
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => (body += text));
    request.on('end', () => {
      if (request.url === '/no') response.statusCode = 404;
      if (request.url === '/moved') response.writeHead(302, { Location: '/' });
      else response.setHeader('Content-Type', 'text/plain');
      if (request.url === '/silent') return;
      const { authorization, cookie, 'content-type': type } = request.headers;
      const told = [request.method, request.url, authorization && atob(authorization.slice(6)), cookie, type, body];
      response.end(JSON.stringify(told.filter((part) => part !== undefined).join(' ')));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  shop.close();
});

const APP = `
var requests = require('requests');
var host = '127.0.0.1:PORT';
var url = 'http://' + host + '/';
function echo(r) { return r.json(); }
function bytes() { return requests.fd.bytes('1,2'); }
function send(options) { return requests.post(url, options).then(echo); }
var asJson = { 'Content-Type': 'application/json' };
var keep = { Connection: 'Keep-Alive' };
var kept;
function again(r) { kept = r.connection !== null; return requests.get(url, { headers: keep, connection: r.connection }); }
function last(r) { r.connection.close(); return kept; }
var steps = [
  function () { return send({ celsius: 21.5 }); },
  function () { return send({ data: { celsius: 21.5 } }); },
  function () { return send({ json: { celsius: 21.5 } }); },
  function () { return send({ data: { celsius: 21.5 }, headers: asJson }); },
  function () { return send({ data: 'a=1', headers: { 'Content-Type': 'x/y' } }); },
  function () { return send({ data: [['a', 1]] }); },
  function () { return send({ params: 'a=1' }); },
  function () { return requests.upload(url, bytes(), null, 'text/csv').then(echo); },
  function () { return requests.upload(url, bytes(), { mime_type: 'text/csv' }).then(echo); },
  function () { return requests.get(url).then(function (r) { return [r.status_code, r.ok, r.status].map(String); }); },
  function () { return requests.get(url + 'no').then(function (r) { return r.raise_for_status(); }).then(String, function (e) { return e.code + ' ' + e.response; }); },
  function () { return requests.get(url).then(function (r) { return r.text(); }); },
  function () { return requests.get(url).then(function (r) { return JSON.parse(r.content); }); },
  function () { return requests.get(url).then(function (r) { return r.headers['Content-Type'] + ' ' + r.headers['content-type']; }); },
  function () { return requests.get(url + 'silent', { timeout: 50 }); },
  function () { return requests.get(url + 'silent', { idle_timeout: 50 }); },
  function () { return requests.get('http://me:pass%20word@' + host + '/', { auth: ['you', 'x'], cookies: { b: 2 } }).then(echo); },
  function () { return requests.get(url, { headers: { Cookie: 'a=1' } }).then(echo); },
  function () { return requests.get(url + 'moved').then(function (r) { return r.status + ' ' + r.headers.location; }); },
  function () { return requests.get(url).then(function (r) { return r.connection; }); },
  function () { return requests.get(url, { headers: keep }).then(again).then(last); },
  function () { return requests.get('http://127.0.0.1:1/').then(String, function (e) { return e instanceof requests.HTTPConnectionError; }); },
];
function next() {
  var step = steps.shift();
  if (step) step().then(tell, function (e) { tell(e.code || 'failed'); });
}
function tell(what) { console.log(JSON.stringify(what)); setTimeout(next, 1); }
require('board').auto_init().then(next, print);
`;

const told = (parsed: string) => [
  '"POST / "',
  '"POST / application/x-www-form-urlencoded celsius=21.5"',
  '"POST / application/json {\\"celsius\\":21.5}"',
  '"POST / application/json celsius=21.5"',
  '"POST / x/y a=1"',
  '"EINVAL"',
  '"EINVAL"',
  '"POST / application/octet-stream 1,2"',
  '"POST / text/csv 1,2"',
  '["undefined","undefined","200"]',
  '"ESTATUS undefined"',
  '"\\"GET / \\""',
  parsed,
  '"undefined text/plain"',
  '"ETIMEDOUT"',
  '"ETIMEDOUT"',
  '"GET / me:pass word "',
  '"GET / a=1 "',
  '"302 /"',
  'null',
  'true',
  'true',
];

const app = (): string => shop.file('app.js', APP.replace('PORT', String((server.address() as AddressInfo).port)));

describe('what newcomers from Requests find', () => {
  it('on board host', async () => {
    app();
    const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
    expect(stdout.trim().split('\n')).toEqual(told('"failed"'));
  });
});

describeEngines('what newcomers from Requests find', (engine) => {
  it('on board linux', async () => {
    const { code } = await bundle({ app: app(), board: 'linux', root: ROOT });
    const { stdout } = await runIn(engine, code);
    // the first byte is a quotation mark
    const lines = stdout.trim().split('\n');
    expect(lines.filter((line) => !line.startsWith('ERROR:'))).toEqual(told('34'));
  });
});
