// `Wifi` as the ESP32 firmware behaves (Espruino behind 2v29, libs/network/esp32), faults included, for interpreters without
// it; with `released`, as the releases up to 2v29 do.
// What a network does goes by its name: "home" works, "slow" takes long over DHCP, "twice" calls back twice, "far" is
// not in range, "weak" takes long to join, "mute" never answers. Names: "sensor.test", "localhost" and "63.test" are
// there, "slow.test" when the test says so, "late.test" when the next name is asked; to ask for "throw.test" throws.
var none = '0.0.0.0';
var ip = none;
var network;
/** joined, with or without an address */
var joined = false;
/** on the way there */
var trying = false;
var callback;
var lookup;
var asked;
var attempt = 0;

function later(f, ms) {
  setTimeout(f, ms);
}

/** The callback of connect(), which is called once. */
function taken() {
  var f = callback;
  callback = undefined;
  return f;
}

function lose(reason, msg) {
  var f = exports.released ? undefined : taken();
  ip = none;
  joined = trying = false;
  exports.emit('disconnected', { ssid: network, mac: '', reason: reason, msg: msg });
  // the event is queued first
  if (f) setTimeout(f, 0, msg);
}

exports.calls = [];
/** names whose addresses lwIP has in memory */
exports.known = ['1'];
exports.failNext = 0;
/** tries that are not answered */
exports.mute = 0;
/** ESP-IDF from 5.5 on: while it tries, esp_wifi_set_config is refused, connect() prints that and has forgotten both callbacks */
exports.firm = false;
/** connect() that fails calls nobody back; getHostByName knows addresses of memory only */
exports.released = false;

exports.connect = function (ssid, options, f) {
  var mine;
  var was = joined;
  if (typeof ssid !== 'string') throw new Error('No SSID provided');
  if (typeof options !== 'object' || options === null) throw new Error('Expecting Object');
  if (options.password !== undefined && typeof options.password !== 'string')
    throw new Error('Expecting options.password to be a string');
  exports.calls.push('connect ' + ssid);
  if (exports.firm && trying) {
    callback = undefined;
    return;
  }
  network = ssid;
  mine = ++attempt;
  callback = f;
  ip = none;
  joined = false;
  trying = true;
  if (ssid === 'mute' || exports.mute-- > 0) return;
  later(
    function () {
      if (mine !== attempt) return;
      if (ssid === 'far') lose('201', 'NO_AP_FOUND');
      else if (options.password !== 'secret') lose('202', 'AUTH_FAIL');
      else if (exports.failNext > 0) {
        exports.failNext--;
        lose('200', 'BEACON_TIMEOUT');
      } else {
        joined = true;
        trying = false;
        exports.emit('associated', { ssid: ssid });
        later(
          function () {
            if (mine !== attempt) return;
            var told = taken();
            ip = '192.168.7.2';
            if (told) told(null);
            exports.emit('connected', { ip: ip, netmask: '255.255.255.0', gw: '192.168.7.1' });
            if (ssid === 'twice' && f) later(f, 1);
          },
          ssid === 'slow' ? 90 : 1,
        );
      }
    },
    ssid === 'weak' ? 40 : was ? 2 : 4,
  );
};

exports.disconnect = function (f) {
  exports.calls.push('disconnect');
  attempt++;
  trying = false;
  // who has not joined gets no event, and his callback is never called
  if (joined) lose('8', 'ASSOC_LEAVE');
  else ip = none;
  if (f) f();
};

exports.getIP = function (f) {
  var info = { ip: ip, netmask: '255.255.255.0', gw: '192.168.7.1', mac: '24:0a:c4:00:00:01' };
  if (f) f(null, info);
  return info;
};

var NAMES = { 'sensor.test': '127.0.0.1', localhost: '127.0.0.1', '63.test': '127.0.0.63', 1: '0.0.0.1' };

exports.getHostByName = function (name, f) {
  exports.calls.push('lookup ' + name);
  if (typeof name !== 'string') throw new Error('Hostname parameter is not a string');
  if (exports.released) {
    // what has been looked up since the start, and what need not be; queued like an event, before any timer
    Promise.resolve(exports.known.indexOf(name) < 0 ? null : '80.173.251.63').then(f);
    return;
  }
  if (name === 'throw.test') throw new Error('Out of luck');
  // a lookup that has not been answered loses its callback to the new one
  if (lookup && asked === 'late.test') later(lookup, 1);
  lookup = f;
  asked = name;
  if (name !== 'slow.test' && name !== 'late.test')
    later(function () {
      exports.answer(NAMES[name] || null);
    }, 5);
};

/** What DNS says; whom it tells is not asked. */
exports.answer = function (found) {
  var f = lookup;
  lookup = undefined;
  if (f) f(found);
};

/** The access point is switched off; it takes `times` vain tries to come back. */
exports.drop = function (times) {
  exports.failNext = times;
  lose('200', 'BEACON_TIMEOUT');
};
