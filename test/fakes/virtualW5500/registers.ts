// Registers of the W5500 as in WIZnet's datasheet (page numbers of version 1.0.9), declared apart from any driver.

/** one register: where, how many bytes, what it holds after a reset, and whether the host may write it */
export interface Register {
  name: string;
  address: number;
  size: number;
  reset: number;
  readOnly?: boolean;
}

function reg(address: number, name: string, size = 1, reset = 0, readOnly = false): Register {
  return { address, name, size, reset, readOnly };
}

// The control byte of a frame, p. 13-18: BSB in bits 7..3, RWB in bit 2, OM in bits 1..0
export const BSB_SHIFT = 3;
export const RWB_WRITE = 0x04;
export const OM_MASK = 0x03;
// BSB: 4 n and one of these for socket n; 0 for the common registers. Other multiples of 4 are reserved.
export const SOCKET_REGISTERS = 1;
export const TX_BUFFER = 2;
export const RX_BUFFER = 3;

// Section 4.1, common register block, p. 32-44
export const MR = 0x00;
export const GAR = 0x01;
export const SUBR = 0x05;
export const SHAR = 0x09;
export const SIPR = 0x0f;
export const INTLEVEL = 0x13;
export const IR = 0x15;
export const IMR = 0x16;
export const SIR = 0x17;
export const SIMR = 0x18;
export const RTR = 0x19;
export const RCR = 0x1b;
export const UIPR = 0x28;
export const UPORTR = 0x2c;
export const PHYCFGR = 0x2e;
export const VERSIONR = 0x39;

export const COMMON: Register[] = [
  reg(MR, 'MR'),
  reg(GAR, 'GAR', 4),
  reg(SUBR, 'SUBR', 4),
  reg(SHAR, 'SHAR', 6),
  reg(SIPR, 'SIPR', 4),
  reg(INTLEVEL, 'INTLEVEL', 2),
  reg(IR, 'IR'),
  reg(IMR, 'IMR'),
  reg(SIR, 'SIR', 1, 0, true),
  reg(SIMR, 'SIMR'),
  reg(RTR, 'RTR', 2, 0x07d0),
  reg(RCR, 'RCR', 1, 0x08),
  reg(0x1c, 'PTIMER', 1, 0x28),
  reg(0x1d, 'PMAGIC'),
  reg(0x1e, 'PHAR', 6),
  reg(0x24, 'PSID', 2),
  reg(0x26, 'PMRU', 2, 0xffff),
  reg(UIPR, 'UIPR', 4, 0, true),
  reg(UPORTR, 'UPORTR', 2, 0, true),
  reg(PHYCFGR, 'PHYCFGR', 1, 0xb8),
  reg(VERSIONR, 'VERSIONR', 1, 0x04, true),
];

// Section 4.2, socket register block, p. 45-57
export const Sn_MR = 0x00;
export const Sn_CR = 0x01;
export const Sn_IR = 0x02;
export const Sn_SR = 0x03;
export const Sn_PORT = 0x04;
export const Sn_DHAR = 0x06;
export const Sn_DIPR = 0x0c;
export const Sn_DPORT = 0x10;
export const Sn_MSSR = 0x12;
export const Sn_TOS = 0x15;
export const Sn_TTL = 0x16;
export const Sn_RXBUF_SIZE = 0x1e;
export const Sn_TXBUF_SIZE = 0x1f;
export const Sn_TX_FSR = 0x20;
export const Sn_TX_RD = 0x22;
export const Sn_TX_WR = 0x24;
export const Sn_RX_RSR = 0x26;
export const Sn_RX_RD = 0x28;
export const Sn_RX_WR = 0x2a;
export const Sn_IMR = 0x2c;
export const Sn_FRAG = 0x2d;
export const Sn_KPALVTR = 0x2f;

export const SOCKET: Register[] = [
  reg(Sn_MR, 'Sn_MR'),
  reg(Sn_CR, 'Sn_CR'),
  reg(Sn_IR, 'Sn_IR'),
  reg(Sn_SR, 'Sn_SR', 1, 0, true),
  reg(Sn_PORT, 'Sn_PORT', 2),
  reg(Sn_DHAR, 'Sn_DHAR', 6, 0xffffffffffff),
  reg(Sn_DIPR, 'Sn_DIPR', 4),
  reg(Sn_DPORT, 'Sn_DPORT', 2),
  reg(Sn_MSSR, 'Sn_MSSR', 2),
  reg(Sn_TOS, 'Sn_TOS'),
  reg(Sn_TTL, 'Sn_TTL', 1, 0x80),
  reg(Sn_RXBUF_SIZE, 'Sn_RXBUF_SIZE', 1, 2),
  reg(Sn_TXBUF_SIZE, 'Sn_TXBUF_SIZE', 1, 2),
  reg(Sn_TX_FSR, 'Sn_TX_FSR', 2, 0x0800, true),
  reg(Sn_TX_RD, 'Sn_TX_RD', 2, 0, true),
  reg(Sn_TX_WR, 'Sn_TX_WR', 2),
  reg(Sn_RX_RSR, 'Sn_RX_RSR', 2, 0, true),
  reg(Sn_RX_RD, 'Sn_RX_RD', 2),
  reg(Sn_RX_WR, 'Sn_RX_WR', 2, 0, true),
  reg(Sn_IMR, 'Sn_IMR', 1, 0xff),
  reg(Sn_FRAG, 'Sn_FRAG', 2, 0x4000),
  reg(Sn_KPALVTR, 'Sn_KPALVTR'),
];

