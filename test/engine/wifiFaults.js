// Runs in the interpreter over wifiStandIn.js: what a WiFi network and a careless program do to the driver. The test
// replaces PORT (a server that answers at once), SILENT (one that never answers), HANGUP (one that hangs up),
// ABSENT (one that does so at once) and FLOOD (one that says a lot).
/* global driver, requests, wifi, waits:writable, haste:writable, pending, PORT, SILENT, HANGUP, ABSENT, FLOOD */
var HOME = { ssid: 'home', password: 'secret' };
var FOREVER = { timeout: 0, idle_timeout: 0 };
var steps = [];

function tell(what) {
  print('#' + what);
}

function next() {
  var step = steps.shift();
  wifi.calls = [];
  // a turn of its own; the wait is for callbacks that come late
  if (step)
    setTimeout(function () {
      tell('- ' + step[0]);
      step[1]();
    }, 10);
}

function result(promise, then) {
  promise.then(
    function (v) {
      tell(v.ip || v.status || v);
      if (then) then();
    },
    function (e) {
      tell([e.name, e.code, e.phase, e.message].join(' | '));
      if (then) then();
    },
  );
}

function calls() {
  tell('calls: ' + wifi.calls.join(', '));
  next();
}

function whenLinked(then) {
  var t = setInterval(function () {
    if (!driver.is_linked()) return;
    clearInterval(t);
    then();
  }, 3);
}

function get(path, options) {
  return requests.get('http://' + path + '/', options);
}

function add(name, run) {
  steps.push([name, run]);
}

add('bad options', function () {
  var bad = [
    undefined,
    null,
    'home',
    {},
    { ssid: 5 },
    { ssid: '' },
    { ssid: '123456789012345678901234567890123' },
    { ssid: 'home', password: 12345678 },
    { ssid: 'home', password: null },
    { ssid: 'home', password: '12345678901234567890123456789012345678901234567890123456789012345' },
    { ssid: 'home', password: 'secret', timeout: -1 },
    { ssid: 'home', password: 'secret', timeout: 'unlimited' },
    { ssid: 'home', password: 'secret', timeout: Infinity },
  ];
  var codes = [];
  function more() {
    if (bad.length) driver.link(bad.shift()).then(more, add);
    else {
      tell(codes.join(' '));
      calls();
    }
  }
  function add(e) {
    codes.push(e.code);
    more();
  }
  more();
});

add('a name and a password as long as they may be', function () {
  var eight = '12345678';
  var long = eight + eight + eight + eight;
  result(driver.link({ ssid: long, password: long + long }), calls);
});

add('what it can do', function () {
  tell(JSON.stringify(driver.capabilities));
  next();
});

add('link twice: the latter counts, and is kept up', function () {
  result(driver.link({ ssid: 'mute', timeout: 9000 }));
  result(driver.link(HOME), function () {
    // long after the former has given up
    setTimeout(function () {
      wifi.drop(0);
      whenLinked(calls);
    }, 250);
  });
});

add('link to where it is already does nothing', function () {
  result(driver.link(HOME), calls);
});

add('link to where it was, before it is back, tries at once', function () {
  wifi.drop(0);
  setTimeout(function () {
    result(driver.link(HOME), calls);
  }, 2);
});

add('a link is lost when the firmware says so, whatever address it still has', function () {
  // it comes back after the second loss, even on a busy machine
  haste = 0.1;
  wifi.emit('disconnected', { msg: 'AUTH_EXPIRE' });
  setTimeout(function () {
    result(driver.gethostbyname('sensor.test'));
    haste = 50;
    wifi.emit('disconnected', { msg: '4WAY_HANDSHAKE_TIMEOUT' });
    setTimeout(function () {
      result(driver.gethostbyname('sensor.test'), function () {
        whenLinked(calls);
      });
    }, 2);
  }, 2);
});

add('a link that somebody else has brought back is left alone', function () {
  // the driver waits 150 ms or more: even on a busy machine the link is back before
  haste = 1;
  wifi.drop(0);
  wifi.connect('home', HOME);
  setTimeout(function () {
    haste = 50;
    calls();
  }, 2000);
});

add('a try to reconnect that is never answered is not the last', function () {
  wifi.mute = 1;
  wifi.drop(0);
  whenLinked(calls);
});

