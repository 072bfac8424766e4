import fc from 'fast-check';

/** What every object has by inheritance: a table that is asked for one of these must say that it has none. */
export const inheritedNames = fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype));
