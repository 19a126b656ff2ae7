// `Wifi` as the ESP32 firmware behaves, faults included, for interpreters without it.
// What a network does goes by its name: "home" works, "far" is not in range, "mute" never answers.
var ip = '0.0.0.0';
var busy = false;
var joined = 0;

function later(f, ms) {
  setTimeout(f, ms);
}

function lose(reason, msg) {
  ip = '0.0.0.0';
  exports.emit('disconnected', { ssid: 'home', mac: '', reason: reason, msg: msg });
}

exports.calls = [];
exports.failNext = 0;

exports.connect = function (ssid, options, callback) {
  if (options === null) throw new Error('Expecting options object');
  exports.calls.push('connect ' + ssid);
  joined++;
  if (ssid === 'mute') return;
  later(function () {
    if (ssid === 'far') {
      callback('NO_AP_FOUND');
      lose('201', 'NO_AP_FOUND');
    } else if (options.password !== 'secret') {
      callback('AUTH_FAIL');
      lose('202', 'AUTH_FAIL');
    } else if (exports.failNext > 0) {
      exports.failNext--;
      callback('BEACON_TIMEOUT');
      lose('200', 'BEACON_TIMEOUT');
    } else {
      ip = '192.168.7.2';
      exports.emit('associated', { ssid: ssid });
      exports.emit('connected', { ip: ip, netmask: '255.255.255.0', gw: '192.168.7.1' });
      callback(null);
    }
  }, 5);
};

exports.disconnect = function (callback) {
  exports.calls.push('disconnect');
  lose('8', 'ASSOC_LEAVE');
  // the firmware does call back twice
  callback();
  later(callback, 2);
};

exports.getIP = function (callback) {
  var info = { ip: ip, netmask: '255.255.255.0', gw: '192.168.7.1', mac: '24:0a:c4:00:00:01' };
  if (callback) callback(null, info);
  return info;
};

exports.getHostByName = function (name, callback) {
  if (busy) throw new Error('Unable to start a lookup while one is running');
  busy = true;
  exports.calls.push('lookup ' + name);
  later(function () {
    busy = false;
    callback(name === 'sensor.test' ? '127.0.0.1' : null);
  }, 5);
};

exports.setHostname = function (name, callback) {
  exports.calls.push('hostname ' + name);
  callback();
};

/** The access point is switched off; it takes `times` vain tries to come back. */
exports.drop = function (times) {
  exports.failNext = times;
  lose('200', 'BEACON_TIMEOUT');
};