add('another loss while link() waits is not the end of its patience', function () {
  waits = [];
  result(driver.link({ ssid: 'mute', timeout: 7000 }), function () {
    result(driver.link(HOME), calls);
  });
  tell(waits[0]);
  // of the network before, and of this one, by disconnect()
  wifi.emit('disconnected', { ssid: 'home', reason: '200', msg: 'BEACON_TIMEOUT' });
  wifi.emit('disconnected', { ssid: 'mute', reason: '8', msg: 'ASSOC_LEAVE' });
});

add('a try whose failure is told by an event only', function () {
  wifi.released = true;
  result(driver.link({ ssid: 'far' }), function () {
    result(driver.link({ ssid: 'home', password: 'wrong' }), function () {
      result(driver.link(HOME), function () {
        wifi.drop(2);
        whenLinked(function () {
          wifi.released = false;
          calls();
        });
      });
    });
  });
});

add('a firmware that takes no other network while it is on its way to one', function () {
  wifi.firm = true;
  result(driver.link({ ssid: 'weak', password: 'secret', timeout: 1 }), function () {
    result(driver.link({ ssid: 'home', password: 'secret', timeout: 8000 }), function () {
      wifi.firm = false;
      result(driver.link(HOME), calls);
    });
    setTimeout(function () {
      tell(wifi.getIP().ip + ' ' + driver.is_linked());
    }, 100);
  });
});

add('callbacks that come twice', function () {
  result(driver.link({ ssid: 'twice', password: 'secret' }), function () {
    setTimeout(function () {
      tell(driver.is_linked());
      calls();
    }, 30);
  });
});

add('options that are used again for another network', function () {
  var o = { ssid: 'home', password: 'secret' };
  result(driver.link(o), function () {
    o.ssid = 'twice';
    result(driver.link(o), function () {
      o.password = '';
      wifi.drop(0);
      whenLinked(calls);
    });
  });
});

add('unlink during link', function () {
  result(driver.link(HOME), function () {
    setTimeout(function () {
      tell(driver.is_linked());
      calls();
    }, 30);
  });
  driver.unlink();
});

add('link behind unlink is not taken for lost', function () {
  driver.link(HOME).then(function () {
    driver.unlink();
    tell(driver.is_linked());
    result(driver.link(HOME), calls);
  });
});

add('an address that takes its time is waited for', function () {
  wifi.drop(0);
  driver.unlink();
  result(driver.link({ ssid: 'slow', password: 'secret' }), function () {
    wifi.drop(0);
    whenLinked(calls);
  });
});

add('the waits between tries double, with jitter', function () {
  result(driver.link(HOME), function () {
    var first;
    waits = [];
    // what every board would take for chance after its start
    E.srand(1);
    first = 750 + Math.random() * 500;
    E.srand(1);
    wifi.drop(6);
    whenLinked(function () {
      waits = waits.filter(function (ms) {
        return ms > 100 && ms !== 30000;
      });
      tell(
        waits.length +
          ' ' +
          waits.map(function (ms, i) {
            return Math.floor((ms / (1000 << Math.min(i, 5))) * 2) === 2;
          }),
      );
      tell(
        waits.some(function (ms) {
          return ms % 1000;
        }),
      );
      tell(Math.abs(waits[0] - first) > 1e-6);
      wifi.calls = wifi.calls.slice(-1);
      calls();
    });
  });
});

add('listeners do not pile up', function () {
  tell([].concat(wifi['#onconnected'], wifi['#ondisconnected']).length);
  next();
});

add('a lost link ends what is open at once', function () {
  result(get('127.0.0.1:SILENT', FOREVER), function () {
    whenLinked(next);
  });
  setTimeout(function () {
    wifi.drop(0);
  }, 20);
});

add('an owner that links again at once gets an answer', function () {
  var socket = driver.connect(
    { host: '127.0.0.1', port: SILENT },
    {
      onData: tell,
      onWritable: function () {
        socket.events.onWritable = function () {};
        wifi.drop(0);
      },
      onClose: function (e) {
        tell(e.code);
        result(driver.link({ ssid: 'mute', timeout: 500 }), function () {
          result(driver.link(HOME), next);
        });
      },
    },
  );
});

