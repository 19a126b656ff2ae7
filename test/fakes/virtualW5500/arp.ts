// The chip's own ARP: which MAC a packet goes to, and what others' requests say about our address.

import { BROADCAST_MAC, NO_IP, sameSubnet, type ArpPacket } from './packets';
import { Retry } from './retry';
import type { Core } from './options';

interface Question {
  hop: string;
  done: (mac: string | null) => void;
  retry: Retry;
}

export class Arp {
  private questions: Question[] = [];

  constructor(private core: Core) {}

  /** Off-subnet destinations go to GAR; a GAR of 0.0.0.0 is asked for like any other, and nobody answers. */
  resolve(ip: string, done: (mac: string | null) => void): () => void {
    const core = this.core;
    const hop = sameSubnet(ip, core.ip, core.mask) ? ip : core.gateway;
    const ask = () =>
      core.send({
        proto: 'arp',
        op: 'request',
        from: core.mac,
        to: BROADCAST_MAC,
        senderIp: core.ip,
        targetIp: hop,
      });
    const question: Question = {
      hop,
      done,
      retry: new Retry(core, 'constant', ask, () => this.settle(question, null)),
    };
    this.questions.push(question);
    question.retry.start();
    ask();
    return () => this.forget(question);
  }

  /** true when the packet shows that somebody else uses our address (IR.CONFLICT) */
  receive(packet: ArpPacket): boolean {
    if (packet.op === 'reply' && packet.to === this.core.mac) {
      for (const q of this.questions.filter((one) => one.hop === packet.senderIp)) this.settle(q, packet.from);
    }
    if (packet.op === 'request' && packet.targetIp === this.core.ip && this.core.ip !== NO_IP) {
      const { mac, ip } = this.core;
      const reply = { from: mac, to: packet.from, senderIp: ip, targetIp: packet.senderIp };
      this.core.send({ proto: 'arp', op: 'reply', ...reply });
    }
    return packet.senderIp === this.core.ip && packet.from !== this.core.mac && this.core.ip !== NO_IP;
  }

  clear(): void {
    for (const q of this.questions) q.retry.stop();
    this.questions = [];
  }

  private settle(question: Question, mac: string | null): void {
    if (!this.questions.includes(question)) return;
    this.forget(question);
    question.done(mac);
  }

  private forget(question: Question): void {
    question.retry.stop();
    this.questions = this.questions.filter((q) => q !== question);
  }
}
