// The firmware's reasons for a failed or lost WiFi connection (wifi_err_reason_t of ESP-IDF), in words.

const WORDS: { [reason: string]: string } = {
  NO_AP_FOUND: 'no such network in range',
  AUTH_FAIL: 'the access point refuses the password',
  AUTH_EXPIRE: 'authentication timed out',
  AUTH_LEAVE: 'the access point ended it',
  ASSOC_EXPIRE: 'association timed out',
  ASSOC_TOOMANY: 'the access point is full',
  ASSOC_LEAVE: 'left the network',
  ASSOC_FAIL: 'the access point refuses to associate',
  '4WAY_HANDSHAKE_TIMEOUT': 'wrong password, or signal too weak',
  HANDSHAKE_TIMEOUT: 'wrong password, or signal too weak',
  BEACON_TIMEOUT: 'signal lost',
};

/** Whether trying again without a change is of no use. */
export function final(reason: string): boolean {
  return reason === 'AUTH_FAIL';
}

/** A reason as the firmware gives it, in words and as given. */
export function inWords(reason: any): string {
  const words = WORDS[reason];
  return words ? words + ' (' + reason + ')' : 'reason ' + reason;
}
