// Registers of the W5500 by their names in the datasheet (1.0.9: common block p. 32-44, socket block p. 45-57).

/** Common registers. */
export const enum Reg {
  MR = 0x00,
  GAR = 0x01,
  SHAR = 0x09,
  INTLEVEL = 0x13,
  SIMR = 0x18,
  RTR = 0x19,
  RCR = 0x1b,
  PHYCFGR = 0x2e,
  VERSIONR = 0x39,
}

/** Values in common registers. */
export const enum Bit {
  /** MR, PHYCFGR */
  RST = 0x80,
  PHY_OPMD = 0x40,
  PHY_LNK = 0x01,
  VERSION = 0x04,
}

/** Socket registers. */
export const enum Sn {
  MR = 0x00,
  CR = 0x01,
  IR = 0x02,
  SR = 0x03,
  PORT = 0x04,
  DIPR = 0x0c,
  DPORT = 0x10,
  MSSR = 0x12,
  RXBUF_SIZE = 0x1e,
  TX_FSR = 0x20,
  TX_WR = 0x24,
  RX_RSR = 0x26,
  RX_RD = 0x28,
  RX_WR = 0x2a,
  KPALVTR = 0x2f,
}

/** Sn_MR. ND: every segment is acknowledged at once, and not only after RTR. */
export const enum Mode {
  TCP = 0x21,
  UDP = 0x02,
}

/** Sn_MSSR: the largest value, and that after a reset (datasheet p. 53) */
export const enum Mss {
  TCP = 1460,
  UDP = 1472,
}

/** Sn_CR */
export const enum Cr {
  OPEN = 0x01,
  LISTEN = 0x02,
  CONNECT = 0x04,
  DISCON = 0x08,
  CLOSE = 0x10,
  SEND = 0x20,
  RECV = 0x40,
}

/** Sn_IR */
export const enum Ir {
  CON = 0x01,
  RECV = 0x04,
  TIMEOUT = 0x08,
  SEND_OK = 0x10,
  ALL = 0x1f,
}

/** Sn_SR; any other value is on its way to one of these */
export const enum Sr {
  CLOSED = 0x00,
  INIT = 0x13,
  LISTEN = 0x14,
  SYNSENT = 0x15,
  ESTABLISHED = 0x17,
  CLOSE_WAIT = 0x1c,
  UDP = 0x22,
}

/** Control byte that reads the registers of socket 0 (socket n adds n * 32), and the offsets of its buffers from there. */
export const enum Block {
  Socket = 0x08,
  Tx = 0x10 - Socket,
  Rx = 0x18 - Socket,
}
