/** The entry of a table under a name that others chose; inherited names, such as "constructor", are none of its entries. */
export function ownEntry<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
