/**
 * stdout belongs to the protocol: whatever a library prints goes to stderr. Import this before anything else.
 */
console.log = console.error;
console.info = console.error;
console.debug = console.error;
