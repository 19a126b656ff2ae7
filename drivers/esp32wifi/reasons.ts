// The firmware's reasons for a failed or lost WiFi connection (wifi_err_reason_t of ESP-IDF), in words.

/** What the names do not say by themselves. */
const HINTS: { [reason: string]: string } = {
  NO_AP_FOUND: 'no such network in range',
  AUTH_FAIL: 'wrong password',
  '4WAY_HANDSHAKE_TIMEOUT': 'wrong password or weak signal',
  BEACON_TIMEOUT: 'signal lost',
  ASSOC_TOOMANY: 'access point is full',
};

/** A reason in words: "AUTH_EXPIRE" as "auth expire". */
export function inWords(reason: any): string {
  return HINTS[reason] || ('' + reason).toLowerCase().split('_').join(' ');
}
