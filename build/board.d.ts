// Whichever board the application is bundled for.
declare module 'board' {
  import type { auto_init as overWifi } from 'espruino-requests/boards/esp32';
  import type { auto_init as overCable } from 'espruino-requests/boards/esp32-w5500';
  import type { LinkInfo } from 'espruino-requests/netdriver';
  type Options = Parameters<typeof overWifi>[0] | Parameters<typeof overCable>[0];

  /** Name of a function to its pin. */
  export const pins: { readonly [name: string]: any };
  /** Registers the board's driver as the default and links it. */
  export function auto_init(options?: Options): Promise<LinkInfo | undefined>;
}
