// Globals of the interpreter that Node does not have.
declare const E: any;
declare const Modules: any;
declare function getTime(): number;
declare function print(...what: any[]): void;
