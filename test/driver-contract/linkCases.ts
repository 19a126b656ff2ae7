// The driver contract: the network is taken down, and is there again.
import { close, connectTo, later, probe } from './probe';
import type { Case, Env, Probe, Test } from './probe';

function needsLink(env: Env): string {
  return env.link ? '' : 'nobody said how to link it again';
}

/** What was seen is told only when the driver is linked again, which the other cases need. */
function linkAgain(t: Test, then: () => void): void {
  t.env.driver.link(t.env.link).then(
    function (info) {
      t.check(info && typeof info.ip === 'string', 'link() answers with the addresses');
      t.check(t.env.driver.is_linked(), 'it is linked again');
      later(t, 3, then);
    },
    function (e) {
      t.check(false, 'it can be linked again: ' + e);
    },
  );
}

/** True for a driver that cannot be taken down: it is excused. */
function takeDown(t: Test, sockets: Probe[]): boolean {
  t.env.driver.unlink();
  if (!t.env.driver.is_linked()) return false;
  sockets.forEach(close);
  t.done('it is always linked');
  return true;
}

export const linkCases: Case[] = [
  {
    name: 'unlink() ends every socket with an error',
    skip: needsLink,
    run: function (t) {
      const open = probe(t);
      const early = probe(t);
      open.gotRoom = function () {
        open.gotRoom = undefined;
        connectTo(t, early, t.env.host, t.env.port);
        if (takeDown(t, [open, early])) return;
        linkAgain(t, function () {
          [open, early].forEach(function (p) {
            const which = p === open ? 'one that is open' : 'one that is about to be';
            t.check(p.closed, which + ' is told of its end');
            t.check(p.error, which + ' is told an error, not an orderly end');
          });
          t.done();
        });
      };
      connectTo(t, open, t.env.host, t.env.port);
    },
  },
  {
    name: 'without a link link_info() throws, and connect() fails',
    skip: needsLink,
    run: function (t) {
      const p = probe(t);
      let thrown: any;
      let told: any;
      if (takeDown(t, [])) return;
      try {
        t.env.driver.link_info();
      } catch (e) {
        told = e;
      }
      // what has no link cannot be asked to answer, so it is given some time: to go down, and to say so
      setTimeout(function () {
        try {
          connectTo(t, p, t.env.host, t.env.port);
        } catch (e) {
          thrown = e;
        }
        setTimeout(function () {
          const err = thrown || p.error;
          if (!err) close(p);
          linkAgain(t, function () {
            t.check(told && told.code === 'ENETDOWN', 'link_info() throws ENETDOWN, not ' + (told && told.code));
            t.check(!thrown || !p.closed, 'thrown or told, not both');
            t.check(err && err.code === 'ENETDOWN', 'connect() fails with ENETDOWN, not ' + (err && err.code));
            t.done();
          });
        }, 100);
      }, 100);
    },
  },
];