/** A connection whose end is the time for `then`. */
function whenEnded(then) {
  driver.connect({ host: '127.0.0.1', port: SILENT }, { onData: tell, onWritable: function () {}, onClose: then });
}

add('an owner that links because link() ended his connection is told that the latter goes on', function () {
  whenEnded(function () {
    result(driver.link(HOME));
  });
  result(driver.link({ ssid: 'twice', password: 'secret' }), calls);
});

add('an owner that links because unlink() ended his connection gets his link', function () {
  whenEnded(function () {
    result(driver.link(HOME), calls);
  });
  driver.unlink();
});

add('a name that is not there, and no answer to the question whether that is true', function () {
  var ask = wifi.getHostByName;
  wifi.getHostByName = function (name, f) {
    if (name !== '1') ask(name, f);
  };
  result(driver.gethostbyname('nobody.test'), function () {
    wifi.getHostByName = ask;
    calls();
  });
});

add('a name that is not there', function () {
  result(driver.gethostbyname('nobody.test'), calls);
});

add('unlink ends what is open, being looked up, and being asked', function () {
  var n = 3;
  function one() {
    if (!--n)
      result(driver.link(HOME), function () {
        wifi.answer(null);
        next();
      });
  }
  result(get('127.0.0.1:SILENT', FOREVER), one);
  result(get('slow.test:PORT', FOREVER), one);
  result(driver.gethostbyname('slow.test'), one);
  setTimeout(driver.unlink, 20);
});

add('a late answer is not given to another name', function () {
  result(get('slow.test:PORT', { timeout: 500 }), function () {
    result(get('sensor.test:PORT'), calls);
    setTimeout(function () {
      wifi.answer('192.0.2.1');
    }, 20);
  });
});

add('names that nobody waits for any more are not looked up', function () {
  var n = 3;
  function one() {
    if (!--n) {
      wifi.answer(null);
      setTimeout(calls, 10);
    }
  }
  result(get('slow.test:PORT', { timeout: 500 }), one);
  result(get('a.test:PORT', { timeout: 500 }), one);
  result(get('b.test:PORT', { timeout: 500 }), one);
});

add('one that is closed while its name is looked up is not connected', function () {
  var socket = driver.connect({ host: 'slow.test', port: SILENT }, {});
  socket.close();
  wifi.answer('127.0.0.1');
  tell(socket.phase);
  next();
});

add('an answer that never comes is given up, and the next name asked', function () {
  result(driver.gethostbyname('slow.test'));
  result(driver.gethostbyname('sensor.test'), calls);
});

add('an answer that comes when it is given up is no answer to the next name', function () {
  result(driver.gethostbyname('late.test'));
  result(driver.gethostbyname('sensor.test'), calls);
});

add('an answer leaves no timer behind', function () {
  result(driver.gethostbyname('sensor.test'), function () {
    tell(pending());
    next();
  });
});

add('an address does not wait for a name', function () {
  var p = driver.gethostbyname('slow.test');
  result(get('127.0.0.1:PORT'), function () {
    result(p, next);
    wifi.answer('192.0.2.9');
  });
});

add('a lookup that throws is over', function () {
  var called = 0;
  waits = [];
  result(driver.gethostbyname('throw.test'));
  driver.connect(
    { host: 'throw.test', port: PORT },
    {
      onClose: function (e) {
        called++;
        tell(e.code + ' ' + e.phase);
      },
    },
  );
  tell('called: ' + called);
  result(driver.gethostbyname('sensor.test'), function () {
    tell('called: ' + called);
    // none of the two was told only when patience was at its end
    tell(
      waits.filter(function (ms) {
        return !ms;
      }).length > 1,
    );
    calls();
  });
});

add('numbers that are no address are looked up, not cut', function () {
  result(driver.gethostbyname('1.127.0.0.1'));
  result(get('127.0.0.257:PORT'), calls);
});

add('no name at all', function () {
  result(driver.gethostbyname(undefined), function () {
    result(driver.gethostbyname(''), next);
  });
});

add('refused: thrown, and nothing is called', function () {
  try {
    driver.connect(
      { host: '127.0.0.1', port: 1 },
      {
        onClose: function () {
          tell('called');
        },
      },
    );
  } catch (e) {
    tell(e.code + ' ' + e.phase);
  }
  setTimeout(next, 10);
});

