// The simulated network chip as a board at a desk sees it. It runs under Node only: there another module with the same
// exports takes the place of this one, and in a bundle at a desk `require` leads to that.
declare const require: (name: string) => any;

/** A virtual chip on a virtual network, with DHCP and DNS: `{chip, lan, dhcp, dns}`. */
export function simulate(): any {
  return require('virtual-chip').simulate();
}
