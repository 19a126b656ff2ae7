// Gives the driver "w5500" servers: a module of its own, since most programs have none.
export { extend } from './w5500/listen';
export type { Listener, Listening } from './w5500/listen';
