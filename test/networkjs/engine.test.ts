// The firmware's own net, http and dgram over the chip, in the interpreter itself.
import { describeEngines } from '../engine/harness';
import { pattern, serveHttp, serveTcp } from '../w5500/servers';
import { runWired } from './program';

describeEngines('networkjs', (engine) => {
  it('net: a client says something, and hears the answer and the end', async () => {
    const port = await serveTcp((socket) => {
      socket.on('data', (d) => socket.end(`heard ${d}`));
    });
    const lines = await runWired(
      engine,
      `var got = '';
var s = require('net').connect({host: 'api.test', port: ${port}}, function () { print('connected'); s.write('hello'); });
s.on('data', function (d) { got += d; });
s.on('end', function () { print('end'); });
s.on('close', function (bad) { print(got, bad); end(); });`,
    );
    expect(lines).toEqual(['connected', 'end', 'heard hello false']);
  });
});