add('no memory for TLS is called that', function () {
  result(requests.get('https://127.0.0.1:PORT/', { ctx: { verify: false } }), next);
});

add('a server that hangs up in the middle of a request', function () {
  var left = 20000;
  var body = {
    size: function () {
      return 20000;
    },
    read: function (n) {
      n = Math.min(n, left);
      left -= n;
      return 'x'.repeat(n);
    },
  };
  requests.upload('http://127.0.0.1:HANGUP/', body).then(tell, function (e) {
    tell(e.name + ' ' + !!e.code + ' ' + !!e.phase);
    next();
  });
});

add('a server that hangs up before anything was said', function () {
  var socket = driver.connect(
    { host: '127.0.0.1', port: ABSENT },
    {
      onData: tell,
      onWritable: tell,
      onClose: function (e) {
        tell([e.code, e.phase, e.message, socket.phase].join(' | '));
        next();
      },
    },
  );
  // the firmware looks at it next when it is closed already
  var t = Date.now() + 100;
  while (Date.now() < t);
});

add('no room while a piece is on its way', function () {
  var offers = 0;
  var socket = driver.connect(
    { host: '127.0.0.1', port: SILENT },
    {
      onWritable: function () {
        if (++offers > 1) {
          tell(offers);
          socket.close();
          next();
        } else {
          socket.write('x');
          socket.resume();
          tell(offers);
        }
      },
    },
  );
});

add('no room once the firmware has closed it, before it says so', function () {
  var asked = 0;
  var late = false;
  var first = driver.connect(
    { host: '127.0.0.1', port: HANGUP },
    {
      onWritable: function () {
        try {
          if (late) first.write('y');
        } catch (e) {
          tell(e.message);
        }
      },
      onClose: function () {
        second.close();
        next();
      },
    },
  );
  var second = driver.connect(
    { host: '127.0.0.1', port: PORT },
    {
      // the other one is looked at before, in the same pass
      onData: function () {
        late = true;
        first.resume();
      },
      onWritable: function () {
        var t = Date.now() + 100;
        if (asked++) while (Date.now() < t);
        else {
          first.write('x');
          second.write('GET / HTTP/1.0\r\n\r\n');
        }
      },
      onClose: function () {},
    },
  );
});

add('one whose listener the firmware took away is closed all the same', function () {
  var socket;
  var taken;
  function takeAway(raw) {
    // as it does where memory ran out; what comes from now on is kept. Releases before 2v29 hand over what they have
    if (taken) return;
    taken = 1;
    delete raw['#ondata'];
    setTimeout(function () {
      tell(raw.dRcv.length > 0);
      raw['#onclose'] = function () {
        tell('gone');
        next();
      };
      socket.close();
    }, 100);
  }
  socket = driver.connect(
    { host: '127.0.0.1', port: FLOOD },
    {
      onWritable: function () {},
      sink: function () {
        takeAway(this);
      },
    },
  );
});

add('one that is closed twice takes no other along', function () {
  var sockets = [0, 1].map(function (n) {
    return driver.connect(
      { host: '127.0.0.1', port: SILENT },
      {
        onWritable: function () {},
        onClose: function (e) {
          tell(n + ' ' + e.code);
        },
      },
    );
  });
  sockets[0].close();
  sockets[0].close();
  wifi.drop(0);
  whenLinked(next);
});

add('an owner that closes another one when it is told', function () {
  var sockets = [0, 1, 2].map(function (n) {
    return driver.connect(
      { host: '127.0.0.1', port: SILENT },
      {
        onWritable: function () {},
        onClose: function (e) {
          tell(n + ' ' + e.code);
          sockets[1].close();
        },
      },
    );
  });
  wifi.drop(0);
  whenLinked(next);
});

add('an address that ends like a pointer', function () {
  result(driver.gethostbyname('63.test'), calls);
});

add('unlink, and all is quiet', function () {
  driver.unlink();
  waits = [];
  wifi.calls = [];
  setTimeout(function () {
    tell('waits: ' + waits.join() + ', left: ' + pending());
    calls();
  }, 50);
});

add('end', function () {});

next();