// MR, p. 32; IR, p. 36
export const MR_RST = 0x80;
export const IR_CONFLICT = 0x80;
export const IR_UNREACH = 0x40;
// PHYCFGR, p. 43
export const PHY_RST = 0x80;
export const PHY_OPMD = 0x40;
export const PHY_OPMDC = 0x38;
export const PHY_DPX = 0x04;
export const PHY_SPD = 0x02;
export const PHY_LNK = 0x01;
// Sn_MR, p. 45
export const MODE_MASK = 0x0f;
export const MODE_TCP = 0x01;
export const MODE_UDP = 0x02;
export const MODE_MACRAW = 0x04;
export const MULTI = 0x80;
export const BCASTB = 0x40;
export const ND = 0x20;
export const UCASTB = 0x10;
// Sn_CR, p. 46-48
export const OPEN = 0x01;
export const LISTEN = 0x02;
export const CONNECT = 0x04;
export const DISCON = 0x08;
export const CLOSE = 0x10;
export const SEND = 0x20;
export const SEND_MAC = 0x21;
export const SEND_KEEP = 0x22;
export const RECV = 0x40;
// Sn_IR, p. 49
export const INT_CON = 0x01;
export const INT_DISCON = 0x02;
export const INT_RECV = 0x04;
export const INT_TIMEOUT = 0x08;
export const INT_SEND_OK = 0x10;
// Sn_SR, p. 49-50
export const SOCK_CLOSED = 0x00;
/** not in the datasheet of the W5500; relatives were seen to show it for a moment while connecting */
export const SOCK_ARP = 0x01;
export const SOCK_INIT = 0x13;
export const SOCK_LISTEN = 0x14;
export const SOCK_SYNSENT = 0x15;
export const SOCK_SYNRECV = 0x16;
export const SOCK_ESTABLISHED = 0x17;
export const SOCK_FIN_WAIT = 0x18;
export const SOCK_CLOSING = 0x1a;
export const SOCK_TIME_WAIT = 0x1b;
export const SOCK_CLOSE_WAIT = 0x1c;
export const SOCK_LAST_ACK = 0x1d;
export const SOCK_UDP = 0x22;
export const SOCK_MACRAW = 0x42;

export const COMMAND_NAMES: Record<number, string> = {
  [OPEN]: 'OPEN',
  [LISTEN]: 'LISTEN',
  [CONNECT]: 'CONNECT',
  [DISCON]: 'DISCON',
  [CLOSE]: 'CLOSE',
  [SEND]: 'SEND',
  [SEND_MAC]: 'SEND_MAC',
  [SEND_KEEP]: 'SEND_KEEP',
  [RECV]: 'RECV',
};

export const STATUS_NAMES: Record<number, string> = {
  [SOCK_CLOSED]: 'CLOSED',
  [SOCK_ARP]: 'ARP',
  [SOCK_INIT]: 'INIT',
  [SOCK_LISTEN]: 'LISTEN',
  [SOCK_SYNSENT]: 'SYNSENT',
  [SOCK_SYNRECV]: 'SYNRECV',
  [SOCK_ESTABLISHED]: 'ESTABLISHED',
  [SOCK_FIN_WAIT]: 'FIN_WAIT',
  [SOCK_CLOSING]: 'CLOSING',
  [SOCK_TIME_WAIT]: 'TIME_WAIT',
  [SOCK_CLOSE_WAIT]: 'CLOSE_WAIT',
  [SOCK_LAST_ACK]: 'LAST_ACK',
  [SOCK_UDP]: 'UDP',
  [SOCK_MACRAW]: 'MACRAW',
};

// up to the last register, reserved addresses included
const COMMON_LENGTH = VERSIONR + 1;
const SOCKET_LENGTH = Sn_KPALVTR + 1;

function byAddress(registers: Register[], length: number): (Register | undefined)[] {
  const map: (Register | undefined)[] = new Array(length).fill(undefined);
  for (const r of registers) for (let i = 0; i < r.size; i++) map[r.address + i] = r;
  return map;
}

/** the register at each address of a block; undefined where the block is reserved */
export const COMMON_MAP = byAddress(COMMON, COMMON_LENGTH);
export const SOCKET_MAP = byAddress(SOCKET, SOCKET_LENGTH);

export const commonReset = (): Uint8Array => resetBytes(COMMON, COMMON_LENGTH);
export const socketReset = (): Uint8Array => resetBytes(SOCKET, SOCKET_LENGTH);

/** the reset value of a block, byte by byte, big endian */
function resetBytes(registers: Register[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const r of registers) {
    let value = r.reset;
    for (let i = r.size - 1; i >= 0; i--) {
      bytes[r.address + i] = value % 256;
      value = Math.floor(value / 256);
    }
  }
  return bytes;
}
